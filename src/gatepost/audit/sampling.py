"""Which calls without a valid signature leave an event of their own, and how many others there were.

Anybody can send such calls, as many as he likes; an event for each would fill the disk and keep the writer busy. So each source has
so many events a minute, and all of them together so many. What is above is counted by source and error, and the counts of a minute
become one event each. `audit.source` says what a source is.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from gatepost.audit.source import source_of

WINDOW: Final = timedelta(minutes=1)
MOST_OF_A_SOURCE: Final = 60  # events a window
MOST_IN_ALL: Final = 600
MOST_COUNTS: Final = 1_000  # pairs of source and error a window
OTHERS: Final = "others"  # the source of what is counted past `MOST_COUNTS`


@dataclass(slots=True)
class Unrecorded:
    """Calls of one source that ended in the same error and left no event of their own."""

    source: str
    error_code: str
    first: datetime
    last: datetime
    calls: int = 0


class Sampler:
    """The state of one window. Used from one thread."""

    def __init__(self) -> None:
        self._until = datetime.min.replace(tzinfo=UTC)  # when the window ends, as of the calls' own times
        self._recorded: dict[str, int] = {}  # events by source; no more sources than events in all
        self._counts: dict[tuple[str, str], Unrecorded] = {}

    def records(self, source_ip: str, error_code: str, now: datetime) -> bool:
        """Whether a call at `now` (UTC) leaves an event of its own; it is counted where not."""
        if now >= self._until:
            self._until, self._recorded = now + WINDOW, {}
        source = source_of(source_ip)
        recorded = self._recorded.get(source, 0)
        if recorded < MOST_OF_A_SOURCE and sum(self._recorded.values()) < MOST_IN_ALL:
            self._recorded[source] = recorded + 1
            return True
        key = (source, error_code)
        if key not in self._counts and len(self._counts) >= MOST_COUNTS:
            key = (OTHERS, error_code)
        counted = self._counts.setdefault(key, Unrecorded(*key, now, now))
        counted.calls += 1
        counted.last = now
        return False

    def take_counts(self) -> tuple[Unrecorded, ...]:
        """What was counted since the last time, now forgotten."""
        counts, self._counts = tuple(self._counts.values()), {}
        return counts
