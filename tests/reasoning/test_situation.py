"""Everything that has a say: an enumeration of small worlds, decided by `decide`, agrees with every answer."""

from functools import cache
from itertools import product
from random import Random
from typing import Any

import pytest

from gatepost.policy.decide import Policies, decide
from gatepost.policy.model import Policy
from gatepost.policy.principal import Principal
from gatepost.policy.request import Request
from gatepost.reasoning.situation import AnyText, Situation, describes
from reasoning.test_small_worlds import (
    IDENTITY,
    KEYS,
    NAMED,
    RESOURCES,
    random_policy,
    random_statement,
    read,
)

Json = Any  # policy documents
HOME, AWAY = "111122223333", "999999999999"
ANN = f"arn:aws:iam::{HOME}:user/ann"
MAILER = f"arn:aws:iam::{HOME}:role/mailer"
CALLERS = (
    *(Principal.of(arn) for arn in (ANN, f"arn:aws:iam::{HOME}:user/bob", f"arn:aws:iam::{AWAY}:user/ann", HOME, AWAY, MAILER)),
    *(Principal.of(f"arn:aws:sts::{account}:assumed-role/mailer/s") for account in (HOME, AWAY)),
    Principal.of(f"arn:aws:sts::{HOME}:federated-user/fred", user_arn=ANN),
    Principal.of(f"arn:aws:sts::{HOME}:federated-user/fred", user_arn=f"arn:aws:iam::{HOME}:root"),
    Principal.of("ses.amazonaws.com"),
    Principal.of("*"),
)
SPECIAL = {"sts:AssumeRole": MAILER, "kms:Decrypt": f"arn:aws:kms:us-east-1:{HOME}:key/1"}
ACTIONS = ("ses:SendEmail", "ses:SendBulkEmail", "ses:GetSendQuota", "s3:GetObject", *SPECIAL)
MORE_NAMED: tuple[Json, ...] = (
    *NAMED, {"AWS": [AWAY, MAILER]}, {"Service": "ses.amazonaws.com"}, {"AWS": f"arn:aws:iam::{HOME}:root"}
)  # fmt: skip


@cache
def requests(keys: tuple[str, ...], action: str, resource: str, caller: Principal) -> tuple[Request, ...]:
    """Every request of a few values; a key that the action does not carry is absent, a call has what every call has."""
    found = []
    for values in product(*(KEYS[key][0] for key in keys)):
        context = {key: value for key, value in zip(keys, values, strict=True) if value is not None}
        own = [key for key in keys if key.startswith("ses:")]
        from_somewhere = "aws:SourceIp" not in keys or "aws:SourceIp" in context
        if from_somewhere and all((key in context) is (action == "ses:SendEmail") for key in own):
            found.append(Request(caller, action, resource, HOME, context))
    return tuple(found)


def random_document(rng: Random, keys: tuple[str, ...], *, named: bool, wide: float = 0.0) -> Policy:
    """A policy; `wide` is how likely it holds an Allow of everything too, as control policies do."""
    statements = random_policy(rng, keys, named=named)
    for statement in statements:
        if "Action" in statement and rng.random() < 0.3:
            statement["Action"] = rng.choice(("sts:*", "kms:*", "*", "sts:Assume*"))
            statement.pop("NotResource", None)
            statement["Resource"] = "*"
        if "Principal" in statement:
            statement["Principal"] = rng.choice(MORE_NAMED)
    if rng.random() < wide:
        statements.append({"Effect": "Allow", "Action": "*", "Resource": "*"})
    return read(statements)


def random_policies(rng: Random, keys: tuple[str, ...], *, resource: bool) -> Policies:
    def limit() -> Policy:
        return random_document(rng, keys, named=False, wide=0.7)

    levels = rng.choice((None, None, (), (1,), (1, 2)))
    controls = rng.choice((None, None, (1,)))
    return Policies(
        identity=[random_document(rng, keys, named=False) for _ in range(rng.choice((0, 1, 1, 2)))],
        resource=[random_document(rng, keys, named=True) for _ in range(rng.choice((0, 1, 2)))] if resource else (),
        boundary=limit() if rng.random() < 0.25 else None,
        session=[limit()] if rng.random() < 0.3 else None,
        scps=None if levels is None else [[limit() for _ in range(size)] for size in levels],
        rcps=None if controls is None else [[random_document(rng, keys, named=True)]],
    )


def random_claim(rng: Random, keys: tuple[str, ...]) -> Policy:
    statements = [random_statement(rng, keys, named=False) | {"Effect": "Allow"}]
    if rng.random() < 0.4:
        statements.append(random_statement(rng, keys, named=True) | {"Effect": "Deny"})
    if rng.random() < 0.3:
        statements[0] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return read(statements)


