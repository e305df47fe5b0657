"""What a condition compared, and why it holds or does not, in words."""

import json
from datetime import timedelta
from typing import Any

import pytest

from gatepost.policy.compared import Compared, Outcome, compare
from gatepost.policy.decide import Policies
from gatepost.policy.explain import explain
from gatepost.policy.read import read_policy
from gatepost.policy.request import Request
from gatepost.policy.span import span

ALICE = "arn:aws:iam::111122223333:user/alice"


def compared(operator: str, key: str, values: str | list[str], given: Any, effect: str = "Allow", **more: Any) -> Compared:
    """One condition of a statement, compared with what a request carries for its key (None: nothing)."""
    statement = {"Effect": effect, "Action": "*", "Resource": "*", "Condition": {operator: {key: values}}}
    policy = read_policy(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    context = {**({} if given is None else {key: given}), **{name.replace("__", ":"): value for name, value in more.items()}}
    request = Request(ALICE, "ses:SendEmail", "*", context=context)
    (step,) = explain(request, Policies([policy])).layers[-1].statements
    return compare(step, step.conditions[0], request.context)


@pytest.mark.parametrize(
    ("operator", "key", "values", "given", "outcome", "words"),
    [
        ("StringEquals", "ses:FromAddress", "a@x.org", "a@x.org", Outcome.HOLDS, "was a@x.org"),
        ("StringEquals", "ses:FromAddress", "a@x.org", "b@x.org", Outcome.DIFFERS, "was b@x.org"),
        ("StringEquals", "ses:FromAddress", "a@x.org", "", Outcome.DIFFERS, "was ``"),
        ("StringEquals", "ses:FromAddress", "a@x.org", None, Outcome.ABSENT, "the request carries none"),
        ("StringNotEquals", "ses:FromAddress", "a@x.org", None, Outcome.HOLDS,
         "absent; a negated operator takes that for a difference"),
        ("StringEqualsIfExists", "ses:FromAddress", "a@x.org", None, Outcome.HOLDS, "absent; IfExists lets that pass"),
        ("ForAllValues:StringEquals", "ses:Recipients", "a@x.org", None, Outcome.HOLDS,
         "absent; ForAllValues: is true of no values"),
        ("ForAnyValue:StringEquals", "ses:Recipients", "a@x.org", None, Outcome.ABSENT, "the request carries none"),
        ("StringLike", "ses:Recipients", "*", ["a@x.org"], Outcome.BARE,
         "never: ses:Recipients has several values, and no ForAllValues: or ForAnyValue: is written"),
        ("ForAllValues:StringLike", "ses:Recipients", "*@x.org", ["a@x.org", "b@y.org"], Outcome.DIFFERS,
         "b@y.org is not among them"),
        ("ForAllValues:StringNotLike", "ses:Recipients", "*@x.org", ["a@x.org", "b@x.org"], Outcome.DIFFERS,
         "a@x.org, b@x.org are among them"),
        ("ForAnyValue:StringLike", "ses:Recipients", "*@x.org", ["a@x.org", "b@y.org"], Outcome.HOLDS, "was a@x.org"),
        ("ForAnyValue:StringLike", "ses:Recipients", "*@x.org", ["b@y.org"], Outcome.DIFFERS, "was b@y.org: none of these"),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", "nowhere", Outcome.UNREADABLE, "was nowhere, which is no address"),
        ("IpAddress", "aws:SourceIp", "zz.zz.zzz.zzz", "10.1.2.3", Outcome.DIFFERS,
         "was 10.1.2.3; `zz.zz.zzz.zzz` is no address"),
        ("NumericLessThan", "aws:MultiFactorAuthAge", "300", "soon", Outcome.UNREADABLE, "was soon, which is no number"),
        ("Null", "ses:FromAddress", "false", None, Outcome.DIFFERS, "absent"),
        ("Null", "ses:FromAddress", "true", "a@x.org", Outcome.DIFFERS, "was a@x.org"),
        ("Null", "ses:FromAddress", "true", None, Outcome.HOLDS, "absent"),
        ("StringEquals", "ses:FromAddress", "${aws:PrincipalTag/mail}", "a@x.org", Outcome.NO_VARIABLE,
         "was a@x.org; the variable has no value in this request"),
    ],
)  # fmt: skip
def test_it_says_why(operator: str, key: str, values: str, given: Any, outcome: Outcome, words: str) -> None:
    found = compared(operator, key, values, given)
    assert (found.outcome, found.words) == (outcome, words)


@pytest.mark.parametrize(
    ("effect", "operator", "given", "words"),
    [
        ("Deny", "DateGreaterThanEquals", "2026-11-23T21:04:11Z", "was 21:04:11Z (4 h 4 min late)"),
        ("Deny", "DateLessThan", "2026-11-20T17:00:00Z", "was 2026-11-20T17:00:00Z (3 d early)"),
        ("Deny", "DateLessThan", "2026-11-23T17:00:01Z", "was 17:00:01Z (1 s after)"),
        ("Deny", "DateGreaterThan", "2026-11-23T17:00:00Z", "was 17:00:00Z (0 s after)"),
        ("Allow", "DateLessThan", "2026-11-23T17:00:00Z", "was 17:00:00Z (to the second)"),
        ("Allow", "DateLessThan", "2026-11-24T17:00:00Z", "was 2026-11-24T17:00:00Z (1 d late)"),
        ("Allow", "DateGreaterThan", "2026-11-23T16:30:00Z", "was 16:30:00Z (30 min early)"),
        ("Allow", "DateGreaterThan", "2026-11-23T17:30:00Z", "was 17:30:00Z (30 min after)"),
        ("Allow", "DateLessThan", "1700000000", "was 1700000000 (1,104 d 18 h before)"),
    ],
)
def test_a_date_is_told_with_its_distance(effect: str, operator: str, given: str, words: str) -> None:
    assert compared(operator, "aws:CurrentTime", "2026-11-23T17:00:00Z", given, effect).words == words


def test_variables_are_filled_in_and_those_without_a_value_stay() -> None:
    found = compared(
        "StringLike", "ses:FromAddress", ["${aws:username}@x.org", "${aws:PrincipalTag/mail, 'none'}", "${aws:userid}${*}"],
        "bob@x.org", aws__username="alice",
    )  # fmt: skip
    assert found.expected == ("alice@x.org", "none", "${aws:userid}${*}")
    assert found.filled == (("aws:username", "alice"), ("aws:principaltag/mail", "none"), ("aws:userid", None))
    assert found.outcome is Outcome.DIFFERS


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(), "0 s"),
        (timedelta(milliseconds=900), "0 s"),
        (timedelta(seconds=61), "1 min 1 s"),
        (timedelta(hours=-4, minutes=-4), "4 h 4 min"),
        (timedelta(days=1, minutes=5), "1 d"),
        (timedelta(days=2000, hours=3), "2,000 d 3 h"),
    ],
)
def test_a_span_has_two_units(time: timedelta, words: str) -> None:
    assert span(time) == words
