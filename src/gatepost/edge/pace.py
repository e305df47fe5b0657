"""How much of the server's time one caller's costly work may take while others call too.

What a caller's work costs is owed, and paid back at `RATE`: while a caller owes more than `BURST_SECONDS`, his next piece of work
waits, behind those of his that wait already. Where nobody else calls, nobody waits. The first `CHEAP_SECONDS` of a call of a known
caller (`edge.callers`) count for nothing: ordinary calls take no more. A call of a stranger counts in full, with what it costs beside.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

import structlog

RATE: Final = 0.15  # seconds of work a second
BURST_SECONDS: Final = 0.25
CHEAP_SECONDS: Final = 0.001
STRANGER_SECONDS: Final = 0.0006  # what a request costs beside its call: a connection, reading a long head, writing the answer
MOST_OWED: Final = 3.0  # seconds: whoever calls from a source of strangers for the first time waits no longer than 18
OTHERS_SECONDS: Final = 0.2  # somebody else calls too: his last call is no longer ago
MOST_CALLERS: Final = 10_000  # whose debts are kept; the oldest are forgiven
Work = Callable[[], None]

log = structlog.get_logger("gatepost.http")


class Pace:
    """The debts of callers, by the name under which they call, and what of theirs waits. Times are the event loop's, in seconds."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._debts: OrderedDict[str, tuple[float, float]] = OrderedDict()  # seconds owed, as of
        self._latest = ("", float("-inf"))  # who called last, and when
        self._before = ("", float("-inf"))  # the same of the last one who was somebody else
        self._waiting: dict[str, deque[Work]] = {}
        self._closed = False

    def start(self, caller: str, work: Work) -> None:
        """Begin a caller's work: at once, as almost always, or when it is his turn again."""
        now = self._loop.time()
        if caller != self._latest[0]:
            self._before = self._latest
        self._latest = (caller, now)
        if caller not in self._debts or self._closed:
            work()
        elif caller in self._waiting:
            self._waiting[caller].append(work)
        elif (wait := self.delay(caller)) > 0:
            self._waiting[caller] = deque((work,))
            self._go_on_later(caller, wait)
        else:
            work()

    def delay(self, caller: str) -> float:
        """How long a caller's next piece of work must wait if others go on calling; 0 for almost all."""
        now = self._loop.time()
        if caller not in self._debts or self._closed or now - self._last_other(caller) > OTHERS_SECONDS:
            return 0.0
        return max(0.0, (self._owed(caller, now) - BURST_SECONDS) / RATE)

    def charge(self, caller: str, seconds: float) -> None:
        """A caller's work has cost so many seconds of processor time."""
        if seconds <= 0:
            return
        now = self._loop.time()
        self._debts[caller] = (min(MOST_OWED, self._owed(caller, now) + seconds), now)
        self._debts.move_to_end(caller)
        if len(self._debts) > MOST_CALLERS:
            self._debts.popitem(last=False)

    def close(self) -> None:
        """Let whatever waits begin; nobody waits any longer."""
        self._closed = True
        for caller in list(self._waiting):
            self._go_on(caller)

    def _go_on(self, caller: str) -> None:
        waiting = self._waiting.get(caller)
        while waiting:
            if (wait := self.delay(caller)) > 0:
                self._go_on_later(caller, wait)
                return
            try:
                waiting.popleft()()
            except Exception:  # what waits behind it begins all the same
                log.exception("a call that waited failed")
        self._waiting.pop(caller, None)

    def _go_on_later(self, caller: str, wait: float) -> None:
        # Others may stop calling meanwhile: then nobody waits any longer.
        self._loop.call_later(min(wait, OTHERS_SECONDS), self._go_on, caller)

    def _last_other(self, caller: str) -> float:
        return self._before[1] if caller == self._latest[0] else self._latest[1]

    def _owed(self, caller: str, now: float) -> float:
        owed, as_of = self._debts.get(caller, (0.0, now))
        return max(0.0, owed - (now - as_of) * RATE)
