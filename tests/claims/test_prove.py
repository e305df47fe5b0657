"""Claims proved, or shown not to hold: by hand, and against an enumeration of callers and requests."""

import json
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gatepost.claims.callers import Caller
from gatepost.claims.described import described
from gatepost.claims.errors import ClaimError
from gatepost.claims.prove import Proof, anything, disjoint, equivalent, narrower, nothing, prove_always, prove_never
from gatepost.claims.read import read_claim
from gatepost.claims.subject import Subject
from gatepost.claims.who import Home
from gatepost.policy.decide import decide
from gatepost.policy.match import AttachedPolicy
from gatepost.policy.principal import Principal
from gatepost.policy.question import GivenPolicies
from gatepost.policy.read import read_policy
from gatepost.policy.request import Request
from gatepost.reasoning.situation import describes
from gatepost.reasoning.undecidable import Undecidable

Json = Any  # policy documents
PROOFS = json.loads(Path(__file__).with_name("proofs.json").read_text("utf-8"))
ACCOUNT, AWAY = "123456789012", "444455556666"
HOME = Home(ACCOUNT)
SEND = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}


def attached(statements: list[Json]) -> AttachedPolicy:
    return AttachedPolicy(read_policy(json.dumps({"Version": "2012-10-17", "Statement": statements})))


def subject(caller: str | None = None, **layers: list[Json]) -> Subject:
    each = {name: attached(statements) for name, statements in layers.items() if statements}
    boundary = each.pop("boundary", None)
    given = GivenPolicies(boundary=boundary, **{name: (policy,) for name, policy in each.items()})
    return Subject(given, HOME, None if caller is None else Principal.of(caller))


def asked(case: Json) -> Proof:
    layers = {name: case[name] for name in ("identity", "resource", "boundary", "scps") if name in case}
    about = subject(case.get("caller"), **layers)
    return (
        prove_always(read_claim(case["always"]), about) if "always" in case else prove_never(read_claim(case["never"]), about)
    )


@pytest.mark.parametrize("case", PROOFS, ids=lambda case: case["name"])
def test_the_claim(case: Json) -> None:
    if "undecided" in case or "refused" in case:
        with pytest.raises(Undecidable if "undecided" in case else ClaimError) as raised:
            asked(case)
        assert str(raised.value).removeprefix("column 1: ") == case.get("undecided", case.get("refused"))
        return
    proof = asked(case)
    assert proof.holds is case["holds"]
    for shown in proof.shown:
        assert decide(shown.request, shown.policies).allowed is ("never" in case)
    if not proof.holds:
        first = proof.shown[0].request
        assert first.action == case.get("action", first.action)
        assert first.principal.arn == case.get("principal", first.principal.arn)
        assert first.principal.kind.value == case.get("kind", first.principal.kind.value)


def test_each_way_past_a_claim_is_shown_once() -> None:
    deny = {"Effect": "Deny", "Action": "ses:Send*", "Resource": "*", "Condition": {"StringLike": {"ses:FromAddress": "ceo@*"}}}
    proof = prove_never(read_claim("send from ceo@example.com"), subject(identity=[SEND | {"Action": "ses:Send*"}, deny]))
    ways = [(each.request.action, each.request.context.get("ses:fromaddress")) for each in proof.shown]
    assert ways[0] == ("ses:SendBulkEmail", None)
    assert all(str(address).lower() == "ceo@example.com" != address for _, address in ways if address is not None)
    assert len({action for action, _ in ways}) == len(ways)


def test_two_sets_of_policies_are_compared() -> None:
    one, both = subject(identity=[SEND]), subject(identity=[SEND | {"Action": ["ses:SendEmail", "ses:SendRawEmail"]}])
    assert narrower(one, both).holds
    wider = narrower(both, one)
    assert (wider.holds, wider.shown[0].request.action) == (False, "ses:SendRawEmail")
    assert equivalent(one, one).holds
    assert not equivalent(one, both).holds
    assert disjoint(one, subject(identity=[SEND | {"Action": "ses:Get*"}])).holds
    assert disjoint(one, both).shown[0].request.action == "ses:SendEmail"


def test_something_is_allowed_or_nothing() -> None:
    shut = subject(identity=[SEND, {"Effect": "Deny", "Action": "ses:*", "Resource": "*"}])
    assert (anything(shut).holds, nothing(shut).holds) == (False, True)
    sending = subject(identity=[SEND])
    assert (anything(sending).holds, nothing(sending).holds) == (True, False)
    assert anything(sending).shown[0].request.action == "ses:SendEmail"


def test_what_no_call_is_asked_on_is_allowed_all_the_same() -> None:
    of_set = subject(identity=[SEND | {"Resource": "arn:aws:ses:us-east-1:123456789012:configuration-set/main"}])
    assert anything(of_set).shown[0].request.resource.endswith("configuration-set/main")


def test_policies_of_different_kinds_are_not_compared() -> None:
    with pytest.raises(ClaimError, match="expected policies of one kind"):
        narrower(subject(identity=[SEND]), subject(resource=[SEND | {"Principal": "*"}]))


