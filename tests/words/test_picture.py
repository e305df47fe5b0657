"""The picture of time, drawn; and in every picture a column says what the line says at its time."""

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gatepost.policy.read import read_policy
from gatepost.reasoning.windows import Timeline, timeline
from gatepost.words.picture import CHANGE, MARKS, Row, picture

NOW = datetime(2026, 11, 25, 1, 15, 7, tzinfo=UTC)


def line(*windows: tuple[str, str], effect: str = "Allow") -> Timeline:
    documents: list[Any] = [
        {
            "Effect": effect,
            "Action": "ses:*",
            "Resource": "*",
            "Condition": {"DateGreaterThanEquals": {"aws:CurrentTime": start}, "DateLessThan": {"aws:CurrentTime": end}},
        }
        for start, end in windows
    ]
    return timeline(read_policy(json.dumps({"Version": "2012-10-17", "Statement": documents})))


def test_a_day_against_the_words_that_were_meant() -> None:
    day = ("2023-04-01T09:00:00Z", "2023-04-01T17:00:00Z")
    rows = (Row("this policy", line(day, effect="Deny")), Row("your words", line(day), "deny sending outside the window"))
    assert picture(rows, width=100) == (
        "                  2023-04-01",
        "                  09:00                                      17:00",
        "this policy  █████│░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░│█████",
        "your words   ░░░░░│██████████████████████████████████████████│░░░░░  deny sending outside the window",
        "             █ allowed  ░ denied  UTC",
    )
    assert picture(rows, width=60)[2:5] == (
        "this policy  ████│░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░│████",
        "your words   ░░░░│█████████████████████████████████████│░░░░",
        "             deny sending outside the window",
    )


def test_months_need_no_hours() -> None:
    assert picture((Row("mail", line(("2023", "2025-06-01"))),), width=50, now=NOW) == (
        "          2023-01-01                    2025-06-01",
        "mail  ░░░░│██████████████████████████████████│░░░░",
        "                          now 2026-11-25 01:15 ▲",
        "      █ allowed  ░ denied  UTC",
    )


def test_days_are_told_once_and_now_is_marked_within_its_stretch() -> None:
    days = [(f"2026-11-{day}T08:00:00Z", f"2026-11-{day}T16:00:00Z") for day in (24, 25)]
    assert picture((Row("mail", line(*days)),), width=60, now=NOW) == (
        "           2026-11-24                      11-25",
        "           08:00      16:00                08:00      16:00",
        "mail  ░░░░░│██████████│░░░░░░░░░░░░░░░░░░░░│██████████│░░░░░",
        "                                  ▲ now 2026-11-25 01:15",
        "      █ allowed  ░ denied  UTC",
    )


def test_what_never_changes_and_what_depends() -> None:
    assert picture((Row("a", line(("2024", "2023"))),), width=23) == ("a  " + "░" * 20, "   ░ denied  at all times")
    two = read_policy(
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": f"ses:{name}", "Resource": "*",
                     "Condition": {operator: {"aws:CurrentTime": "2023"}}}
                    for name, operator in (("SendEmail", "DateLessThan"), ("SendRawEmail", "DateGreaterThanEquals"))
                ],
            }
        )
    )  # fmt: skip
    assert picture((Row("a", timeline(two)),), width=23)[-1] == "   ▒ depends on more than the time  UTC"


moments = st.integers(0, 400 * 24 * 3600).map(lambda second: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second))


@given(st.lists(moments, min_size=1, max_size=60, unique=True), st.integers(40, 120), st.integers(0, 59))
def test_every_stretch_is_seen_in_order_within_the_width(bounds: list[datetime], width: int, which: int) -> None:
    bounds.sort()
    now = bounds[which % len(bounds)]
    windows = [(start.isoformat(), end.isoformat()) for start, end in pairwise(bounds)][::2]
    drawn_line = line(*windows) if windows else line(("2026", "2027"))
    drawn = picture((Row("mail", drawn_line),), width=width, now=now)
    assert all(len(each) <= width or each.lstrip()[0] in MARKS.values() for each in drawn)
    (bar,) = (each[6:] for each in drawn if each.startswith("mail"))
    stretches = bar.split(CHANGE)
    states = [piece.state for piece in drawn_line.pieces]
    found = re.search(r"(?:(\d+) earlier)?(?: and )?(?:(\d+) later)? changes", drawn[-1])
    earlier, later = (int(count or 0) for count in found.groups()) if found is not None else (0, 0)
    assert [stretch[0] for stretch in stretches] == [MARKS[state] for state in states[earlier : len(states) - later]]
    assert all(len(set(stretch)) == 1 and len(stretch) >= 2 for stretch in stretches)
    (marked,) = (each[6:].index("▲") for each in drawn if "▲" in each)
    assert bar[marked] in (CHANGE, MARKS[drawn_line.at(now).state])
