"""When a statement speaks: its conditions on the time as windows.

Source: IAM User Guide, "Date condition operators"; the conditions of one statement must all hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from math import floor
from typing import Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.patch import Json, free_sid, value_of
from gatepost.policy.model import NOWHERE, Condition, Effect, Operator, Statement
from gatepost.policy.timetable import CURRENT_TIME, FIRST_SECOND, LAST_SECOND, is_on_time
from gatepost.policy.values import BILLION, EPOCH, read_instant
from gatepost.reasoning.candidates import exact_instant
from gatepost.reasoning.windows import Piece, State, Timeline, timeline
from gatepost.words.dates import date_in_full, date_of_seconds

ONE_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Bound:
    """One date that bounds a statement's window from below, or from above."""

    tree: ConditionTree
    condition: Condition
    is_lower: bool

    @property
    def moment(self) -> datetime:
        """The date."""
        instant = _instant(self.condition)
        assert instant is not None  # noqa: S101 -- only dates that can be read are bounds
        return EPOCH + timedelta(microseconds=instant // 1000)

    @property
    def words(self) -> str:
        """The date as it is written; in full where it is written as seconds."""
        (value,) = self.condition.values
        return date_of_seconds(value) or value

    @property
    def ends_a_minute(self) -> bool:
        """Whether it is the last second of a minute, as in `23:59:59`: then the window is meant to last through it."""
        return self.moment.second == 59


def times_of(statement: Statement) -> Timeline | None:
    """When a statement speaks, as an Allow of its times; None where it says nothing of the time."""
    timed = tuple(replace(each, place=NOWHERE) for each in statement.conditions if is_on_time(each))
    return _line(timed) if timed else None


@lru_cache(maxsize=1024)
def _line(timed: tuple[Condition, ...]) -> Timeline:
    return timeline(Statement(Effect.ALLOW, actions=("*",), resources=("*",), conditions=timed))


def open_pieces(line: Timeline) -> list[Piece]:
    """The stretches in which the conditions on the time hold."""
    return [piece for piece in line.pieces if piece.state is State.ALLOWED]


def window_of(statement: Statement) -> Piece | None:
    """The one bounded stretch in which a statement speaks."""
    line = times_of(statement)
    pieces = [] if line is None else open_pieces(line)
    return pieces[0] if len(pieces) == 1 and pieces[0].start is not None and pieces[0].end is not None else None


def _bounds(tree: StatementTree) -> tuple[Bound, ...]:
    """The bounds of one date each on `aws:CurrentTime` or `aws:EpochTime`."""
    found = []
    for written, condition in tree.read_conditions():
        base = condition.operator.base
        compares = is_on_time(condition) and ("GreaterThan" in base or "LessThan" in base)
        if compares and len(condition.values) == 1 and _is_date(condition):
            found.append(Bound(written, condition, "GreaterThan" in base))
    return tuple(found)


def between(tree: StatementTree) -> tuple[Bound, Bound] | None:
    """The one lower and the one upper bound."""
    bounds = _bounds(tree)
    lower, upper = [each for each in bounds if each.is_lower], [each for each in bounds if not each.is_lower]
    return (lower[0], upper[0]) if len(lower) == len(upper) == 1 else None


def _instant(condition: Condition) -> int | None:
    """The nanoseconds since 1970 of a bound: a date, or a number of seconds."""
    (value,) = condition.values
    if not condition.operator.base.startswith("Numeric"):
        return read_instant(value)
    exact = exact_instant(value)
    return None if exact is None else floor(exact)


def _is_date(condition: Condition) -> bool:
    instant = _instant(condition)
    return instant is not None and FIRST_SECOND < instant // BILLION < LAST_SECOND


def clock_at(bound: Bound, moment: datetime) -> dict[str, str]:
    """The key that a bound compares, at a moment."""
    if bound.condition.key.lower() == CURRENT_TIME:
        return {"aws:CurrentTime": date_in_full(moment)}
    return {"aws:EpochTime": str((moment - EPOCH) // ONE_SECOND)}


def with_one_bound(
    document: Document, tree: StatementTree, bounds: Sequence[Bound], kept: Bound, operator: Operator, name: str
) -> Json:
    """A statement with one of its bounds alone, under another operator, and a name of its own."""
    statement: Json = value_of(document, tree.element)
    conditions = statement["Condition"]
    value = conditions[kept.tree.operator][kept.tree.key]
    for bound in bounds:
        del conditions[bound.tree.operator][bound.tree.key]
    conditions.setdefault(str(operator), {})[kept.tree.key] = value
    statement["Condition"] = {each: keys for each, keys in conditions.items() if keys}
    sid = statement.pop("Sid", "")
    return {"Sid": free_sid(document, f"{sid}{name}" if sid else f"Deny{name}Window"), **statement}
