"""Requests that cost a server as much as one request can: by a caller without any permission, or by nobody at all.

`tests/edge/test_turns.py` measures how long each keeps the event loop, `benchmarks/hostile.py` what others notice of them.
"""

# ruff: noqa: E501 -- a table: one request a line

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

MAIL = "/v2/email/outbound-emails"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
ORDINARY = b"From: news@example.com\r\nTo: a@example.net\r\n"
IDENTITY = "arn:aws:ses:us-east-1:123456789012:identity/"


@dataclass(frozen=True)
class Hostile:
    """One request. `body` makes its body; `service` is None where nobody signs it."""

    name: str
    body: Callable[[], bytes]
    service: str | None = "ses"
    path: str = MAIL
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()

    def fields(self, content: bytes, host: str, key: str, secret: str) -> list[tuple[str, str]]:
        """The header fields that go with a body, signed now where somebody signs."""
        unsigned = {"host": host, "content-type": self.content_type, **dict(self.headers)}
        if self.service is None:
            return list(unsigned.items())
        request = AWSRequest("POST", f"http://{host}{self.path}", headers=unsigned, data=content)
        SigV4Auth(Credentials(key, secret), self.service, "us-east-1").add_auth(request)
        return [(name.lower(), str(value)) for name, value in request.headers.items()]


def simple(**changed: Any) -> bytes:
    """A message of parts; `sender`, `to`, `text`, `subject`, `charset` and `headers` may be given."""
    text = {"Data": changed.get("text", "t")} | ({"Charset": changed["charset"]} if "charset" in changed else {})
    content = {"Subject": {"Data": changed.get("subject", "s")}, "Body": {"Text": text}, "Headers": changed.get("headers", [])}
    return json.dumps(
        {
            "FromEmailAddress": changed.get("sender", "news@example.com"),
            "Destination": {"ToAddresses": changed.get("to", ["a@example.net"])},
            "Content": {"Simple": content},
        }
    ).encode()


def raw(message: bytes) -> bytes:
    """A message of the caller's own."""
    return json.dumps({"Content": {"Raw": {"Data": base64.b64encode(message).decode()}}}).encode()


