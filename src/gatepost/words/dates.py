"""Moments as people read them, in UTC."""

import re
from datetime import UTC, datetime, time
from typing import Final

from gatepost.policy.timetable import FIRST_SECOND, LAST_SECOND, told
from gatepost.policy.values import read_number

MIDNIGHT: Final = time()
YEAR: Final = re.compile(r"\d{4}", re.ASCII)


def date_in_full(moment: datetime) -> str:
    """`2023-01-31T23:59:59Z`, as policies write it."""
    return f"{_utc(moment).isoformat(timespec='seconds')}Z"


def date_of_seconds(text: str) -> str:
    """`2023-01-31T23:59:59Z`, of whole seconds since 1970; empty for what is none, or may be a year, or is outside the calendar."""
    second = None if YEAR.fullmatch(text) else read_number(text)
    if second is None or not FIRST_SECOND <= second <= LAST_SECOND or second != int(second):
        return ""
    return told(int(second))


def date_in_short(moment: datetime) -> str:
    """`2023-01-31 23:59:59`; without the seconds, or without the time, where there are none."""
    day = _utc(moment).date().isoformat()
    return day if is_midnight(moment) else f"{day} {time_in_short(moment)}"


def minute_of(moment: datetime) -> str:
    """`2023-01-31 23:59`: the minute in which a moment lies."""
    return _utc(moment).isoformat(sep=" ", timespec="minutes")


def day_in_short(moment: datetime, before: datetime | None) -> str:
    """`2023-01-31`; of it what differs from the day of the moment `before`."""
    day = _utc(moment).date().isoformat()
    if before is None:
        return day
    last = _utc(before).date().isoformat()
    return "" if day == last else day[5:] if day[:4] == last[:4] else day


def time_in_short(moment: datetime) -> str:
    """`23:59:59`, or `17:00` on the minute."""
    at = _utc(moment)
    return at.time().isoformat("seconds" if at.second else "minutes")


def is_midnight(moment: datetime) -> bool:
    """Whether a day begins, in UTC."""
    return _utc(moment).time() == MIDNIGHT


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