def agrees(seed: int) -> tuple[bool, bool]:
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    keys = tuple(sorted(rng.sample(tuple(KEYS), 2)))
    caller = rng.choice(CALLERS)
    resource = rng.choice((None, *RESOURCES[:2] * 2, *SPECIAL.values()))
    policies = random_policies(rng, keys, resource=resource is not None)
    claim = random_claim(rng, keys)
    situation = Situation(caller, policies, resource, HOME, besides=(IDENTITY + "b.org",))
    asked = [resource] if resource is not None else [RESOURCES[0], "*", *SPECIAL.values()]
    world = [request for action in ACTIONS for each in asked for request in requests(keys, action, each, caller)]
    world = rng.sample(world, min(len(world), 150))
    described = [decide(request, policies).allowed for request in world if describes(claim, request)]
    others = random_policies(rng, keys, resource=resource is not None)
    both = [(decide(request, policies).allowed, decide(request, others).allowed) for request in world]
    if situation.beyond(others) is None:
        assert (True, False) not in both, f"seed {seed}"
    if situation.common(others) is None:
        assert (True, True) not in both, f"seed {seed}"
    breach, shortfall = situation.breach(claim), situation.shortfall(claim)  # witnesses are confirmed by `decide` on the way
    if breach is None:
        assert True not in described, f"seed {seed}"
    if shortfall is None:
        assert False not in described, f"seed {seed}"
    for witness in (breach, shortfall):
        assert witness is None or (witness.resource == resource if resource else witness.resource != IDENTITY + "b.org")
    return breach is not None, shortfall is not None


@pytest.mark.parametrize("block", range(6))
def test_an_enumeration_of_small_worlds_with_every_layer_agrees(block: int) -> None:
    answers = [agrees(seed) for seed in range(block * 50, block * 50 + 50)]
    assert {breach for breach, _ in answers} == {shortfall for _, shortfall in answers} == {True, False}


EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ALL = read([EVERYTHING])
SHUT = read([EVERYTHING | {"Effect": "Deny"}])


def test_control_policies_bind_no_service() -> None:
    open_to_all = read([EVERYTHING | {"Principal": "*"}])
    policies = Policies(resource=[open_to_all], scps=[[ALL, SHUT]])
    service, ann = (Situation(Principal.of(who), policies, "*", HOME) for who in ("ses.amazonaws.com", ANN))
    assert service.breach(ALL) is not None
    assert ann.breach(ALL) is None


def test_a_deny_with_notprincipal_spares_nobody_who_has_a_boundary() -> None:
    spared = read([EVERYTHING | {"Effect": "Deny", "NotPrincipal": {"AWS": [ANN, HOME]}}])
    free = Policies(identity=[ALL], resource=[spared])
    bounded = Policies(identity=[ALL], resource=[spared], boundary=ALL)
    assert Situation(Principal.of(ANN), free, "*", HOME).shortfall(ALL) is None
    assert Situation(Principal.of(ANN), bounded, "*", HOME).breach(ALL) is None


def test_a_send_without_a_sender_is_no_witness() -> None:
    from_anybody = {"StringLike": {"ses:FromAddress": "*"}}
    policy = read([EVERYTHING, {"Effect": "Deny", "Action": "ses:SendEmail", "Resource": "*", "Condition": from_anybody}])
    sending = read([EVERYTHING | {"Action": "ses:SendEmail"}])
    assert Situation(Principal.of(ANN), Policies(identity=[policy])).breach(sending) is None


def test_a_key_that_is_said_to_be_absent_is() -> None:
    no_address = read([EVERYTHING | {"Condition": {"Null": {"aws:SourceIp": "true"}}}])
    situation = Situation(Principal.of(ANN), Policies(identity=[no_address]), "*", HOME, {"aws:SourceIp": None})
    assert situation.breach(ALL) is not None
    assert Situation(Principal.of(ANN), Policies(identity=[no_address]), "*", HOME).breach(ALL) is None


ANYBODY = {"aws:principalarn": AnyText((f"arn:aws:iam::{HOME}:user/?*",), (ANN, "*/"))}


def test_a_caller_that_stands_for_others_is_whom_its_arn_says() -> None:
    of_team = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/team/*"}}
    policies = Policies(identity=[read([EVERYTHING | {"Condition": of_team}])])
    stranger = Situation(Principal.of(f"arn:aws:iam::{HOME}:user/x"), policies, resource_account=HOME, caller_keys=ANYBODY)
    witness = stranger.breach(ALL)
    assert witness is not None
    assert witness.principal.arn == witness.context["aws:principalarn"]
    assert witness.principal.arn.startswith(f"arn:aws:iam::{HOME}:user/team/")


def test_who_is_asked_apart_is_no_stranger() -> None:
    only_ann = {"StringEquals": {"aws:PrincipalArn": ANN}}
    policies = Policies(identity=[read([EVERYTHING | {"Condition": only_ann}])])
    stranger = Situation(Principal.of(f"arn:aws:iam::{HOME}:user/x"), policies, resource_account=HOME, caller_keys=ANYBODY)
    assert stranger.breach(ALL) is None


@pytest.mark.long
@pytest.mark.parametrize("block", range(8))
def test_an_enumeration_of_many_small_worlds_with_every_layer_agrees(block: int) -> None:
    for seed in range(10_000 + block * 1000, 10_000 + block * 1000 + 1000):
        agrees(seed)
