"""Random SES policies as people write them, and random questions about two of them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from gatepost.policy.model import Policy
from gatepost.policy.read import read_policy

DOMAINS = ("example.com", "example.org", "mail.example.com", "corp.test")
LOCAL_PARTS = ("billing", "ceo", "news", "ops", "sales", "no-reply")
ACTIONS = (
    "ses:SendEmail", "ses:SendRawEmail", "ses:Send*", "ses:SendTemplatedEmail", "ses:*", "ses:Get*", "ses:List*",
    "ses:SendBounce", "ses:PutIdentityPolicy", "ses:*Identity*",
)  # fmt: skip
Statement = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Whether `new` allows anything that `old` does not."""

    old: Policy
    new: Policy


def address(rng: Random) -> str:
    """An address, or a pattern of some."""
    local, domain = rng.choice(LOCAL_PARTS), rng.choice(DOMAINS)
    return rng.choice(
        (
            f"{local}@{domain}", f"*@{domain}", f"{local}@*", f"*{local[:3]}*@{domain}", f"{local[:2]}?@{domain}", f"*@*.{domain}",
            f"{local}*@{domain}",
        )
    )  # fmt: skip


def statement(rng: Random) -> Statement:
    """One to three actions and identities; six in ten ask for a From, one in five for addresses, times, one in seven for a tag."""
    said: Statement = {
        "Effect": rng.choice(("Allow", "Allow", "Allow", "Deny")),
        "Action": rng.sample(ACTIONS, rng.randint(1, 3)),
        "Resource": [
            f"arn:aws:ses:{rng.choice(('us-east-1', '*', 'eu-*'))}:111122223333:identity/{rng.choice((*DOMAINS, '*', '*.com'))}"
            for _ in range(rng.randint(1, 3))
        ],
    }
    conditions: dict[str, Any] = {}
    if rng.random() < 0.6:
        operator = rng.choice(("StringLike", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"))
        conditions[operator] = {"ses:FromAddress": [address(rng) for _ in range(rng.randint(1, 4))]}
    if rng.random() < 0.2:
        operator = rng.choice(("IpAddress", "NotIpAddress"))
        conditions[operator] = {"aws:SourceIp": f"10.{rng.randint(0, 20)}.0.0/{rng.randint(12, 20)}"}
    if rng.random() < 0.2:
        operator = rng.choice(("DateGreaterThan", "DateLessThan"))
        conditions[operator] = {"aws:CurrentTime": f"202{rng.randint(0, 6)}-0{rng.randint(1, 9)}-01T00:00:00Z"}
    if rng.random() < 0.15:
        conditions["StringEquals"] = {"aws:PrincipalTag/team": rng.choice(("a", "b", "c"))}
    return said | ({"Condition": conditions} if conditions else {})


def statement_with_recipients(rng: Random) -> Statement:
    """Four in ten ask for the recipients as well, which are a set."""
    said = statement(rng)
    if rng.random() < 0.4:
        operator = rng.choice(("ForAllValues", "ForAnyValue")) + ":StringLike"
        asked = {operator: {"ses:Recipients": [address(rng) for _ in range(rng.randint(1, 3))]}}
        said["Condition"] = said.get("Condition", {}) | asked
    return said


Making = Callable[[Random], Statement]
Statements = list[Statement]


def changed(rng: Random, old: Statements, make: Making, turn: int) -> Statements:
    """The statements in another order, in turn: no more than that, one of them asking for TLS as well, one of them another."""
    new = [*old]
    rng.shuffle(new)
    at = rng.randrange(len(new))
    if turn % 3 == 1:
        new[at] = new[at] | {"Condition": new[at].get("Condition", {}) | {"Bool": {"aws:SecureTransport": "true"}}}
    if turn % 3 == 2:
        new[at] = make(rng)
    return new


def reworded(rng: Random, old: Statements, _make: Making, _turn: int) -> Statements:
    """The same in other words: each statement of several resources or actions is two."""
    new = [part for said in old for part in _halves(said)]
    rng.shuffle(new)
    return new


def _halves(said: Statement) -> Statements:
    for element in ("Resource", "Action"):
        if len(said[element]) > 1:
            return [said | {element: said[element][:1]}, said | {element: said[element][1:]}]
    return [said]


def unrelated(rng: Random, old: Statements, make: Making, _turn: int) -> Statements:
    """As many others."""
    return [make(rng) for _ in old]


VARIATIONS: Mapping[str, Callable[[Random, Statements, Making, int], Statements]] = {
    "changed": changed,
    "reworded": reworded,
    "unrelated": unrelated,
}


def questions(count: int, size: int, variation: str = "changed", make: Making = statement) -> list[Question]:
    """As many questions about policies of `size` statements, the same at each call."""
    rng = Random(f"{size} {variation} {make.__name__}")
    found = []
    for turn in range(count):
        old = [make(rng) for _ in range(size)]
        new = VARIATIONS[variation](rng, old, make, turn)
        found.append(Question(policy(old), policy(new)))
    return found


def policy(statements: Statements) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": statements}))
