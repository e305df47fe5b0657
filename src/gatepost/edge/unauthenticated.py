"""Calls without a valid signature: some leave an event each, the others are counted (`audit.sampling`) and leave one together.

A counted call is answered at once, without the writer. What was counted when the process is killed is lost, a minute's worth at most.
"""

import asyncio
from datetime import datetime
from typing import Final

from gatepost.audit.event import Event
from gatepost.audit.sampling import WINDOW, Sampler, Unrecorded
from gatepost.audit.sink import append_unauthenticated
from gatepost.aws.pipeline import Prepared
from gatepost.aws.record import Home
from gatepost.edge.clock import Clock
from gatepost.edge.commit import Commits, Overloaded
from gatepost.store.transaction import Transaction
from gatepost.store.writer import StoreFailed

EVENT_NAME: Final = "UnauthenticatedCalls"
EVENT_SOURCE: Final = "calls.gatepost"


class UnauthenticatedCalls:
    """Decides which of them are recorded, and writes what was counted. `home` is where that is recorded."""

    def __init__(self, commits: Commits, clock: Clock, home: Home) -> None:
        self._commits = commits
        self._clock = clock
        self._home = home
        self._sampler = Sampler()

    def counted(self, prepared: Prepared) -> bool:
        """Whether a call that ended as `prepared` says leaves no event of its own. False for every call with a valid signature."""
        known = prepared.known
        if prepared.is_authenticated:
            return False
        code = "" if prepared.error is None else prepared.error.code
        return not self._sampler.records(known.arrival.origin.source_ip, code, known.arrival.now)

    async def run_until(self, stopping: asyncio.Event) -> None:
        """Write what was counted every minute, and once more at the end."""
        while not stopping.is_set():
            try:
                await asyncio.wait_for(stopping.wait(), WINDOW.total_seconds())
            except TimeoutError:
                await self._write()

    async def close(self) -> None:
        """Write what was counted since the last minute."""
        await self._write()

    async def _write(self) -> None:
        counts = self._sampler.take_counts()
        if not counts:
            return
        now = self._clock.now()

        def write(tx: Transaction) -> None:
            for each in counts:
                append_unauthenticated(tx, _event_of(each, self._home, now))

        try:
            await self._commits.run(write)
        except (StoreFailed, Overloaded):
            return  # the writer has logged it; what no event tells of these calls is lost


def _event_of(counted: Unrecorded, home: Home, now: datetime) -> Event:
    return Event(
        now,
        home.account,
        home.region,
        EVENT_SOURCE,
        EVENT_NAME,
        "",
        read_only=True,
        source_ip=counted.source,
        user_agent="",
        error_code=counted.error_code,
        additional={
            "calls": counted.calls,
            "firstTime": counted.first.isoformat(timespec="seconds"),
            "lastTime": counted.last.isoformat(timespec="seconds"),
        },
    )
