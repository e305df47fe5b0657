"""From windows to a policy that allows inside them, or denies outside, and nothing else; proved by the line of time that it has.

1.  A window, or the gap between two, is one statement: the conditions of a statement are AND-ed and the values of an operator
    OR-ed, so one statement's dates are one stretch of time (or all but some seconds). `n` windows are `n` Allows; `n` gaps between
    and around them, of which the outer two have one date each, are `n + 1` Denies.
2.  Windows are half-open: `DateGreaterThanEquals` their start, `DateLessThan` their end.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import pairwise
from typing import Final

from gatepost.policy.model import NOWHERE, VERSION_2012, Condition, Effect, Operator, Policy, PrincipalEntry, Statement
from gatepost.policy.sizes import IDENTITY_POLICY_BYTES, INLINE_CHARACTERS, MANAGED_CHARACTERS, size_of
from gatepost.policy.write import write_policy
from gatepost.reasoning.schedule import Schedule, Window
from gatepost.reasoning.windows import timeline

KEY: Final = "aws:CurrentTime"


class Side(Enum):
    """Which of the two a policy says."""

    DENY_OUTSIDE = "deny outside"
    ALLOW_INSIDE = "allow inside"


@dataclass(frozen=True, slots=True)
class Subject:
    """Of which calls the windows are: the elements that all statements share."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[PrincipalEntry, ...] | None = None


def window_policy(windows: Sequence[Window], side: Side, subject: Subject) -> Policy:
    """The policy that denies outside these windows, or allows inside them. `proves` says whether it does."""
    bounds = _gaps(windows) if side is Side.DENY_OUTSIDE else ((each.start, each.end) for each in windows)
    effect = Effect.DENY if side is Side.DENY_OUTSIDE else Effect.ALLOW
    return Policy(tuple(_statement(effect, subject, start, end) for start, end in bounds), VERSION_2012)


def proves(policy: Policy, schedule: Schedule) -> bool:
    """Whether a policy's line of time is that of a schedule. It is not where no call at all has the policy's elements."""
    return timeline(policy) == schedule.timeline()


def _gaps(windows: Sequence[Window]) -> Iterator[tuple[datetime | None, datetime | None]]:
    yield None, windows[0].start
    for earlier, later in pairwise(windows):
        yield earlier.end, later.start
    yield windows[-1].end, None


def _statement(effect: Effect, subject: Subject, start: datetime | None, end: datetime | None) -> Statement:
    dated = (("DateGreaterThanEquals", start), ("DateLessThan", end))
    return Statement(
        effect,
        actions=subject.actions,
        resources=subject.resources,
        principals=subject.principals,
        conditions=tuple(
            Condition(Operator(name), KEY, (f"{moment:%Y-%m-%dT%H:%M:%SZ}",), NOWHERE)
            for name, moment in dated
            if moment is not None
        ),
    )


# --- sizes --------------------------------------------------------------------------------------------------------------


class Home(Enum):
    """Where a policy may be put."""

    USER = "user"
    GROUP = "group"
    ROLE = "role"
    MANAGED = "managed"
    IDENTITY = "identity"


ROOM: Final = {
    Home.USER: INLINE_CHARACTERS["user"],
    Home.GROUP: INLINE_CHARACTERS["group"],
    Home.MANAGED: MANAGED_CHARACTERS,
    Home.ROLE: INLINE_CHARACTERS["role"],
    Home.IDENTITY: IDENTITY_POLICY_BYTES,
}  # from the smallest to the largest, of IAM's


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a policy is, and where it fits. IAM counts characters without white space, SES bytes of the whole document."""

    size: int
    fits: tuple[Home, ...]
    too_small: tuple[Home, ...]


def sizes(policy: Policy) -> Sizes:
    """The size of a policy, and where there is room for it: on an identity for one with principals, else on IAM's entities."""
    names = any(statement.principals is not None for statement in policy.statements)
    homes = (Home.IDENTITY,) if names else tuple(home for home in ROOM if home is not Home.IDENTITY)
    size = _size(policy)
    return Sizes(size, tuple(home for home in homes if size <= ROOM[home]), tuple(home for home in homes if size > ROOM[home]))


def windows_that_fit(schedule: Schedule, side: Side, subject: Subject, home: Home) -> int:
    """Of how many of a schedule's windows, from the first, the policy has room at home."""
    counts = range(1, len(schedule.windows) + 1)
    return bisect_right(counts, ROOM[home], key=lambda count: _size(window_policy(schedule.windows[:count], side, subject)))


def _size(policy: Policy) -> int:
    document = write_policy(policy)
    names = any(statement.principals is not None for statement in policy.statements)
    return len(document.encode()) if names else size_of(document)
