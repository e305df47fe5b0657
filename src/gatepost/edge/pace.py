"""How much of the server's time one caller's costly calls may take while others call too.

The first `CHEAP_SECONDS` of a call count for nothing: ordinary calls take no more, cold ones included. What a dearer call costs above
that is owed, and paid back at `RATE`: while a caller owes more than `BURST_SECONDS`, his next call waits. Where nobody else calls,
nobody waits.
"""

from collections import OrderedDict
from typing import Final

RATE: Final = 0.15  # seconds of work a second
BURST_SECONDS: Final = 0.25
CHEAP_SECONDS: Final = 0.005
OTHERS_SECONDS: Final = 0.2  # somebody else calls too: his last call is no longer ago
MOST_CALLERS: Final = 10_000  # whose debts are kept; the oldest are forgiven


class Pace:
    """The debts of callers, by the name under which they call. Times are the event loop's, in seconds."""

    def __init__(self) -> None:
        self._debts: OrderedDict[str, tuple[float, float]] = OrderedDict()  # seconds owed, as of
        self._latest = ("", float("-inf"))  # who called last, and when
        self._before = ("", float("-inf"))  # the same of the last one who was somebody else

    def delay(self, caller: str, now: float) -> float:
        """How long a call that has come in must wait; 0 for almost all."""
        if caller != self._latest[0]:
            self._before = self._latest
        self._latest = (caller, now)
        if caller not in self._debts or now - self._before[1] > OTHERS_SECONDS:
            return 0.0
        return max(0.0, (self._owed(caller, now) - BURST_SECONDS) / RATE)

    def charge(self, caller: str, seconds: float, now: float) -> None:
        """A call has cost so many seconds of processor time."""
        if seconds <= CHEAP_SECONDS:
            return
        self._debts[caller] = (self._owed(caller, now) + seconds - CHEAP_SECONDS, now)
        self._debts.move_to_end(caller)
        if len(self._debts) > MOST_CALLERS:
            self._debts.popitem(last=False)

    def _owed(self, caller: str, now: float) -> float:
        owed, as_of = self._debts.get(caller, (0.0, now))
        return max(0.0, owed - (now - as_of) * RATE)
