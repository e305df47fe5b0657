"""Random policies about mail, made of what people write and get wrong."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from gatepost.lint.document import Document
from gatepost.policy.read import PolicyKind

Json = Any  # policy documents
ACCOUNT = "111122223333"
DOMAIN = f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.com"
ACTIONS = (
    "ses:SendEmail", "ses:SendRawEmail", "ses:SendBulkEmail", "ses:SendTemplatedEmail", "ses:Send*", "ses:*", "ses:List*",
    "ses:GetSendQuota", "ses:PutIdentityPolicy", "iam:PutUserPolicy", "*",
)  # fmt: skip
RESOURCES = ("*", DOMAIN, DOMAIN.replace("example.com", "*"), DOMAIN.replace("example.com", "news@example.com"))
PRINCIPALS: tuple[Json, ...] = (
    "*", {"AWS": "*"}, {"AWS": ACCOUNT}, {"AWS": ["*", ACCOUNT]}, {"AWS": "444455556666"},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:user/alice"}, {"Service": "ses.amazonaws.com"},
)  # fmt: skip
ADDRESSES = (
    "news@example.com", "News@Example.com", "*@example.com", "*example.com", "billing*example.com", "billing@*", "ceo@*", "*",
    "${aws:username}@example.com",
)  # fmt: skip
DATES = ("2023-01-01T00:00:00Z", "2023-01-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T09:00:00Z")
KEYS: dict[str, tuple[tuple[str, ...], tuple[Json, ...]]] = {
    "ses:FromAddress": (
        ("StringEquals", "StringLike", "StringNotLike", "StringNotEquals", "StringEqualsIgnoreCase", "ForAllValues:StringLike",
         "ForAnyValue:StringNotLike", "StringLikeIfExists"),
        ADDRESSES,
    ),
    "ses:Recipients": (
        ("ForAllValues:StringLike", "ForAnyValue:StringLike", "ForAllValues:StringNotLike", "ForAnyValue:StringNotLike", "StringLike",
         "StringNotLike"),
        ADDRESSES[:-1],
    ),
    "ses:FromDisplayName": (("StringLike", "StringEquals"), ("Our News", "*News*")),
    "aws:CurrentTime": (
        ("DateGreaterThan", "DateGreaterThanEquals", "DateLessThan", "DateLessThanEquals"),
        DATES,
    ),
    "aws:SourceIp": (("IpAddress", "NotIpAddress"), ("203.0.113.0/24", "203.0.113.7", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1")),
    "aws:SecureTransport": (("Bool",), ("true", "false")),
}  # fmt: skip


def random_condition(rng: Random) -> Json:
    found: dict[str, Json] = {}
    for _ in range(rng.choice((0, 1, 1, 2, 2, 3))):
        key = rng.choice(tuple(KEYS))
        operators, values = KEYS[key]
        some = rng.sample(values, rng.choice((1, 1, 1, 2)))
        found.setdefault(rng.choice(operators), {})[key] = some if len(some) > 1 or rng.random() < 0.2 else some[0]
    if rng.random() < 0.15:
        found["Null"] = {rng.choice(("ses:Recipients", "ses:FromAddress")): "false"}
    return found


def random_statement(rng: Random, *, named: bool) -> Json:
    actions = rng.sample(ACTIONS, rng.choice((1, 1, 2, 3)))
    statement: Json = {"Effect": rng.choice(("Allow", "Allow", "Deny"))}
    if rng.random() < 0.3:
        statement["Sid"] = f"S{rng.randrange(10**6)}"
    if named:
        statement["Principal"] = rng.choice(PRINCIPALS)
    statement[rng.choice(("Action",) * 9 + ("NotAction",))] = actions if len(actions) > 1 else actions[0]
    statement[rng.choice(("Resource",) * 9 + ("NotResource",))] = DOMAIN if named else rng.choice(RESOURCES)
    condition = random_condition(rng)
    return statement | ({"Condition": condition} if condition else {})


def random_document(seed: int) -> Document:
    """A document of one to four statements, on one line or on several."""
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    named = rng.random() < 0.3
    statements = [random_statement(rng, named=named) for _ in range(rng.choice((1, 2, 2, 3, 4)))]
    policy = {
        "Version": "2012-10-17",
        "Statement": statements[0] if len(statements) == 1 and rng.random() < 0.3 else statements,
    }
    text = json.dumps(policy, indent=rng.choice((None, 2, 4)))
    return Document(text, PolicyKind.RESOURCE if named else PolicyKind.IDENTITY)


def documents(seeds: range) -> Iterator[tuple[str, Document]]:
    for seed in seeds:
        yield f"seed {seed}", random_document(seed)
