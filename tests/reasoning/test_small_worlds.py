"""Random small questions: an enumeration of a small world agrees with every answer.

A witness is confirmed by `decide` before it is returned, so a wrong "yes" cannot pass; the enumeration catches a wrong "no".
"""

import json
from functools import cache
from itertools import product
from random import Random
from typing import Any

import pytest

from gatepost.policy.model import Policy
from gatepost.policy.principal import Principal
from gatepost.policy.read import read_policy
from gatepost.policy.request import Request
from gatepost.reasoning.layer import Side
from gatepost.reasoning.questions import Asker
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.witness import allows

Json = Any  # policy documents
ACTIONS = ("ses:SendEmail", "ses:SendBulkEmail", "ses:GetSendQuota", "s3:GetObject")
ACTION_PATTERNS = ("ses:SendEmail", "ses:Send*", "SES:*Email", "*", "s3:Get*", "ses:Get*")
IDENTITY = "arn:aws:ses:us-east-1:111122223333:identity/"
RESOURCES = (IDENTITY + "a.org", IDENTITY + "b.org", "*")
RESOURCE_PATTERNS = ("*", IDENTITY + "*", IDENTITY + "a.org", "arn:*/b.org", "arn:aws:ses:*:*:identity/?.org")
USER = "arn:aws:iam::111122223333:user/ann"
ROLE = "arn:aws:iam::111122223333:role/mailer"
CALLERS = tuple(
    Principal.of(arn, role_arn=ROLE if "assumed" in arn else None)
    for arn in (
        USER,
        "arn:aws:iam::111122223333:user/bob",
        "arn:aws:sts::111122223333:assumed-role/mailer/s",
        "999999999999",
        "*",
    )
)
NAMED: tuple[Json, ...] = ("*", {"AWS": USER}, {"AWS": ROLE}, {"AWS": "111122223333"}, {"AWS": [USER, "111122223333"]})

# Of each key: the values that requests have (None: absent), and the operators with the values that policies compare.
Conditions = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
KEYS: dict[str, tuple[tuple[str | tuple[str, ...] | None, ...], Conditions]] = {
    "ses:FromAddress": (
        (None, "ann@a.org", "bob@a.org", "Ann@A.org", "ann@b.org", "z"),
        (
            (("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"), ("ann@a.org", "*@a.org", "ann@*", "*", "?")),
            (("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"), ("ann@a.org", "bob@A.ORG")),
        ),
    ),
    "ses:Recipients": (
        (None, ("ann@a.org",), ("ann@b.org",), ("ann@a.org", "ann@b.org"), ("bob@a.org",), ("ann@a.org", "bob@a.org")),
        (
            (
                ("ForAllValues:StringLike", "ForAnyValue:StringLike", "ForAllValues:StringNotLike", "ForAnyValue:StringNotLike",
                 "StringLike", "ForAnyValue:StringEqualsIfExists"),
                ("ann@a.org", "*@a.org", "ann@*"),
            ),
        ),
    ),
    "aws:CurrentTime": (
        ("2023-01-01T00:00:00Z", "2023-04-01T09:00:00Z", "2023-04-01T12:00:00Z", "2023-04-01T17:00:00Z", "2024-01-01T00:00:00Z"),
        (
            (
                ("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"),
                ("2023-04-01T09:00:00Z", "2023-04-01T17:00:00Z"),
            ),
        ),
    ),
    "aws:SourceIp": (
        (None, "10.0.0.0", "10.0.0.128", "10.0.1.0", "::1"),
        ((("IpAddress", "NotIpAddress", "IpAddressIfExists"), ("10.0.0.0/24", "10.0.0.128/25", "10.0.0.0/25", "::/0")),),
    ),
    "aws:SecureTransport": (("true", "false"), ((("Bool", "BoolIfExists", "StringEquals"), ("true", "false")),)),
    "aws:MultiFactorAuthAge": (
        (None, "1", "5", "7", "10", "99"),
        ((("NumericLessThan", "NumericGreaterThanEquals", "NumericNotEquals", "NumericEqualsIfExists"), ("5", "10")),),
    ),
    "aws:SourceArn": (
        (None, "arn:aws:ses:eu:1:a", "arn:aws:ses:us:1:a:b", "arn:aws:sns:us:2:c", "none"),
        ((("ArnLike", "ArnNotLike", "ArnEquals", "ArnLikeIfExists"), ("arn:aws:ses:*:*:*", "arn:*:*:*:1:a*", "arn:aws:s?s:us:2:c", "*",
           "no")),),
    ),
}  # fmt: skip
# What is compared as text as well; then some questions are not decided.
AS_TEXT: dict[str, tuple[str, ...]] = {
    "aws:CurrentTime": ("2023-04-01*", "2023-*", "*T00:00:00Z", "2023-04-01T09:00:00Z"),
    "aws:SourceIp": ("10.0.0.*", "10.*", "::1", "10.0.0.0"),
}


