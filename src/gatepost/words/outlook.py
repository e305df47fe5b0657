"""What the time makes of a statement now: whether its window is open, past or to come."""

from datetime import datetime, timedelta
from typing import Final

from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.span import span
from gatepost.policy.timetable import is_on_time
from gatepost.reasoning.windows import Piece, State, Timeline, timeline
from gatepost.words.dates import date_in_full, date_in_short

WORDS: Final = {State.ALLOWED: "allowed", State.DENIED: "denied", State.DEPENDS: "depends on more than the time"}


def outlook(statement: Statement, now: datetime) -> str:
    """A sentence on a statement's windows at a moment (with a zone); empty where the statement has no condition on the time."""
    if not any(map(is_on_time, statement.conditions)):
        return ""
    line, works = timeline(statement), State.ALLOWED if statement.effect is Effect.ALLOW else State.DENIED
    current = line.at(now)
    if current.state is State.DEPENDS:
        return "It compares the date as text, so no window can be told."
    if line.is_constant:
        if current.state is works:
            return "Its dates hold at all times: the time changes nothing."
        return "No time satisfies its dates: it never has an effect."
    if current.state is works:
        return f"In effect now{_since(current)}{_until(current, now)}."
    coming = next((piece for piece in line.after(now) if piece.state is works), None)
    if coming is None:
        which = "Its last window" if _several(line.pieces, works) else "This window"
        return f"{which} ended {_day(current.start)}: today the statement has no effect."
    return f"Not in effect now; it is from {_full(coming.start)}{_away(coming.start, now)}{_until(coming, None)}."


def policy_outlook(policy: Policy, line: Timeline, now: datetime) -> str:
    """A sentence on what a policy says at a moment, by its line of time, and when it says otherwise."""
    only_denies = all(statement.effect is Effect.DENY for statement in policy.statements)
    words = {**WORDS, State.ALLOWED: "not denied"} if only_denies else WORDS
    current = line.at(now)
    upcoming = next(iter(line.after(now)), None)
    then = "" if upcoming is None else f", then {words[upcoming.state]}"
    return f"Now: {words[current.state]}{_since(current)}{_until(current, now)}{then}."


def _several(pieces: tuple[Piece, ...], works: State) -> bool:
    return sum(piece.state is works for piece in pieces) > 1


def _since(piece: Piece) -> str:
    return "" if piece.start is None else f" since {_full(piece.start)}"


def _until(piece: Piece, now: datetime | None) -> str:
    if piece.end is None:
        return ", without end"
    return f" until {_full(piece.end)}{'' if now is None else _away(piece.end, now)}"


def _away(moment: datetime | None, now: datetime) -> str:
    return "" if moment is None else f" (in {span(max(moment - now, timedelta()))})"


def _full(moment: datetime | None) -> str:
    return "" if moment is None else date_in_full(moment)


def _day(moment: datetime | None) -> str:
    return "" if moment is None else date_in_short(moment)
