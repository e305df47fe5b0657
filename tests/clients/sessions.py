"""Roles and temporary credentials, in the words of the tests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clients.people import Person, document
from live import Live


@dataclass(frozen=True)
class Temporary:
    """Temporary credentials, as STS answers them."""

    live: Live
    key: str
    secret: str
    token: str

    @classmethod
    def of(cls, live: Live, answer: Mapping[str, Any]) -> "Temporary":
        """Those of an answer."""
        given = answer["Credentials"]
        return cls(live, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client that signs with them."""
        return self.live.client(service, self.key, self.secret, aws_session_token=self.token, **options)


ASSUME = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


def trust(principal: str | Mapping[str, Any], action: str | list[str] = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """A statement of a trust policy; a text names an AWS principal."""
    who = {"AWS": principal} if isinstance(principal, str) else dict(principal)
    return {"Effect": "Allow", "Principal": who, "Action": action, **more}


def make_role(iam: Any, name: str, *statements: Mapping[str, Any], policy: Mapping[str, Any] | None = None, **more: Any) -> str:
    """A role of these trust statements, with an inline policy of one statement where one is given; its ARN."""
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(*statements), **more)["Role"]["Arn"]
    if policy is not None:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(policy))
    return arn


def assume(person: Person | Temporary, arn: str, name: str = "one", **more: Any) -> Temporary:
    """A session of the role."""
    return Temporary.of(person.live, person.client("sts").assume_role(RoleArn=arn, RoleSessionName=name, **more))


def statement(**elements: Any) -> str:
    """A document of one statement, by its elements."""
    return json.dumps({"Version": "2012-10-17", "Statement": [elements]})
