"""Questions that leave keys open: a definite answer is so for every value, "cannot tell" only where values differ or may."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.policy.catalogue import is_multivalued
from gatepost.policy.decide import Policies, Verdict, decide
from gatepost.policy.model import Condition, Effect, Operator, Place, Policy, Statement
from gatepost.policy.partial import Answer, PartialDecision, decide_partly
from gatepost.policy.principal import Principal
from gatepost.policy.read import read_policy
from gatepost.policy.request import Context, Request
from gatepost.policy.shortfall import shortfall
from gatepost.policy.unknown import Unknown
from policy.strategies import ACCOUNT, GIVEN, IDENTITIES, KEYS, requests, sets

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
OPEN = tuple(key.lower() for key in KEYS)


def completion(key: str, *, always: bool) -> st.SearchStrategy[str | tuple[str, ...] | None]:
    """What a call may carry for an open key; None is nothing."""
    one = st.sampled_from(GIVEN)
    values = st.lists(one, min_size=1, max_size=2).map(tuple) if is_multivalued(key) else one
    return values if always else st.none() | values


@st.composite
def questions(draw: st.DrawFn) -> tuple[Request, Unknown, Context]:
    """A question that leaves keys open, and one call that it may be about."""
    request = draw(requests)
    left_open = draw(st.sets(st.sampled_from(OPEN), min_size=1))
    always = draw(st.sets(st.sampled_from(sorted(left_open))))
    families = {"aws:principaltag/"} if "aws:principaltag/team" in left_open else set()
    asked = {key: value for key, value in request.context.items() if key not in left_open}
    carried = {key: draw(completion(key, always=key in always)) for key in sorted(left_open)}
    call: Context = {**asked, **{key: value for key, value in carried.items() if value is not None}}
    known = Request.of_normalised(request.principal, request.action, request.resource, request.resource_account, asked)
    return known, Unknown(frozenset(left_open - always | families), frozenset(always)), call


def completed(request: Request, context: Context) -> Request:
    return Request.of_normalised(request.principal, request.action, request.resource, request.resource_account, context)


def holds_for(request: Request, unknown: Unknown, call: Context, held: Policies) -> None:
    found = decide_partly(request, held, unknown)
    decision = decide(completed(request, call), held)
    if found.answer is not Answer.CANNOT_TELL:
        assert decision.allowed is (found.answer is Answer.YES)
    if found.verdict is not None:
        assert decision.verdict is found.verdict


@settings(max_examples=400)
@given(question=questions(), held=sets)
def test_a_definite_answer_holds_for_every_completion(question: tuple[Request, Unknown, Context], held: Policies) -> None:
    holds_for(*question, held)


@pytest.mark.long
@settings(max_examples=20_000, derandomize=False)
@given(question=questions(), held=sets)
def test_a_definite_answer_holds_for_twenty_thousand_completions(
    question: tuple[Request, Unknown, Context], held: Policies
) -> None:
    holds_for(*question, held)


TEAM, SENDER_KEY, RECIPIENTS = "aws:PrincipalTag/team", "ses:FromAddress", "ses:Recipients"
SINGLE, SEVERAL = (None, "", "a", "b", "org"), (None, ("a",), ("a", "b"), ("", "b"))
small_conditions = st.builds(
    Condition,
    st.builds(
        Operator,
        st.sampled_from(("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase")),
        st.sampled_from((None, "ForAllValues", "ForAnyValue")),
        st.booleans(),
    )
    | st.just(Operator("Null")),
    st.sampled_from((TEAM, SENDER_KEY, RECIPIENTS)),
    st.lists(
        st.sampled_from(("a", "b", "*", "true", "false", f"${{{TEAM}}}", f"${{{TEAM}, 'a'}}", f"${{{SENDER_KEY}}}")),
        min_size=1,
        max_size=2,
    ).map(tuple),
    st.just(Place(1, 1)),
)
small_resources = st.lists(
    st.sampled_from(
        tuple(
            f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/{name}"
            for name in (f"example.${{{TEAM}}}", f"example.${{{TEAM}, 'org'}}", f"${{{SENDER_KEY}}}.*", "other", "example.org")
        )
    ),
    min_size=1,
    max_size=2,
).map(tuple)


@settings(max_examples=500)
@given(
    effect=st.sampled_from(Effect),
    condition=st.none() | small_conditions,
    resources=st.none() | small_resources,
    inverted=st.booleans(),
    known=st.fixed_dictionaries(
        {},
        optional={
            TEAM: st.sampled_from(SINGLE[1:]),
            SENDER_KEY: st.sampled_from(SINGLE[1:]),
            RECIPIENTS: st.sampled_from(SEVERAL[1:]),
        },
    ),
    always=st.sets(st.sampled_from((TEAM, SENDER_KEY, RECIPIENTS))),
)
def test_one_statement_is_right_for_all_completions(
    effect: Effect,
    condition: Condition | None,
    resources: tuple[str, ...] | None,
    inverted: bool,
    known: dict[str, str | tuple[str, ...]],
    always: set[str],
) -> None:
    """Every call that the question may be about, one after the other: a definite answer holds for each."""
    named = resources or ("*",)
    statement = Statement(
        effect,
        actions=("ses:*",),
        resources=None if inverted and resources else named,
        not_resources=named if inverted and resources else None,
        conditions=() if condition is None else (condition,),
    )
    everything = Policy((Statement(Effect.ALLOW, actions=("*",), resources=("*",)),), "2012-10-17")
    held = Policies([Policy((statement,), "2012-10-17"), *([everything] if effect is Effect.DENY else [])])
    asked = {key.lower(): value for key, value in known.items()}
    left_open = [key.lower() for key in (TEAM, SENDER_KEY, RECIPIENTS) if key not in known]
    sure = {key.lower() for key in always}.intersection(left_open)
    unknown = Unknown(frozenset(left_open) - sure, frozenset(sure))
    request = Request.of_normalised(Principal.of(ALICE), "ses:SendEmail", IDENTITIES[1], ACCOUNT, asked)
    found = decide_partly(request, held, unknown)
    for values in product(*(SEVERAL if key == RECIPIENTS.lower() else SINGLE for key in left_open)):
        carried = {key: value for key, value in zip(left_open, values, strict=True) if value is not None}
        if sure <= carried.keys():
            decision = decide(completed(request, {**asked, **carried}), held)
            assert found.answer in (Answer.CANNOT_TELL, Answer.YES if decision.allowed else Answer.NO), carried


@settings(max_examples=300)
@given(request=requests, held=sets)
def test_where_nothing_is_left_open_the_answer_is_the_decision(request: Request, held: Policies) -> None:
    found = decide_partly(request, held, Unknown(frozenset({"ses:tenantname"})))
    assert found.best.verdict is found.worst.verdict is decide(request, held).verdict


@settings(max_examples=400)
@given(request=requests, held=sets)
def test_nothing_falls_short_exactly_where_the_decision_allows(request: Request, held: Policies) -> None:
    decision = decide(request, held)
    found = shortfall(decide_partly(request, held, Unknown()).explanation)
    assert bool(found) is not decision.allowed
    assert bool(found.denials) is (decision.verdict is Verdict.EXPLICIT_DENY)


def asked(condition: str, effect: str = "Allow", *, unknown: Unknown, context: Context | None = None) -> PartialDecision:
    """Whether alice may send where one statement has this condition; a Deny stands beside an Allow of everything."""
    statement = f'{{"Effect": "{effect}", "Action": "ses:*", "Resource": "*", "Condition": {condition}}}'
    allow = '{"Effect": "Allow", "Action": "ses:*", "Resource": "*"},' if effect == "Deny" else ""
    policy = read_policy(f'{{"Version": "2012-10-17", "Statement": [{allow} {statement}]}}')
    request = Request(ALICE, "ses:SendEmail", IDENTITIES[0], context=context or {})
    return decide_partly(request, Policies([policy]), unknown)


SENDER = Unknown(frozenset({"ses:fromdisplayname"}), frozenset({"ses:fromaddress", "ses:recipients"}))


@pytest.mark.parametrize(
    ("effect", "condition", "answer"),
    [
        ("Allow", '{"StringEquals": {"ses:FromAddress": "a@example.com"}}', Answer.CANNOT_TELL),
        ("Deny", '{"StringEquals": {"ses:FromAddress": "a@example.com"}}', Answer.CANNOT_TELL),
        ("Allow", '{"Null": {"ses:FromAddress": "false"}}', Answer.YES),
        ("Deny", '{"Null": {"ses:FromAddress": "true"}}', Answer.YES),
        ("Allow", '{"Null": {"ses:FromDisplayName": "true"}}', Answer.CANNOT_TELL),
        ("Deny", '{"StringLike": {"ses:Recipients": "*"}}', Answer.YES),
        ("Deny", '{"StringNotLike": {"ses:Recipients": "*@example.com"}}', Answer.YES),
        ("Allow", '{"StringNotLike": {"ses:Recipients": "*@example.com"}}', Answer.NO),
        ("Deny", '{"ForAnyValue:StringNotLike": {"ses:Recipients": "*@example.com"}}', Answer.CANNOT_TELL),
        ("Allow", '{"StringEquals": {"aws:SourceVpce": "vpce-1"}}', Answer.NO),
        ("Allow", '{"StringEquals": {"ses:FromAddress": "a@example.com", "aws:SourceVpce": "vpce-1"}}', Answer.NO),
    ],
    ids=["an Allow on an open key", "a Deny on an open key", "a key that every send carries", "and is never absent",
         "a key that may be absent", "a bare operator on recipients", "negated too", "allows nothing", "with a set operator",
         "a key that no call carries", "decides beside an open one"],
)  # fmt: skip
def test_what_is_left_open_matters_only_where_it_can(effect: str, condition: str, answer: Answer) -> None:
    assert asked(condition, effect, unknown=SENDER).answer is answer


def test_an_open_key_in_a_variable_is_open_too() -> None:
    condition = '{"StringEquals": {"ses:FromAddress": "${aws:PrincipalTag/mail}"}}'
    tags = Unknown(frozenset({"aws:principaltag/"}))
    found = asked(condition, unknown=tags, context={"ses:FromAddress": "a@example.com"})
    assert found.answer is Answer.CANNOT_TELL
    assert shortfall(found.explanation).open_allows[0].depends_on == ("aws:principaltag/mail",)
    without = asked(condition, unknown=tags)
    assert without.answer is Answer.NO, "without a From address there is nothing to compare"


@pytest.mark.parametrize(
    ("element", "resource", "answer"),
    [
        ("Resource", "identity/${aws:PrincipalTag/domain}", Answer.CANNOT_TELL),
        ("Resource", "identity/mail.${aws:PrincipalTag/domain}", Answer.NO),
        ("NotResource", "identity/${aws:PrincipalTag/domain}", Answer.CANNOT_TELL),
        ("NotResource", "identity/mail.${aws:PrincipalTag/domain}", Answer.YES),
    ],
)
def test_an_open_key_in_a_resource_is_open_where_it_could_match(element: str, resource: str, answer: Answer) -> None:
    statement = f'{{"Effect": "Allow", "Action": "ses:*", "{element}": "arn:aws:ses:us-east-1:{ACCOUNT}:{resource}"}}'
    policy = read_policy(f'{{"Version": "2012-10-17", "Statement": {statement}}}')
    request = Request(ALICE, "ses:SendEmail", IDENTITIES[0])
    assert decide_partly(request, Policies([policy]), Unknown(frozenset({"aws:principaltag/"}))).answer is answer


def test_a_denial_is_certain_where_only_its_kind_is_open() -> None:
    policy = read_policy(
        '{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", '
        '"Condition": {"StringEquals": {"ses:FromAddress": "x@example.com"}}}}'
    )
    request = Request(ALICE, "ses:SendEmail", IDENTITIES[0])
    found = decide_partly(request, Policies([policy]), SENDER)
    assert (found.answer, found.verdict) == (Answer.NO, None)
