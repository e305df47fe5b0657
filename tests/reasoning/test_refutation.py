"""Refutations of random questions with every layer: each is followed, and what was tampered with is refused with its place."""

import re
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.policy.policies import Policies
from gatepost.policy.principal import Principal
from gatepost.policy.request import Request
from gatepost.reasoning.evaluation import Conditions, is_true_of
from gatepost.reasoning.refutation import Clause, Refutation, Unproved, check, refute
from gatepost.reasoning.situation import Situation, Sought
from gatepost.reasoning.world import World
from reasoning.test_situation import ANN as ANN_ARN
from reasoning.test_situation import CALLERS, HOME, random_claim, random_policies
from reasoning.test_small_worlds import KEYS, RESOURCES, read

Json = Any  # policy documents
SEEDS = st.integers(0, 10**6)


def sought(seed: int) -> Sought:
    """What a random claim describes and random policies allow, or do not."""
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    keys = tuple(sorted(rng.sample(tuple(KEYS), 2)))
    resource = rng.choice((None, *RESOURCES[:2]))
    policies, others = (random_policies(rng, keys, resource=resource is not None) for _ in range(2))
    situation, claim = Situation(rng.choice(CALLERS), policies, resource, HOME), random_claim(rng, keys)
    ways = (situation.breaches(claim), situation.shortfalls(claim), situation.excess(others), situation.overlap(others, claim))
    return rng.choice(ways)


def followed(seed: int) -> None:
    one = sought(seed)
    request = one.first()
    if request is not None:
        assert refute(one.posed({}, World)) is None
        assert one.includes(request)
        return
    refutation = refute(one.posed({}, World))
    assert refutation is not None
    check(refutation, one.posed({}, World))


@given(SEEDS)
@settings(max_examples=150)
def test_there_is_a_request_of_which_the_formula_is_true_or_a_refutation_that_can_be_followed(seed: int) -> None:
    followed(seed)


@pytest.mark.long
def test_there_is_one_or_the_other_in_many_questions() -> None:
    for seed in range(10**7, 10**7 + 5000):
        followed(seed)


# --- what was tampered with ---------------------------------------------------------------------------------------------