# --- against an enumeration ---------------------------------------------------------------------------------------------

ANN, TEAM = f"arn:aws:iam::{ACCOUNT}:user/ann", f"arn:aws:iam::{ACCOUNT}:user/team/bob"
CALLERS = tuple(
    Principal.of(arn, role_arn=f"arn:aws:iam::{ACCOUNT}:role/exec" if "exec" in arn else None)
    for arn in (ANN, TEAM, f"arn:aws:sts::{ACCOUNT}:assumed-role/exec/s", f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/s",
                f"arn:aws:iam::{AWAY}:user/eve", f"arn:aws:iam::{AWAY}:root", "*")
)  # fmt: skip
NAMED: tuple[Json, ...] = ("*", {"AWS": ACCOUNT}, {"AWS": AWAY}, {"AWS": ANN}, {"AWS": f"arn:aws:iam::{ACCOUNT}:role/exec"})
CONDITIONS: tuple[Json, ...] = (
    {"StringLike": {"ses:FromAddress": "ceo@*"}}, {"StringEqualsIgnoreCase": {"ses:FromAddress": "ceo@a.org"}},
    {"StringNotLike": {"ses:FromAddress": "*@a.org"}}, {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/team/*"}},
    {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, {"ArnNotEquals": {"aws:PrincipalArn": ANN}},
    {"StringEquals": {"aws:username": "bob"}}, {"StringNotLike": {"aws:username": "a*"}},
    {"ForAllValues:StringLike": {"ses:Recipients": "*@a.org"}}, {"Bool": {"aws:SecureTransport": "true"}},
)  # fmt: skip
CLAIMS = ("ses:Send* from ceo@a.org", "ses:SendEmail from *@a.org unless role/exec", "send only to *@a.org by user/ann",
          "ses:SendEmail to b@b.org unless over tls", "send by another account", "anything by role/exec, user/team/bob",
          "send unless user/ann over tls", "ses:Get*, ses:SendBulkEmail")  # fmt: skip
VALUES = {
    "ses:FromAddress": ("ceo@a.org", "CEO@A.org", "x@b.org"),
    "ses:Recipients": (("a@a.org",), ("a@a.org", "b@b.org")),
}


def requests(caller: Principal) -> list[Request]:
    known = {key: value for key, value in Caller.named(caller).known.items() if value is not None}
    found = []
    for tls, sender, recipients in product(("true", "false"), *VALUES.values()):
        common = known | {"aws:SecureTransport": tls}
        sent = common | {"ses:FromAddress": sender, "ses:Recipients": recipients}
        identity = f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/a.org"
        found += [Request(caller, "ses:SendEmail", identity, context=sent)]
        found += [Request(caller, "ses:SendBulkEmail", identity, context=common)]
        found += [Request(caller, "ses:GetSendQuota", "*", ACCOUNT, common)]
    return found


def random_statements(rng: Random) -> tuple[str, list[Json]]:
    """One to three statements, and the layer that they are of."""
    named = rng.random() < 0.5

    def statement() -> Json:
        made: Json = {
            "Effect": rng.choice(("Allow", "Allow", "Deny")),
            "Action": rng.choice(("ses:Send*", "ses:SendEmail", "*")),
            "Resource": "*",
        }
        if named:
            made["Principal"] = rng.choice(NAMED)
        return made | ({"Condition": rng.choice(CONDITIONS)} if rng.random() < 0.7 else {})

    return "resource" if named else "identity", [statement() for _ in range(rng.choice((1, 2, 3)))]


def agrees(seed: int) -> bool | None:
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    layer, statements = random_statements(rng)
    about = subject(None, **{layer: statements})
    claim = read_claim(rng.choice(CLAIMS))
    try:
        spoken = [policies for policies, _ in about.situations(claim)]
        never, always = prove_never(claim, about), prove_always(claim, about)
    except (ClaimError, Undecidable):  # a claim of nobody; a name and an ARN in one question
        return None
    denied: list[Request] = []
    allowed: list[Request] = []
    for caller in CALLERS:
        if layer == "resource" or (caller.account == ACCOUNT):
            policies, account = spoken[0].policies, spoken[0].resource_account
            for each in requests(caller):
                request = Request.of_normalised(caller, each.action, each.resource, account, each.context)
                if claim.covers(caller, HOME) and describes(described(claim, caller, HOME), request):
                    (allowed if decide(request, policies).allowed else denied).append(request)
    if never.holds:
        assert not allowed, f"seed {seed}: {allowed[0]}"
    if always.holds:
        assert not denied, f"seed {seed}: {denied[0]}"
    return bool(allowed)


@pytest.mark.parametrize("block", range(4))
def test_an_enumeration_of_callers_and_requests_agrees(block: int) -> None:
    answers = {agrees(seed) for seed in range(block * 30, block * 30 + 30)}
    assert {True, False} <= answers


@pytest.mark.long
@pytest.mark.parametrize("block", range(4))
def test_an_enumeration_of_many_callers_and_requests_agrees(block: int) -> None:
    for seed in range(1000 + block * 1000, 1000 + block * 1000 + 1000):
        agrees(seed)
