"""What holds of every policy and request."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.policy.decide import Policies, Verdict, decide
from gatepost.policy.explain import explain
from gatepost.policy.model import Effect, Policy
from gatepost.policy.pattern import glob, matcher, wild
from gatepost.policy.read import read_policy
from gatepost.policy.request import Request
from gatepost.policy.requirements import requirements
from gatepost.policy.write import write_policy
from policy.strategies import layers, policies, requests, sets, statements

FEW = settings(max_examples=150)


def verdict(request: Request, given: Policies) -> Verdict:
    return decide(request, given).verdict


@FEW
@given(request=requests, held=sets)
def test_decide_and_explain_agree(request: Request, held: Policies) -> None:
    """The verdict follows from the steps alone, layer by layer."""
    explained = explain(request, held)
    decision = decide(request, held)
    assert explained.decision == decision
    denies = any(step.rule.denies for layer in explained.layers for step in layer.matched if layer.kind.name != "SCP")
    if denies:
        assert decision.verdict is Verdict.EXPLICIT_DENY
    matched = {(id(step.rule)) for layer in explained.layers for step in layer.matched}
    assert {id(rule) for rule in decision.rules} <= matched


@FEW
@given(request=requests, held=sets)
def test_the_requirements_make_the_verdict(request: Request, held: Policies) -> None:
    effects = {requirement.effect.value for requirement in requirements(explain(request, held))}
    expected = Verdict.ALLOWED
    if "EXPLICIT_DENY" in effects:
        expected = Verdict.EXPLICIT_DENY
    elif "IMPLICIT_DENY" in effects:
        expected = Verdict.IMPLICIT_DENY
    assert verdict(request, held) is expected


@FEW
@given(
    request=requests,
    identity=layers(principal=False),
    resource=layers(principal=True),
    denial=statements(principal=False, effect=Effect.DENY),
)
def test_another_deny_never_opens_the_gate(
    request: Request, identity: list[Policy], resource: list[Policy], denial: object
) -> None:
    before = verdict(request, Policies(identity, resource))
    after = verdict(request, Policies([*identity, Policy((denial,), "2012-10-17")], resource))  # type: ignore[arg-type]  # a Statement
    assert not (before is not Verdict.ALLOWED and after is Verdict.ALLOWED)


@FEW
@given(request=requests, identity=layers(principal=False), resource=layers(principal=True), seed=st.integers())
def test_order_never_matters(request: Request, identity: list[Policy], resource: list[Policy], seed: int) -> None:
    shuffle = random.Random(seed).shuffle  # noqa: S311 -- an order, not a secret
    mixed = [Policy(tuple(reversed(each.statements)), each.version) for each in identity]
    others = list(resource)
    shuffle(mixed)
    shuffle(others)
    assert verdict(request, Policies(identity, resource)) is verdict(request, Policies(mixed, others))


@FEW
@given(request=requests, held=sets, boundary=policies(principal=False))
def test_a_boundary_only_shrinks(request: Request, held: Policies, boundary: Policy) -> None:
    free = Policies(held.identity, held.resource, None, held.session)
    bound = Policies(held.identity, held.resource, boundary, held.session)
    if verdict(request, free) is not Verdict.ALLOWED:
        assert verdict(request, bound) is not Verdict.ALLOWED


@FEW
@given(request=requests, held=sets, scp=policies(principal=False))
def test_a_service_control_policy_only_shrinks(request: Request, held: Policies, scp: Policy) -> None:
    if verdict(request, Policies(held.identity, held.resource)) is not Verdict.ALLOWED:
        assert verdict(request, Policies(held.identity, held.resource, scps=[[scp]])) is not Verdict.ALLOWED


@FEW
@given(request=requests)
def test_without_policies_only_the_root_user_is_allowed(request: Request) -> None:
    root = request.principal.kind.value == "root"
    assert (verdict(request, Policies()) is Verdict.ALLOWED) is root


@FEW
@given(policy=policies(principal=True))
def test_what_is_written_reads_the_same(policy: Policy) -> None:
    read = read_policy(write_policy(policy))
    assert write_policy(read) == write_policy(policy)


def expression(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(character, re.escape(character)) for character in pattern), re.DOTALL)


@settings(max_examples=500)
@given(pattern=st.text("ab*?:", max_size=8), text=st.text("ab:", max_size=10))
def test_wildcards_match_as_the_expression_says(pattern: str, text: str) -> None:
    wanted = expression(pattern).fullmatch(text) is not None
    assert glob(wild(pattern), text) is wanted
    assert bool(matcher(wild(pattern))(text)) is wanted


def test_many_stars_are_matched_in_no_time() -> None:
    """A backtracking expression would take hours."""
    assert not glob(wild("*a" * 40 + "b"), "a" * 20_000)


@pytest.mark.long
@settings(max_examples=20_000, derandomize=False)
@given(request=requests, held=sets)
def test_twenty_thousand_decisions_are_explained_alike(request: Request, held: Policies) -> None:
    assert explain(request, held).decision == decide(request, held)