def deny(sender: tuple[str, str], tls: str) -> Json:
    operator, pattern = sender
    condition = {operator: {"ses:FromAddress": pattern}, "Bool": {"aws:SecureTransport": tls}}
    return {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


# Four Denies, one for each way a send may be: it takes steps to see that nothing is left, and lemmas that `ann@a.org` is of `a.org`.
ANN, NOT_OF_A = ("StringLike", "ann@a.org"), ("StringNotLike", "*@a.org")
ALLOW = {
    "Effect": "Allow",
    "Action": "ses:SendEmail",
    "Resource": "*",
    "Condition": {"StringLike": {"ses:FromAddress": ["ann@a.org", "?@b.org"]}},
}
SHUT = Situation(
    Principal.of(ANN_ARN),
    Policies(identity=[read([ALLOW, *(deny(sender, tls) for sender in (ANN, NOT_OF_A) for tls in ("true", "false"))])]),
    "*",
    HOME,
).breaches(None)


def without(given: tuple[Clause, ...], at: int) -> tuple[Clause, ...]:
    return (*given[:at], *given[at + 1 :])


@pytest.fixture
def refutation() -> Refutation:
    found = refute(SHUT.posed({}, World))
    assert found is not None
    assert found.lemmas
    assert len(found.steps) > 1
    check(found, SHUT.posed({}, World))
    return found


def refused(refutation: Refutation) -> str:
    with pytest.raises(Unproved) as raised:
        check(refutation, SHUT.posed({}, World))
    return str(raised.value)


def test_a_clause_that_is_left_out_or_added_is_refused(refutation: Refutation) -> None:
    for at in range(len(refutation.clauses)):
        assert refused(replace(refutation, clauses=without(refutation.clauses, at))).startswith(f"clause {at + 1}: expected `")
    more = replace(refutation, clauses=(*refutation.clauses, (1,)))
    assert refused(more) == f"clause {len(more.clauses)}: expected nothing, found `1 0`"


def test_a_lemma_that_says_too_much_is_refused_with_what_contradicts_it(refutation: Refutation) -> None:
    for at, lemma in enumerate(refutation.lemmas):
        stronger = (*refutation.lemmas[:at], lemma[1:], *refutation.lemmas[at + 1 :])
        assert re.match(
            rf"lemma {at + 1}: (a text contradicts it: `|a candidate contradicts it: number)",
            refused(replace(refutation, lemmas=stronger)),
        )


def test_a_lemma_about_anything_but_one_place_is_refused(refutation: Refutation) -> None:
    chosen = next(atom for atom, meaning in refutation.meanings.items() if "action" in meaning)
    for lemma in ((chosen,), (), (chosen, *refutation.lemmas[0])):
        said = refused(replace(refutation, lemmas=(lemma,)))
        assert said.startswith("lemma 1: expected patterns or candidates of one place")


def test_a_lemma_that_is_left_out_is_missed_where_it_was_needed(refutation: Refutation) -> None:
    assert "does not follow from what stands before it" in refused(replace(refutation, lemmas=()))


def test_a_step_that_is_left_out_is_missed_where_it_was_needed(refutation: Refutation) -> None:
    assert refused(replace(refutation, steps=((),))) == "step 1: `0` does not follow from what stands before it"
    unended = replace(refutation, steps=refutation.steps[:-1])
    assert refused(unended) == f"step {len(refutation.steps)}: expected the empty clause at the end, found nothing"


def test_a_step_that_does_not_follow_is_refused(refutation: Refutation) -> None:
    chosen = next(atom for atom, meaning in refutation.meanings.items() if "iam:CreateUser" in meaning.get("action", ()))
    said = refused(replace(refutation, steps=((chosen,), *refutation.steps)))
    assert said == f"step 1: `{chosen} 0` does not follow from what stands before it"


def test_another_meaning_of_an_atom_is_refused(refutation: Refutation) -> None:
    first = next(iter(refutation.meanings))
    assert refused(replace(refutation, meanings={**refutation.meanings, first: {"key": "x", "is": "there"}})).startswith(
        f"atom {first}: expected"
    )
    last = max(refutation.meanings) + 1
    unknown = {"place": "ses:fromaddress.0", "matches": ".*"}
    assert refused(replace(refutation, meanings={**refutation.meanings, last: unknown})).startswith(f"atom {last}: ")


def test_the_refutation_of_another_question_is_refused(refutation: Refutation) -> None:
    other = replace(SHUT, wanted=((Policies(identity=[read([ALLOW])]), True),))
    with pytest.raises(Unproved):
        check(refutation, other.posed({}, World))


def test_a_lemma_may_speak_of_another_value_of_the_same_key() -> None:
    """What is learnt of one recipient is learnt of each, in atoms that the question itself does not have."""
    said = [
        {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*", "Condition": {operator: {"ses:Recipients": values}}}
        for operator, values in (("ForAnyValue:StringLike", ["a*@x.org", "*b@x.org"]), ("ForAllValues:StringLike", ["*@x.org"]))
    ]
    situation = Situation(Principal.of(ANN_ARN), Policies(identity=[read(said[:1])]), "*", HOME)
    one = situation.excess(
        Policies(identity=[read([said[0] | {"Condition": {"ForAnyValue:StringLike": {"ses:Recipients": "*@x.org"}}}])])
    )
    found = refute(one.posed({}, World))
    assert found is not None
    check(found, one.posed({}, World))


# --- a request that is none ---------------------------------------------------------------------------------------------


def test_the_formula_is_true_of_no_request_that_the_policies_decide_otherwise() -> None:
    for seed in range(60):
        one = sought(seed)
        request = one.first()
        if request is not None:
            for changed in ("ses:GetSendQuota", "s3:GetObject", "x:y"):
                other = Request.of_normalised(
                    request.principal, changed, request.resource, request.resource_account, request.context
                )
                assert one.is_met_by(other) or not is_true_of(other, one.posed({}, Conditions)), f"seed {seed}"


def test_a_request_that_no_call_can_be_is_none() -> None:
    """A bulk send carries no From address, whatever `decide` would say of one that did."""
    one = Situation(Principal.of(ANN_ARN), Policies(identity=[read([ALLOW | {"Action": "ses:Send*"}])]), "*", HOME).breaches(
        None
    )
    sent, bulk = (
        Request(one.situation.principal, action, "*", HOME, {"ses:FromAddress": "ann@a.org"})
        for action in ("ses:SendEmail", "ses:SendBulkEmail")
    )
    assert one.is_met_by(sent)
    assert one.is_met_by(bulk)
    assert [is_true_of(each, one.posed({}, Conditions)) for each in (sent, bulk)] == [True, False]
