"""Every operator, with each prefix and suffix, has words; and the words say what the engine does."""

from itertools import product

import pytest

from gatepost.policy.model import Condition, Effect, Operator, Place
from gatepost.policy.operators import COMPARISONS, compile_condition
from gatepost.words.conditions import NEGATED, POSITIVE, condition_words

VALUES = {
    "Date": "2023-01-15T12:00:00Z",
    "Numeric": "7",
    "Bool": "true",
    "Binary": "QUFB",
    "IpAddress": "10.0.0.0/8",
    "NotIpAddress": "10.0.0.0/8",
    "Arn": "arn:aws:sns:*:*:x",
}
SINGLE, MANY, UNKNOWN, ALWAYS = "ses:FromAddress", "ses:Recipients", "custom:key", "aws:CurrentTime"
OPERATORS = [Operator(*each) for each in product(COMPARISONS, (None, "ForAllValues", "ForAnyValue"), (False, True))]
NOT_GIVEN = ("(or is not given)", "(or there is none)", "so only where it is not given")


def wanted(base: str) -> str:
    return next((value for prefix, value in VALUES.items() if base.startswith(prefix)), "a@example.com")


def condition(operator: Operator, key: str) -> Condition:
    return Condition(operator, key, (wanted(operator.base),), Place(1, 1))


def holds(each: Condition, value: str | tuple[str, ...] | None) -> bool:
    context = {} if value is None else {each.key.lower(): value}
    return compile_condition(each, Effect.ALLOW, variables=True)(context)


def test_each_base_operator_is_told_once() -> None:
    assert {*POSITIVE, *NEGATED} >= set(COMPARISONS)
    assert not {*POSITIVE} & {*NEGATED}
    assert {name for name, comparison in COMPARISONS.items() if comparison.negated} == set(NEGATED)


@pytest.mark.parametrize("operator", OPERATORS, ids=str)
@pytest.mark.parametrize("key", [SINGLE, MANY, UNKNOWN])
def test_a_missing_key_is_told_as_the_engine_takes_it(operator: Operator, key: str) -> None:
    each = condition(operator, key)
    assert any(phrase in condition_words(each) for phrase in NOT_GIVEN) is holds(each, None)


@pytest.mark.parametrize("operator", OPERATORS, ids=str)
def test_of_a_key_that_every_call_carries_nothing_is_said_of_its_absence(operator: Operator) -> None:
    words = condition_words(condition(operator, ALWAYS))
    assert not any(phrase in words for phrase in (*NOT_GIVEN, "is given"))


@pytest.mark.parametrize("operator", OPERATORS, ids=str)
def test_a_list_is_told_as_the_engine_takes_it(operator: Operator) -> None:
    each = condition(operator, MANY)
    words = condition_words(each)
    start = {"ForAllValues": "each recipient", "ForAnyValue": "at least one recipient", None: "the list ses:Recipients"}
    assert words.startswith(start[operator.qualifier])
    assert ("matches no list" in words) is (operator.qualifier is None)
    if operator.qualifier is None:
        assert not holds(each, (wanted(operator.base),))
        assert not holds(each, ("zz",))


@pytest.mark.parametrize("operator", OPERATORS, ids=str)
def test_the_words_name_key_and_value(operator: Operator) -> None:
    for key in (SINGLE, MANY, UNKNOWN, ALWAYS):
        each = condition(operator, key)
        assert key in condition_words(each)
        assert wanted(operator.base) in condition_words(each)