def random_statement(rng: Random, keys: tuple[str, ...], *, named: bool) -> Json:
    statement: Json = {"Effect": rng.choice(("Allow", "Allow", "Deny"))}
    statement[rng.choice(("Action",) * 5 + ("NotAction",))] = rng.sample(ACTION_PATTERNS, rng.choice((1, 1, 2)))
    statement[rng.choice(("Resource",) * 5 + ("NotResource",))] = rng.sample(RESOURCE_PATTERNS, rng.choice((1, 1, 2)))
    if named:
        statement[rng.choice(("Principal",) * 4 + ("NotPrincipal",))] = rng.choice(NAMED)
    conditions: dict[str, Json] = {}
    for _ in range(rng.choice((0, 1, 1, 2))):
        key = rng.choice(keys)
        if rng.random() < 0.1:
            conditions["Null"] = {key: rng.choice(("true", "false"))}
            continue
        operators, values = rng.choice(KEYS[key][1])
        conditions.setdefault(rng.choice(operators), {})[key] = rng.sample(
            values, rng.choice((1, 1, 2)) if len(values) > 1 else 1
        )
    return statement | ({"Condition": conditions} if conditions else {})


def narrowed(rng: Random, statement: Json, keys: tuple[str, ...]) -> Json:
    """The statement with other conditions as well, and most often fewer actions or resources: what the first one covers."""
    other = random_statement(rng, keys, named=False)
    conditions = {**other.get("Condition", {}), **statement.get("Condition", {})}
    found = {**statement, **({"Condition": conditions} if conditions else {})}
    for element in ("Action", "Resource", "NotAction", "NotResource"):
        if element in statement and rng.random() < 0.7:
            found[element] = rng.sample(statement[element], 1)
    return found


def random_policy(rng: Random, keys: tuple[str, ...], *, named: bool) -> list[Json]:
    return [random_statement(rng, keys, named=named) for _ in range(rng.choice((1, 2, 2, 3)))]


def read(statements: list[Json]) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": statements}))


@cache
def small_world(keys: tuple[str, ...], side: Side) -> tuple[Request, ...]:
    """Every request of a few actions, resources, callers and values; a key that the action does not carry is absent."""
    found = []
    callers = CALLERS if side is Side.RESOURCE else CALLERS[:1]
    for caller, action, resource, values in product(callers, ACTIONS, RESOURCES, product(*(KEYS[key][0] for key in keys))):
        context = {key: value for key, value in zip(keys, values, strict=True) if value is not None}
        if action == "ses:SendEmail" or not any(key.startswith("ses:") for key in context):
            found.append(Request(caller, action, resource, context=context))
    return tuple(found)


def as_text(rng: Random, statement: Json, keys: tuple[str, ...]) -> Json:
    """The statement with a key compared as text too that is a date or an address."""
    condition = {
        rng.choice(("StringLike", "StringNotLike")): {key: rng.sample(AS_TEXT[key], rng.choice((1, 2)))}
        for key in keys
        if key in AS_TEXT
    }
    return {**statement, "Condition": {**statement.get("Condition", {}), **condition}} if condition else statement


def agrees(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    keys = tuple(sorted(rng.sample(tuple(KEYS), 2)))
    side = rng.choice((Side.IDENTITY, Side.IDENTITY, Side.RESOURCE))
    named = side is Side.RESOURCE
    first = random_policy(rng, keys, named=named)
    second = [*first] if rng.random() < 0.6 else random_policy(rng, keys, named=named)
    at = rng.randrange(len(second))
    if rng.random() < 0.7:
        second[at] = random_statement(rng, keys, named=named)
    if rng.random() < 0.3:
        second[at] = narrowed(rng, second[at], keys)
    in_two_ways = rng.random() < 0.2
    if in_two_ways:
        second[at] = as_text(rng, second[at], keys)
    if rng.random() < 0.3:
        first, second = second, first
    old, new = (read(first),), (read(second),)
    world = small_world(keys, side)
    world = tuple(rng.sample(world, min(len(world), 250)))
    asker = Asker(side)
    told = f"seed {seed}: {json.dumps(first)} against {json.dumps(second)}"
    held = [(allows(old, side, request), allows(new, side, request)) for request in world]
    for ask, wanted in ((asker.allows_more, (False, True)), (asker.overlap, (True, True))):
        try:
            found = ask(old, new)
        except Undecidable:
            assert in_two_ways, told
            continue
        assert found is not None or wanted not in held, told


@pytest.mark.parametrize("block", range(8))
def test_an_enumeration_of_small_worlds_agrees(block: int) -> None:
    for seed in range(block * 130, block * 130 + 130):  # two questions each
        agrees(seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(8))
def test_an_enumeration_of_many_small_worlds_agrees(block: int) -> None:
    for seed in range(10_000 + block * 2500, 10_000 + block * 2500 + 2500):
        agrees(seed)
