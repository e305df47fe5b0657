"""Hours on a wall clock as windows in UTC, the days on which clocks are set included."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.reasoning.schedule import Hours, Schedule, Window, closes, daily, joined, opens

ZONES = ("Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "UTC")


def hours(text: str, zone: str = "UTC", weekdays: Any = range(7)) -> Hours:
    opening, closing = (time.fromisoformat(each) for each in text.split("-"))
    return Hours(opening, closing, ZoneInfo(zone), weekdays)


def told(schedule: Schedule) -> list[str]:
    return [f"{window.start:%m-%dT%H:%M}/{window.end:%m-%dT%H:%M}" for window in schedule.windows]


@pytest.mark.parametrize(
    ("of", "first", "days", "windows", "notes"),
    [
        (hours("09:00-17:00", "Europe/Rome"), "2026-12-01", 2, ["12-01T08:00/12-01T16:00", "12-02T08:00/12-02T16:00"], []),
        (hours("22:00-06:00"), "2026-12-01", 2, ["12-01T22:00/12-02T06:00", "12-02T22:00/12-03T06:00"], []),
        (hours("00:00-00:00"), "2026-12-01", 3, ["12-01T00:00/12-04T00:00"], []),
        (hours("09:00-17:00", weekdays=(0, 4)), "2026-11-26", 7, ["11-27T09:00/11-27T17:00", "11-30T09:00/11-30T17:00"], []),
        (hours("09:00-17:00", "Europe/Rome"), "2026-10-24", 2, ["10-24T07:00/10-24T15:00", "10-25T08:00/10-25T16:00"],
         ["the clocks of Europe/Rome are set before 2026-10-25: the dates in UTC follow that"]),
        (hours("00:00-00:00", "Europe/Rome"), "2026-03-29", 1, ["03-28T23:00/03-29T22:00"], []),  # a day of 23 hours
        (hours("00:00-00:00", "Europe/Rome"), "2026-10-25", 1, ["10-24T22:00/10-25T23:00"], []),  # and one of 25
        (hours("02:30-04:00", "Europe/Rome"), "2026-03-29", 1, ["03-29T01:00/03-29T02:00"],
         ["2026-03-29 02:30 in Europe/Rome does not exist: taken for the moment of the jump, 2026-03-29T01:00:00Z"]),
        (hours("01:00-02:30", "Europe/Rome"), "2026-03-29", 1, ["03-29T00:00/03-29T01:00"],
         ["2026-03-29 02:30 in Europe/Rome does not exist: taken for the moment of the jump, 2026-03-29T01:00:00Z"]),
        (hours("02:30-04:00", "Europe/Rome"), "2026-10-25", 1, ["10-25T01:30/10-25T03:00"],
         ["2026-10-25 02:30 in Europe/Rome exists twice: the second time is taken, 2026-10-25T01:30:00Z"]),
        (hours("01:00-02:30", "Europe/Rome"), "2026-10-25", 1, ["10-24T23:00/10-25T00:30"],
         ["2026-10-25 02:30 in Europe/Rome exists twice: the first time is taken, 2026-10-25T00:30:00Z"]),
        (hours("02:10-02:50", "Europe/Rome"), "2026-03-29", 1, [],
         ["2026-03-29 02:10 in Europe/Rome does not exist: taken for the moment of the jump, 2026-03-29T01:00:00Z",
          "2026-03-29 02:50 in Europe/Rome does not exist: taken for the moment of the jump, 2026-03-29T01:00:00Z",
          "nothing is left of the window of 2026-03-29"]),
        (hours("02:10-02:50", "Europe/Rome"), "2026-10-25", 1, [],
         ["2026-10-25 02:10 in Europe/Rome exists twice: the second time is taken, 2026-10-25T01:10:00Z",
          "2026-10-25 02:50 in Europe/Rome exists twice: the first time is taken, 2026-10-25T00:50:00Z",
          "nothing is left of the window of 2026-10-25"]),
    ],
)  # fmt: skip
def test_hours_become_windows(of: Hours, first: str, days: int, windows: list[str], notes: list[str]) -> None:
    schedule = daily(of, date.fromisoformat(first), days)
    assert told(schedule) == windows
    assert list(schedule.notes) == notes


def test_windows_that_touch_or_overlap_are_one() -> None:
    at = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 7)]
    assert joined([Window(at[4], at[5]), Window(at[1], at[2]), Window(at[0], at[1]), Window(at[0], at[3])]) == (
        Window(at[0], at[3]),
        Window(at[4], at[5]),
    )


local_times = st.integers(0, 10 * 366 * 24 * 60).map(
    lambda minute: (datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).replace(tzinfo=None)
)


@given(local_times, st.sampled_from(ZONES))
def test_a_window_never_opens_before_nor_closes_after_the_clock_says_so(local: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    opening, closing = opens(local, zone)[0], closes(local, zone)[0]
    shown = opening.astimezone(zone).replace(tzinfo=None)
    assert shown >= local
    assert (closing - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) < local
    assert closing <= opening
    if opening == closing and shown == local:
        assert not opens(local, zone)[1]
    else:
        assert opens(local, zone)[1]
        assert closes(local, zone)[1]