def form(action: str, version: str = "2010-05-08", **members: str) -> bytes:
    """A form of the query protocol."""
    return "&".join(
        f"{quote(name)}={quote(value)}" for name, value in {"Action": action, "Version": version, **members}.items()
    ).encode()


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def allow(**more: Any) -> dict[str, Any]:
    """A statement that allows sending."""
    return {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*", **more}


def validation(document: str) -> bytes:
    """The body of ValidatePolicy."""
    return json.dumps({"policyDocument": document, "policyType": "IDENTITY_POLICY"}).encode()


def patterns(count: int, stars: int) -> list[str]:
    """Patterns of letters between stars, no two alike."""
    letters = "abcdefgh"
    return [
        "*"
        + "*".join(letters[(number * 7 + at * 3) % 8] + letters[(number * 5 + at) % 8] for at in range(stars))
        + f"*@n{number}.example"
        for number in range(count)
    ]


SENDS: Sequence[Hostile] = (
    Hostile("a mailbox of an `a` and 40,000 spaces", lambda: simple(sender="a" + " " * 40_000)),
    Hostile("a mailbox of an @ and 60,000 colons", lambda: simple(sender="@" + ":" * 60_000)),
    Hostile("a mailbox of 60,000 opening brackets", lambda: simple(sender="<" * 60_000)),
    Hostile("a mailbox of 60,000 commas", lambda: simple(sender="," * 60_000)),
    Hostile("a display name of 10,000 beginnings of encoded words", lambda: simple(sender='"' + "=?a?q?" * 10_000 + '" <news@example.com>')),
    Hostile("a display name of 60,000 backslashes", lambda: simple(sender='"' + "\\" * 60_000 + '" <news@example.com>')),
    Hostile("10,000 recipients", lambda: simple(to=[f"a{number}@example.net" for number in range(10_000)])),
    Hostile("40,000 characters in punycode", lambda: simple(text="".join(chr(0x4E00 + n % 20_000) for n in range(40_000)), charset="punycode")),
    Hostile("60,000 characters in IDNA", lambda: simple(text="a." * 30_000, charset="idna")),
    Hostile("a subject of 60,000 characters", lambda: simple(subject="é" * 30_000)),
    Hostile("10,000 headers", lambda: simple(headers=[{"Name": f"X-{n}", "Value": "v"} for n in range(10_000)])),
    Hostile("a text of 20 MB", lambda: simple(text="é<\n" * 7_000_000)),
    Hostile("raw: To of an @ and 30,000 colons", lambda: raw(b"From: news@example.com\r\nTo: @" + b":" * 30_000 + b"\r\n\r\nx")),
    Hostile("raw: a subject of 10,000 beginnings of encoded words", lambda: raw(ORDINARY + b"Subject: " + b"=?a?q?" * 10_000 + b"\r\n\r\nx")),
    Hostile("raw: a subject of 50,000 encoded words", lambda: raw(ORDINARY + b"Subject: " + b"=?utf-8?q?a?= x" * 50_000 + b"\r\n\r\nx")),
    Hostile("raw: one line of 10 MB", lambda: raw(ORDINARY + b"\r\n" + b"x" * 10_000_000)),
    Hostile("raw: 30 MB of bare line feeds", lambda: raw(ORDINARY + b"\r\n" + b"\n" * 30_000_000)),
    Hostile("raw: 30 MB of bare carriage returns", lambda: raw(ORDINARY + b"\r\n" + b"\r" * 30_000_000)),
    Hostile("raw: a header field of 10 MB", lambda: raw(ORDINARY + b"X: " + b"y" * 10_000_000 + b"\r\n\r\nx")),
    Hostile("raw: 100,000 header fields", lambda: raw(ORDINARY + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\nx")),
    Hostile("raw: 39 MB", lambda: raw(ORDINARY + b"\r\n" + (b"x" * 76 + b"\r\n") * 500_000)),
    Hostile("56 MB of empty lists", lambda: b'{"EmailTags":[' + b"[]," * 18_000_000 + b"[]]}"),
    Hostile("20 MB of escaped quotes", lambda: b'{"FromEmailAddress":"' + b'\\"' * 10_000_000 + b'"}'),
    Hostile("20 MB of backslashes", lambda: b'{"FromEmailAddress":"' + b"\\" * 20_000_000 + b'"}'),
    Hostile("30 MB of percent-encoded form", lambda: b"Action=SendEmail&a=" + b"%41" * 10_000_000, path="/", content_type=FORM),
)  # fmt: skip
FORMS: Sequence[Hostile] = (
    Hostile("10,000 names", lambda: b"Action=X&" + b"&".join(b"%%41%d=%%42" % n for n in range(9_000)), "iam", "/", FORM),
    Hostile("a name of 500,000 dots", lambda: b"a." * 500_000 + b"b=1&Action=X", "iam", "/", FORM),
    Hostile("nobody: 60 KB of dots", lambda: b"a." * 30_000 + b"b=1&Action=AssumeRoleWithWebIdentity&Version=2011-06-15", None, "/", FORM),
    Hostile("nobody: 60 KB of percents", lambda: b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&a=" + b"%41" * 20_000, None, "/", FORM),
    Hostile("nobody: 60 KB of names", lambda: b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&" + b"%41=&" * 9_900, None, "/", FORM),
    Hostile("nobody: 60 KB of user agent", lambda: b"Action=X", None, "/", FORM, (("user-agent", "u" * 60_000),)),
    Hostile("many tags", lambda: form("TagUser", UserName="x", **{f"Tags.member.{n}.Key": "k" for n in range(9_000)}), "iam", "/", FORM),
)  # fmt: skip
DOCUMENTS: Sequence[Hostile] = (
    Hostile(
        "ValidatePolicy of 1 MB",
        lambda: validation(policy(*[allow(Sid=f"s{n}", Resource=f"{IDENTITY}n{n}.example") for n in range(6_000)])),
        "access-analyzer",
        "/policy/validation",
    ),
    Hostile(
        "ValidatePolicy of 200 patterns",
        lambda: validation(
            policy(
                *[
                    allow(Sid=f"s{n}", Condition={"StringLike": {"ses:FromAddress": each}})
                    for n, each in enumerate(patterns(200, 4))
                ]
            )
        ),
        "access-analyzer",
        "/policy/validation",
    ),
    Hostile("ValidatePolicy of 200,000 brackets", lambda: validation("[" * 200_000), "access-analyzer", "/policy/validation"),
    Hostile(
        "CheckNoNewAccess of 12 patterns with 8 stars",
        lambda: json.dumps(
            {
                "newPolicyDocument": policy(allow(Condition={"StringLike": {"ses:FromAddress": patterns(12, 8)}})),
                "existingPolicyDocument": policy(allow(Condition={"StringLike": {"ses:FromAddress": patterns(12, 7)}})),
                "policyType": "IDENTITY_POLICY",
            }
        ).encode(),
        "access-analyzer",
        "/policy/check-no-new-access",
    ),
    Hostile(
        "SimulateCustomPolicy of 500 actions on 100 resources by 400 statements",
        lambda: form(
            "SimulateCustomPolicy",
            **{
                "PolicyInputList.member.1": policy(
                    *[allow(Action=f"ses:Send{n}", Resource=f"{IDENTITY}*{n}*") for n in range(400)]
                )
            },
            **{f"ActionNames.member.{n}": f"ses:Act{n}" for n in range(500)},
            **{f"ResourceArns.member.{n}": f"{IDENTITY}n{n}" for n in range(100)},
        ),
        "iam",
        "/",
        FORM,
    ),
    Hostile(
        "SimulateCustomPolicy of a pattern on 120 KB",
        lambda: form(
            "SimulateCustomPolicy",
            **{
                "PolicyInputList.member.1": policy(
                    allow(Condition={"StringLike": {"aws:UserAgent": "*?" + "a" * 2_000 + "b"}})
                ),
                "ActionNames.member.1": "ses:SendEmail",
                "ContextEntries.member.1.ContextKeyName": "aws:UserAgent",
                "ContextEntries.member.1.ContextKeyType": "string",
                "ContextEntries.member.1.ContextKeyValues.member.1": "a" * 120_000,
            },
        ),
        "iam",
        "/",
        FORM,
    ),
)
EVERY: Sequence[Hostile] = (*SENDS, *FORMS, *DOCUMENTS)