@pytest.mark.parametrize(
    ("operator", "key", "values", "words"),
    [
        ("StringEquals", SINGLE, ("a@x.org", "b@x.org"), "the From address (ses:FromAddress) is exactly a@x.org or b@x.org"),
        ("StringNotEquals", SINGLE, ("a@x.org", "b@x.org"),
         "the From address (ses:FromAddress) is exactly none of a@x.org and b@x.org (or is not given)"),
        ("StringNotLike", SINGLE, ("*@x.org",), "the From address (ses:FromAddress) is not like *@x.org (or is not given)"),
        ("StringEqualsIgnoreCase", "SES:fromaddress", ("a@x.org",), "the From address (ses:FromAddress) is, in whatever case, a@x.org"),
        ("ForAllValues:StringLike", MANY, ("*@x.org",), "each recipient (ses:Recipients) is like *@x.org (or there is none)"),
        ("ForAnyValue:StringNotLike", MANY, ("*@x.org", "*@y.org"),
         "at least one recipient (ses:Recipients) is like none of *@x.org and *@y.org"),
        ("ForAnyValue:StringNotEquals", SINGLE, ("a@x.org",), "the From address (ses:FromAddress) is given and is not exactly a@x.org"),
        ("StringLike", MANY, ("*@x.org",),
         ("the list ses:Recipients as a whole is like *@x.org "
          "(never so: StringLike without ForAllValues or ForAnyValue matches no list)")),
        ("StringEquals", UNKNOWN, ("v",), "the value of custom:key is exactly v, as a single value"),
        ("ForAllValues:StringEquals", UNKNOWN, ("v",), "each value of custom:key is exactly v (or there is none)"),
        ("Bool", "aws:SecureTransport", ("true",), "the call comes over TLS (aws:SecureTransport is true)"),
        ("Bool", "aws:SecureTransport", ("FALSE",), "the call comes without TLS (aws:SecureTransport is FALSE)"),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", ("true",),
         "the caller signed in with a second factor (aws:MultiFactorAuthPresent is true) (or is not given)"),
        ("NotIpAddress", "aws:SourceIp", ("10.0.0.0/8",),
         "the caller's IP address (aws:SourceIp) is not in 10.0.0.0/8 (or is not given)"),
        ("DateGreaterThanEquals", ALWAYS, ("2023-01-01",), "the time (aws:CurrentTime) is at or after 2023-01-01"),
        ("StringEquals", "aws:PrincipalTag/team", ("mail",), "the caller's tag team (aws:PrincipalTag/team) is exactly mail"),
        ("Null", SINGLE, ("true",), "the From address (ses:FromAddress) is not given"),
        ("Null", MANY, ("false",), "at least one recipient (ses:Recipients) is given"),
        ("Null", SINGLE, ("true", "false"), "the From address (ses:FromAddress) is given or is not (always so: Null true or false)"),
        ("Null", SINGLE, ("yes",),
         "the From address (ses:FromAddress) is neither given nor not (never so: Null is true or false, not yes)"),
        ("StringEquals", SINGLE, (), "the From address (ses:FromAddress) is one of the values listed, and none is"),
        ("StringNotEquals", SINGLE, ("",), "the From address (ses:FromAddress) is not exactly `` (or is not given)"),
    ],
)  # fmt: skip
def test_a_condition_reads_so(operator: str, key: str, values: tuple[str, ...], words: str) -> None:
    qualifier, _, rest = operator.rpartition(":")
    base = rest.removesuffix("IfExists")
    of = Operator(base, qualifier or None, base != rest)
    assert condition_words(Condition(of, key, values, Place(1, 1))) == words


@pytest.mark.parametrize(
    ("base", "value", "says"),
    [
        ("NumericGreaterThan", "1675209599", "is greater than 1675209599 (2023-01-31T23:59:59Z)"),
        ("DateLessThan", "1675209599", "is before 1675209599 (2023-01-31T23:59:59Z)"),
        ("DateLessThan", "2023", "is before 2023"),
        ("DateLessThan", "2023-02-01", "is before 2023-02-01"),
        ("NumericLessThan", "0.5", "is less than 0.5"),
        ("NumericLessThan", "1e300", "is less than 1e300"),
    ],
)
def test_seconds_since_1970_are_told_with_their_date(base: str, value: str, says: str) -> None:
    told = condition_words(Condition(Operator(base), "aws:EpochTime", (value,), Place(1, 1)))
    assert told == f"the time in seconds since 1970 (aws:EpochTime) {says}"
