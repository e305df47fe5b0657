"""Users, keys and policies made through the API, in the words of the tests."""

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from live import ACCOUNT, BIN, REGION, Live

PARTNER = "444455556666"  # the second account, where there is one


@dataclass(frozen=True)
class Person:
    """A user with an access key."""

    live: Live
    name: str
    arn: str
    key: str
    secret: str

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client that signs as this person."""
        return self.live.client(service, self.key, self.secret, **options)


def make_account(live: Live, account: str, *options: str) -> tuple[str, str]:
    """The root key of a further account, made beside the running server."""
    command = [str(BIN / "gatepost"), "account", "create", account, "--data", str(live.data), *options]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    key, secret = (line.partition("=")[2] for line in printed.splitlines())
    return key, secret


def make_user(live: Live, name: str, root: tuple[str, str] | None = None) -> Person:
    """A user of the account whose root key is given, by default the first."""
    iam = live.client("iam", *root) if root else live.client("iam")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Person(live, name, arn, key["AccessKeyId"], key["SecretAccessKey"])


def document(*statements: Mapping[str, Any]) -> str:
    """A policy document of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A Deny statement."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def trust(principal: Any, action: str | list[str] = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """An Allow statement of a trust policy."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def make_policy(live: Live, name: str, *statements: Mapping[str, Any]) -> str:
    """A managed policy of these statements; its ARN."""
    arn: str = live.client("iam").create_policy(PolicyName=name, PolicyDocument=document(*statements))["Policy"]["Arn"]
    return arn


def identity_arn(name: str, account: str = ACCOUNT, region: str = REGION) -> str:
    """The ARN of an SES identity."""
    return f"arn:aws:ses:{region}:{account}:identity/{name}"


def send(ses: Any, source: str = "news@example.com", to: str | list[str] = "a@example.net", **more: Any) -> str:
    """SendEmail of SES v1; the message's ID."""
    recipients = [to] if isinstance(to, str) else to
    answer = ses.send_email(
        Source=source,
        Destination={"ToAddresses": recipients},
        Message={"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello there"}}},
        **more,
    )
    message_id: str = answer["MessageId"]
    return message_id


def send_raw(ses: Any, source: str = "news@example.com", to: str = "a@example.net", **more: Any) -> str:
    """SendRawEmail of SES v1; the message's ID."""
    content = f"From: {source}\r\nTo: {to}\r\nSubject: Raw\r\n\r\nHello\r\n".encode()
    message_id: str = ses.send_raw_email(RawMessage={"Data": content}, **more)["MessageId"]
    return message_id


def send_v2(ses: Any, source: str = "news@example.com", to: str = "a@example.net", **more: Any) -> str:
    """SendEmail of SES v2 with simple content; the message's ID."""
    answer = ses.send_email(
        FromEmailAddress=source,
        Destination={"ToAddresses": [to]},
        Content={"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello there"}}}},
        **more,
    )
    message_id: str = answer["MessageId"]
    return message_id


def refused(call: Callable[..., Any], *arguments: Any, **keywords: Any) -> tuple[str, str]:
    """The code and message of the error that a call must end in."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **keywords)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


EXPLAINED = re.compile(
    r"\. For complete details call the GetRequestAuthorizationDetails API, or run gatepost explain, "
    r"with the following authorization id: ([0-9a-z]+)"
)


def denial(call: Callable[..., Any], *arguments: Any, **keywords: Any) -> tuple[str, str]:
    """The text of the denial in which a call must end, without its last sentence; and the authorization ID that one gives."""
    code, text = refused(call, *arguments, **keywords)
    assert code in {"AccessDenied", "AccessDeniedException"}, (code, text)
    explained = EXPLAINED.search(text)
    assert explained is not None, text
    return text[: explained.start()], explained.group(1)


def is_allowed(call: Callable[..., Any], *arguments: Any, **keywords: Any) -> bool:
    """Whether the gate was open; any error but a denial fails the test."""
    try:
        call(*arguments, **keywords)
    except ClientError as error:
        assert error.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException"}, error
        return False
    return True
