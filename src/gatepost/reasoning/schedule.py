"""From hours on a wall clock to windows on the line of time.

A policy knows instants alone, so a clock that is set forward or back matters (rules of ours, the safer reading each time):

    1.  A local time that does not exist (the clock jumps over it) is the moment of the jump.
    2.  A local time that exists twice opens a window the second time, and closes it the first time.
    3.  Where that leaves nothing of a window, there is none on that day.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from gatepost.reasoning.windows import Piece, State, Timeline

SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From `start` until just before `end`: whole seconds of UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """Windows in their order, none touching another, and what is to be told of how they came about."""

    windows: tuple[Window, ...]
    notes: tuple[str, ...] = ()

    def timeline(self) -> Timeline:
        """The line on which the windows alone are allowed."""
        pieces, before = [], None
        for window in self.windows:
            pieces += [Piece(before, window.start, State.DENIED), Piece(window.start, window.end, State.ALLOWED)]
            before = window.end
        return Timeline((*pieces, Piece(before, None, State.DENIED)))


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a day on a wall clock. Those that end where they begin, or before, end on the next day."""

    opening: time
    closing: time
    zone: tzinfo
    weekdays: Collection[int] = range(7)  # Monday is 0

    def on(self, day: date) -> tuple[datetime, datetime]:
        """The local times of one day's opening and closing."""
        closing_day = day if self.closing > self.opening else day + timedelta(days=1)
        return datetime.combine(day, self.opening), datetime.combine(closing_day, self.closing)


def daily(hours: Hours, first: date, days: int) -> Schedule:
    """The windows of so many calendar days, beginning with `first`; only its weekdays have one."""
    windows, notes = [], []
    for number in range(days):
        day = first + timedelta(days=number)
        if day.weekday() in hours.weekdays:
            opening, closing = hours.on(day)
            start, told_start = opens(opening, hours.zone)
            end, told_end = closes(closing, hours.zone)
            notes += [*told_start, *told_end]
            if start < end:
                windows.append(Window(start, end))
            else:
                notes.append(f"nothing is left of the window of {day}")
    return Schedule(joined(windows), (*dict.fromkeys(notes), *_changes(windows, hours.zone)))


def joined(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The windows in their order, those that touch or overlap made one."""
    found: list[Window] = []
    for window in sorted(windows):
        if found and window.start <= found[-1].end:
            found[-1] = Window(found[-1].start, max(found[-1].end, window.end))
        else:
            found.append(window)
    return tuple(found)


# --- wall clocks --------------------------------------------------------------------------------------------------------


def opens(local: datetime, zone: tzinfo) -> tuple[datetime, tuple[str, ...]]:
    """The moment of a local time (without a zone) at which a window opens, and what is to be told of it."""
    return _moment(local, zone, fold=1, which="second")


def closes(local: datetime, zone: tzinfo) -> tuple[datetime, tuple[str, ...]]:
    """The moment of a local time (without a zone) at which a window closes, and what is to be told of it."""
    return _moment(local, zone, fold=0, which="first")


def _moment(local: datetime, zone: tzinfo, *, fold: int, which: str) -> tuple[datetime, tuple[str, ...]]:
    first, second = (local.replace(tzinfo=zone, fold=each).astimezone(UTC) for each in (0, 1))
    if first == second:
        return first, ()
    said = f"{local:%Y-%m-%d %H:%M} in {zone}"
    if second < first:  # the offset after the jump gives the earlier moment: the clock jumps over this time
        jump = _jump(second, first, zone)
        return jump, (f"{said} does not exist: taken for the moment of the jump, {jump:%Y-%m-%dT%H:%M:%SZ}",)
    taken = second if fold else first
    return taken, (f"{said} exists twice: the {which} time is taken, {taken:%Y-%m-%dT%H:%M:%SZ}",)


def _jump(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The second at which the zone's offset changes between two moments."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _changes(windows: Iterable[Window], zone: tzinfo) -> Iterator[str]:
    """From which window on the zone has another offset, for the dates of a policy are in UTC."""
    offset = None
    for window in windows:
        of_window = window.start.astimezone(zone).utcoffset()
        if offset is not None and of_window != offset:
            yield f"the clocks of {zone} are set before {window.start.astimezone(zone):%Y-%m-%d}: the dates in UTC follow that"
        offset = of_window
