"""The windows of a policy: the pieces of the line of time on which what it allows differs.

Theory, in numbered rules:

1.  The line is of whole seconds, as `aws:CurrentTime` and `aws:EpochTime` are.
2.  Within a piece a policy is its statements that are in force, without their conditions on the time (`in_force`).
3.  A piece reaches as far as another where all that the policy allows in the other is allowed in it, and nothing more is denied.
    Most policies show that by their statements: in force are all the Allows of the other, and no Deny besides its own. Where they do
    not, the solver is asked.
4.  A date compared as text (`StringLike` on `aws:CurrentTime`) makes no window: its statement may be in force, or not.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache

from gatepost.policy.model import VERSION_2012, Effect, Policy, PrincipalEntry, PrincipalType, Statement
from gatepost.policy.values import EPOCH
from gatepost.reasoning.in_force import TimedStatement, cuts_of, from_each, timed_statements
from gatepost.reasoning.undecidable import Undecidable

__all__ = ["Piece", "State", "Timeline", "line_where", "timeline"]


class State(Enum):
    """What a policy says in a piece, of the requests whose answer the time decides.

    Allowed: all that the policy allows at any time is allowed here. Denied: here only what it allows at all times. It depends: one
    request is allowed here and another is not (or the solver does not decide which). A policy of Denies alone allows what it does not
    deny; one that the time does not change allows, or where it allows nothing, denies.
    """

    ALLOWED = "allowed"
    DENIED = "denied"
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the line of time: from `start` until just before `end`, whole seconds of UTC; None where it has no such bound."""

    start: datetime | None
    end: datetime | None
    state: State

    def __contains__(self, moment: datetime) -> bool:
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole line in pieces, of which no two neighbours are alike."""

    pieces: tuple[Piece, ...]

    @property
    def is_constant(self) -> bool:
        """Whether the policy says the same at all times."""
        return len(self.pieces) == 1

    def at(self, moment: datetime) -> Piece:
        """The piece of a moment (with a zone)."""
        return next(piece for piece in self.pieces if moment in piece)

    def after(self, moment: datetime) -> tuple[Piece, ...]:
        """The pieces that are still to come."""
        return tuple(piece for piece in self.pieces if piece.start is not None and piece.start > moment)


def timeline(of: Policy | Statement) -> Timeline:
    """The windows of a policy, or of a statement by itself: of an Allow when it allows, of a Deny when it does not deny."""
    policy = Policy((of,), VERSION_2012) if isinstance(of, Statement) else of
    parts = timed_statements(policy)
    cuts = cuts_of(parts)
    reaches = [_reach(parts, second) for second in from_each(cuts)]
    line = _Line(policy, tuple(dict.fromkeys(reaches)))
    pieces: list[tuple[int | None, _Reach]] = []
    for start, reach in zip((None, *cuts), reaches, strict=True):
        if not pieces or not line.alike(pieces[-1][1], reach):
            pieces.append((start, reach))
    return _of_pieces([(start, line.state(reach)) for start, reach in pieces])


def line_where(cuts: Sequence[int], holds: Callable[[int], bool]) -> Timeline:
    """The line of what can change at these seconds alone (in their order): allowed where it holds, else denied."""
    states = [State.ALLOWED if holds(second) else State.DENIED for second in from_each(cuts)]
    changes = zip((None, *cuts), states, (None, *states), strict=False)
    return _of_pieces([(start, state) for start, state, before in changes if state is not before])


def _of_pieces(pieces: Sequence[tuple[int | None, State]]) -> Timeline:
    """The line of pieces that begin at these seconds."""
    ends = [start for start, _ in pieces[1:]] + [None]
    return Timeline(tuple(Piece(_moment(start), _moment(end), state) for (start, state), end in zip(pieces, ends, strict=True)))


def _moment(second: int | None) -> datetime | None:
    return None if second is None else EPOCH + timedelta(seconds=second)


# --- what is in force ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reach:
    """The statements in force at a time, without their conditions on it. Those `perhaps` compare the time as text."""

    allows: frozenset[Statement]
    denies: frozenset[Statement]
    perhaps: frozenset[Statement] = frozenset()

    def shows_as_far(self, other: "_Reach") -> bool:
        """Whether it reaches as far as another, by its statements alone."""
        return not self.perhaps and not other.perhaps and self.allows >= other.allows and self.denies <= other.denies


def _reach(parts: Iterable[TimedStatement], second: int) -> _Reach:
    found: dict[Effect | None, set[Statement]] = {Effect.ALLOW: set(), Effect.DENY: set(), None: set()}
    for part in parts:
        if part.holds(second):
            found[None if part.compares_text else part.effect].add(part.timeless)
    return _Reach(frozenset(found[Effect.ALLOW]), frozenset(found[Effect.DENY]), frozenset(found[None]))


# --- which reaches further ----------------------------------------------------------------------------------------------


class _Line:
    """All that a policy reaches at some time, compared."""

    def __init__(self, policy: Policy, reaches: tuple[_Reach, ...]) -> None:
        self._version = policy.version
        self._only_denies = all(statement.effect is Effect.DENY for statement in policy.statements)
        self._names = any(each.principals is not None or each.not_principals is not None for each in policy.statements)
        self._reaches = reaches
        self._solved = lru_cache(maxsize=None)(self._solve)

    def alike(self, one: _Reach, other: _Reach) -> bool:
        """Whether two say the same."""
        return one == other or (self._as_far(one, other) and self._as_far(other, one))

    def state(self, reach: _Reach) -> State:
        """What is said of what the time decides."""
        most = all(self._as_far(reach, other) for other in self._reaches)
        least = all(self._as_far(other, reach) for other in self._reaches)
        if most and least:
            nothing = reach.denies if self._only_denies else not reach.allows
            return State.DENIED if nothing else State.ALLOWED
        return State.ALLOWED if most else State.DENIED if least else State.DEPENDS

    def _as_far(self, one: _Reach, other: _Reach) -> bool:
        if one.shows_as_far(other):
            return True
        return not (one.perhaps or other.perhaps) and self._solved(one, other)

    def _solve(self, one: _Reach, other: _Reach) -> bool:
        """Whether one reaches as far as another, by what their statements mean; no where that is not decided."""
        # The solver is an extra; without it, what the statements do not show is not decided.
        try:
            from gatepost.reasoning.questions import Asker, Side  # noqa: PLC0415 -- as said
        except ImportError:
            return False
        asker = Asker(Side.RESOURCE if self._names else Side.IDENTITY)
        try:
            allows_it = self._only_denies or asker.narrower(self._policy(other), self._policy(one))
            return allows_it and asker.narrower(self._undenied(other), self._undenied(one))
        except Undecidable:
            return False

    def _policy(self, reach: _Reach) -> Policy:
        return Policy((*reach.allows, *reach.denies), self._version)

    def _undenied(self, reach: _Reach) -> Policy:
        """All that a reach does not deny."""
        anybody = (PrincipalEntry(PrincipalType.AWS, "*"),) if self._names else None
        everything = Statement(Effect.ALLOW, principals=anybody, actions=("*",), resources=("*",))
        return Policy((everything, *reach.denies), self._version)
