"""A change's guardrails, proved by the difference alone, against the whole account asked anew: on random accounts and changes."""

import json
import random
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.claims.guardrail import Breach, Change, Wanted, breach_of, exhaustive_breach, first_breach
from gatepost.claims.household import Hanging, Household, Postbox, Resident
from gatepost.policy.decide import decide
from gatepost.policy.match import AttachedPolicy, PolicySource
from gatepost.policy.model import Effect, Policy, PrincipalEntry, PrincipalType, Statement
from gatepost.policy.principal import Principal
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.write import write_policy

ACCOUNT: Final = "123456789012"
KEYS: Final = {"aws:resourceaccount": ACCOUNT}
IDENTITIES: Final = tuple(f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/{name}" for name in ("example.com", "example.org"))
SENDERS: Final = ("ceo@example.com", "news@example.com", "*@example.com", "${aws:username}@example.com", "c?o@*")
CLAIMS: Final = (
    ("never", "ses:SendEmail from ceo@example.com"),
    ("never", "ses:SendEmail from ceo@example.com unless user/ann"),
    ("never", "ses:SendEmail from ceo@example.com unless group/staff"),
    ("never", "ses:SendEmail by another account"),
    ("never", "ses:DeleteIdentity by user/ann"),
    ("always", "ses:SendEmail by user/ann from news@example.com"),
    ("always", "ses:SendEmail by root from news@example.com"),
    ("never", "ses:SendEmail by root from ceo@example.com on identity/example.com"),
)


def hanging(*statements: Statement, source: PolicySource = PolicySource.USER_INLINE) -> Hanging:
    """A layer of one policy; its fingerprint is what it says."""
    if not statements:
        return Hanging("", ())
    policy = Policy(statements, "2012-10-17")
    return Hanging(repr(policy), (AttachedPolicy(policy, source, "p", "arn:aws:iam::123456789012:user/x"),))


def statement(draw: random.Random, *, named: bool = False, arn: str | None = None) -> Statement:
    """One that says something of mail."""
    addresses = {"ses:FromAddress": draw.choice(SENDERS)}
    conditions: tuple[dict[str, Any], ...] = (
        {},
        {"StringLike": addresses},
        {"StringNotLike": addresses},
        {"StringEquals": {"aws:PrincipalTag/team": "mail"}},
    )
    written = {
        "Effect": draw.choice(("Allow", "Allow", "Deny")),
        "Action": draw.choice(("ses:SendEmail", "ses:*", ["ses:DeleteIdentity", "ses:SendRawEmail"], "ses:Send*")),
        "Resource": "*",
        "Condition": draw.choice(conditions),
    }
    read = read_policy(json.dumps({"Version": "2012-10-17", "Statement": written})).statements[0]
    if arn is not None and draw.random() < 0.7:
        read = replace(read, resources=(arn,))
    if named:
        user = f"arn:aws:iam::{ACCOUNT}:user/"
        value = draw.choice(("*", ACCOUNT, "444455556666", f"{user}ann", f"{user}bob", "AIDAANN"))
        read = replace(read, principals=(PrincipalEntry(PrincipalType.AWS, value),))
    return read


def layer(draw: random.Random, most: int = 2, **kind: Any) -> Hanging:
    return hanging(*(statement(draw, **kind) for _ in range(draw.randint(0, most))))


def resident(draw: random.Random, name: str) -> Resident:
    principal = Principal.of(f"arn:aws:iam::{ACCOUNT}:user/{name}", unique_id=f"AIDA{name.upper()}")
    keys: dict[str, Any] = {"aws:principalarn": principal.arn, "aws:principalaccount": ACCOUNT, "aws:username": name}
    keys |= {"aws:principaltype": "User", "aws:userid": principal.unique_id, "aws:principalisawsservice": "false"}
    if draw.random() < 0.5:
        keys["aws:principaltag/team"] = draw.choice(("mail", "sales"))
    return Resident(principal, keys, layer(draw, 3), layer(draw) if draw.random() < 0.3 else None)


def root() -> Resident:
    principal = Principal.of(ACCOUNT)
    keys = {
        "aws:principalarn": principal.arn,
        "aws:principalaccount": ACCOUNT,
        "aws:userid": ACCOUNT,
        "aws:principaltype": "Account",
    }
    return Resident(principal, keys, hanging())


def postbox(draw: random.Random, arn: str) -> Postbox:
    side = hanging(*(statement(draw, named=True, arn=arn) for _ in range(draw.randint(1, 2))), source=PolicySource.RESOURCE)
    return Postbox(arn, side, tuple(each for each in side.attached if "AIDAANN" not in repr(each)))


def group(draw: random.Random) -> dict[str, frozenset[str]]:
    return {"staff": frozenset(f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("ann", "bob") if draw.random() < 0.5)}


def household(draw: random.Random) -> Household:
    boxes = tuple(postbox(draw, arn) for arn in IDENTITIES if draw.random() < 0.6)
    scps = tuple(layer(draw) for _ in range(2)) if draw.random() < 0.3 else None
    people = (root(), *(resident(draw, name) for name in ("ann", "bob", "cay") if draw.random() < 0.8))
    return Household(ACCOUNT, group(draw), KEYS, KEYS, scps, None, people, boxes)


def changed(draw: random.Random, before: Household) -> Household:
    """One thing, or a few, otherwise."""
    after = before
    for _ in range(draw.randint(1, 2)):
        other = household(draw)
        kind = draw.randrange(6)
        if kind == 0:
            after = replace(after, groups=other.groups)
        elif kind == 1:
            after = replace(after, scps=other.scps)
        elif kind == 2:
            after = replace(after, postboxes=other.postboxes)
        elif kind == 3:
            after = replace(after, residents=other.residents)
        else:
            at = draw.randrange(len(after.residents))
            one = after.residents[at]
            if not one.principal.of_root:
                new = resident(draw, one.principal.name)
                one = draw.choice(
                    (replace(one, identity=new.identity), replace(one, boundary=new.boundary), replace(one, keys=new.keys))
                )
            after = replace(after, residents=(*after.residents[:at], one, *after.residents[at + 1 :]))
    return after


def is_real(breach: Breach, after: Household, kind: str) -> bool:
    """Whether the request shown is decided as it is said to be, by the account's own policies."""
    if breach.request is None:
        return False
    request = breach.request
    caller = next((each for each in after.residents if each.principal == request.principal), None)
    if caller is None:
        return True  # an outsider: what its own account says is assumed
    box = after.by_arn.get(request.resource)
    policies = after.policies(caller, None if box is None else box.side.layer)
    return decide(request, policies).allowed is (kind == "never")


@pytest.mark.parametrize("claim", CLAIMS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=40)
def test_the_difference_says_what_the_whole_account_says(claim: tuple[str, str], seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 -- not for secrets
    kind, text = claim
    guardrail = Wanted("g", kind, text)
    before = household(draw)
    after = changed(draw, before)
    before_or_none = before if exhaustive_breach(guardrail, before) is None else None  # it could not have been set
    expected = exhaustive_breach(guardrail, after)
    by_difference = breach_of(guardrail, Change(before_or_none, after, (guardrail,)))
    from_nothing = breach_of(guardrail, Change(None, after, (guardrail,)))
    if expected is not None and expected.request is None:
        return  # the whole is not decided: a difference that leaves that part out may be
    assert (by_difference is None) == (expected is None)
    assert (from_nothing is None) == (expected is None)
    for found in (by_difference, from_nothing):
        assert found is None or is_real(found, after, kind)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60)
def test_what_only_takes_away_breaks_no_never(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 -- not for secrets
    guardrail = Wanted("g", "never", CLAIMS[0][1])
    before = household(draw)
    if exhaustive_breach(guardrail, before) is not None:
        return
    deny = replace(statement(draw), effect=Effect.DENY)

    def with_deny(one: Resident) -> Resident:
        statements = [each for attached in one.identity.attached for each in attached.policy.statements]
        return replace(one, identity=hanging(*statements, deny))

    after = replace(before, residents=tuple(map(with_deny, before.residents)))
    assert first_breach(Change(before, after, (guardrail,))) is None


def test_everybody_in_a_group_is_asked_once() -> None:
    new = read_policy(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*",'
        ' "Condition": {"StringLike": {"ses:FromAddress": "alerts@example.com"}}}}',
        PolicyKind.IDENTITY,
    ).statements[0]

    def household_of(*statements: Statement) -> Household:
        people = []
        for number in range(300):
            principal = Principal.of(f"arn:aws:iam::{ACCOUNT}:user/u{number}", unique_id=f"AIDA{number}")
            keys = {"aws:principalarn": principal.arn, "aws:username": principal.name}
            people.append(Resident(principal, keys, hanging(*statements)))
        return Household(ACCOUNT, {}, KEYS, KEYS, None, None, tuple(people), ())

    asked = Change(household_of(), household_of(new), (Wanted("g", "never", "ses:SendEmail from ceo@example.com"),))
    assert first_breach(asked) is None
    assert write_policy(Policy((new,)))  # it is a policy that can be put
