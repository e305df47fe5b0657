"""What the time makes of a statement now."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gatepost.policy.model import VERSION_2012, Policy, Statement
from gatepost.policy.read import read_policy
from gatepost.reasoning.windows import timeline
from gatepost.words.outlook import outlook, policy_outlook

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def statement(effect: str, **condition: Any) -> Statement:
    timed = {
        operator: value if isinstance(value, dict) else {"aws:CurrentTime": value} for operator, value in condition.items()
    }
    document = {"Effect": effect, "Action": "ses:*", "Resource": "*", "Condition": timed}
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": document})).statements[0]


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ({"DateGreaterThan": "2023-01-01T00:00:00Z", "DateLessThan": "2023-01-31T23:59:59Z"},
         "This window ended 2023-01-31 23:59:59: today the statement has no effect."),
        ({"DateLessThan": "2023-02-01"}, "This window ended 2023-02-01: today the statement has no effect."),
        ({"DateNotEquals": "2023-02-01"}, "In effect now since 2023-02-01T00:00:01Z, without end."),
        ({"DateGreaterThanEquals": "2026-11-25T09:00:00Z", "DateLessThan": "2026-11-25T17:00:00Z"},
         "In effect now since 2026-11-25T09:00:00Z until 2026-11-25T17:00:00Z (in 5 h)."),
        ({"DateLessThan": "2026-11-28T12:00:00Z"}, "In effect now until 2026-11-28T12:00:00Z (in 3 d)."),
        ({"DateGreaterThanEquals": "2027", "DateLessThan": "2028"},
         "Not in effect now; it is from 2027-01-01T00:00:00Z (in 36 d 12 h) until 2028-01-01T00:00:00Z."),
        ({"DateGreaterThanEquals": "2027"}, "Not in effect now; it is from 2027-01-01T00:00:00Z (in 36 d 12 h), without end."),
        ({"DateEquals": ["2022-01-01", "2023-01-01"]}, "Its last window ended 2023-01-01 00:00:01: today the statement has no effect."),
        ({"DateGreaterThanEquals": "2024", "DateLessThan": "2023"}, "No time satisfies its dates: it never has an effect."),
        ({"DateGreaterThan": {"aws:TokenIssueTime": "2024"}}, ""),
        ({"Null": {"aws:CurrentTime": "false"}}, "Its dates hold at all times: the time changes nothing."),
        ({"StringLike": "2026-*"}, "It compares the date as text, so no window can be told."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_window_is_open_past_or_to_come(effect: str, condition: Any, sentence: str) -> None:
    assert outlook(statement(effect, **condition), NOW) == sentence


@pytest.mark.parametrize(
    ("effect", "condition", "sentence"),
    [
        ("Allow", {"DateGreaterThanEquals": "2026-11-25T09:00:00Z", "DateLessThan": "2026-11-25T17:00:00Z"},
         "Now: allowed since 2026-11-25T09:00:00Z until 2026-11-25T17:00:00Z (in 5 h), then denied."),
        ("Allow", {"DateLessThan": "2023"}, "Now: denied since 2023-01-01T00:00:00Z, without end."),
        ("Deny", {"DateLessThan": "2023"}, "Now: not denied since 2023-01-01T00:00:00Z, without end."),
        ("Allow", {"DateGreaterThanEquals": "2027"}, "Now: denied until 2027-01-01T00:00:00Z (in 36 d 12 h), then allowed."),
        ("Allow", {"StringLike": "2026-*"}, "Now: depends on more than the time, without end."),
    ],
)  # fmt: skip
def test_a_policy_is_told_from_now_on(effect: str, condition: Any, sentence: str) -> None:
    policy = Policy((statement(effect, **condition),), VERSION_2012)
    assert policy_outlook(policy, timeline(policy), NOW) == sentence
