"""The documents of which the rules' examples are made."""

from collections.abc import Mapping
from typing import Any, Final

from gatepost.policy.model import VERSION_2012

Json = Mapping[str, Any]

ACCOUNT: Final = "111122223333"
DOMAIN: Final = f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.com"
ALICE: Final = f"arn:aws:iam::{ACCOUNT}:user/alice"
MAILER: Final = f"arn:aws:iam::{ACCOUNT}:role/Mailer"


def policy(*statements: Json) -> Json:
    """A policy of the newer version."""
    return {"Version": VERSION_2012, "Statement": list(statements)}


def allow(**elements: object) -> Json:
    """An Allow of `ses:SendEmail` on everything, but for these elements; one that is None is left out."""
    return _statement({"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}, elements)


def deny(**elements: object) -> Json:
    """The same as a Deny."""
    return allow(Effect="Deny", **elements)


def grant(**elements: object) -> Json:
    """A statement of an identity's own policy: alice may send as the domain."""
    return _statement({"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "ses:SendEmail", "Resource": DOMAIN}, elements)


def trust(**elements: object) -> Json:
    """A statement of a role's trust policy: alice may assume it."""
    return _statement({"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "sts:AssumeRole"}, elements)


def control(**elements: object) -> Json:
    """A statement of a resource control policy: nobody from elsewhere sends."""
    return _statement({"Effect": "Deny", "Principal": "*", "Action": "ses:SendEmail", "Resource": "*"}, elements)


def when(operator: str, key: str, *values: object) -> Json:
    """A condition of one key."""
    return {operator: {key: values[0] if len(values) == 1 else list(values)}}


def _statement(usual: Mapping[str, object], elements: Mapping[str, object]) -> Json:
    return {name: value for name, value in {**usual, **elements}.items() if value is not None}
