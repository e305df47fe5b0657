"""What the server does for the trail beside recording: checkpoints, checks, and the removal of old records of strangers.

1. At the start the newest rows and the checkpoints outside are checked; then, slowly, everything, and again once a day.
2. A checkpoint is written every minute in which anything was recorded, after every 1,000 events at the latest some seconds later,
   and at the stop; to the store first, then to each sink in a thread.
3. A finding is logged as an error, told by health (`state`), and leaves an event. It stops nothing: calls can still be recorded.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import structlog
from msgspec import Struct

from gatepost.audit.checkpoint import make_checkpoint, read_lines, signing_key
from gatepost.audit.event import Event
from gatepost.audit.sink import append_event
from gatepost.audit.trail_check import Report, TrailCheck
from gatepost.edge.checkpoint_sinks import CheckpointSink, write_everywhere
from gatepost.edge.commit import Commits, Overloaded
from gatepost.store.chain_heads import EVENTS, MESSAGES, UNAUTHENTICATED, head_of
from gatepost.store.database import Database
from gatepost.store.send_counts import drop_counts
from gatepost.store.trail_entries import PRUNE, SOURCE, enter_removal
from gatepost.store.transaction import Transaction
from gatepost.store.unauthenticated_events import remove_old
from gatepost.store.writer import StoreFailed

T = TypeVar("T")
TICK: Final = 5.0  # seconds between looks at the chains' heads
CHECKPOINT_SECONDS: Final = 60.0
CHECKPOINT_EVENTS: Final = 1000
CHECK_SECONDS: Final = 86_400.0
REST: Final = 0.2  # seconds between steps of the slow check: some 2,500 rows a second
COUNTS_KEPT: Final = timedelta(days=15)  # statistics tell of two weeks

log = structlog.get_logger("gatepost.trail")


class Retention(Struct, frozen=True):
    """How long, and how many bytes of, records of calls without a valid signature are kept."""

    days: int = 7
    megabytes: int = 64


class TrailKeeper:
    """Keeps one installation's trail. `home` is the account and region in whose log a finding stands."""

    def __init__(
        self,
        database: Database,
        commits: Commits,
        sinks: tuple[CheckpointSink, ...],
        outside: Path,
        home: tuple[str, str],
        retention: Retention,
    ) -> None:
        self._database = database
        self._commits = commits
        self._sinks = sinks
        self._outside = outside
        self._home = home
        self._retention = retention
        self._checkpointed: tuple[int, ...] | None = None
        self.state = "intact"  # as far as was checked; "tampered" from the first finding on

    async def check_recent(self) -> None:
        """The check at the start."""
        await self._tell(await self._in_thread(lambda: self._check().recent()))

    async def run_until(self, stopping: asyncio.Event) -> None:
        """Keep the trail until the server stops; then write the last checkpoint."""
        slow = asyncio.create_task(self._check_slowly())
        waited = CHECKPOINT_SECONDS
        try:
            while not stopping.is_set():
                with contextlib.suppress(StoreFailed, Overloaded):  # health tells of the first, and the next tick tries again
                    waited = await self._tick(waited)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), TICK)
        finally:
            slow.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await slow
        with contextlib.suppress(StoreFailed, Overloaded):
            await self._checkpoint()

    async def _tick(self, waited: float) -> float:
        """Write a checkpoint where one is due, and remove what is too old; how long the last checkpoint is ago."""
        heads = await self._in_thread(self._heads)
        last = self._checkpointed
        many = last is not None and heads[0] - last[0] >= CHECKPOINT_EVENTS
        if heads != last and (many or waited >= CHECKPOINT_SECONDS):
            await self._checkpoint()
            await self._commits.run(self._remove)
            return 0.0
        return waited + TICK

    async def _checkpoint(self) -> None:
        heads = await self._in_thread(self._heads)
        if heads == self._checkpointed:
            return
        line = await self._commits.run(lambda tx: make_checkpoint(tx, datetime.now(UTC)))
        self._checkpointed = heads
        await self._in_thread(lambda: write_everywhere(self._sinks, line))

    def _heads(self) -> tuple[int, ...]:
        with self._database.reader() as tx:
            return tuple(head_of(tx, chain).seq for chain in (EVENTS, MESSAGES, UNAUTHENTICATED))

    def _remove(self, tx: Transaction) -> None:
        now = datetime.now(UTC)
        tx.open()
        drop_counts(tx, now - COUNTS_KEPT)
        through = remove_old(tx, now - timedelta(days=self._retention.days), self._retention.megabytes * 1_000_000)
        if through is not None:
            enter_removal(tx, PRUNE, UNAUTHENTICATED, through, now)

    # --- checks --------------------------------------------------------------------------------------------------------

    def _check(self) -> TrailCheck:
        key = signing_key(self._database.keyring).public_key()
        return TrailCheck(self._database.reader, key, read_lines(self._outside))

    async def _check_slowly(self) -> None:
        while True:
            check = self._check()
            steps = check.steps()
            while await self._in_thread(partial(next, steps, self)) is None:  # noqa: ASYNC110 -- a rest, nothing is waited for
                await asyncio.sleep(REST)
            await self._tell(check.report())
            await asyncio.sleep(CHECK_SECONDS)

    async def _tell(self, report: Report) -> None:
        if report.intact:
            return
        self.state = "tampered"
        for finding in report.findings:
            log.error(
                "WARNING: THE LOG WAS TAMPERED WITH",
                breach=finding.breach.value,
                table=finding.table,
                seq=finding.seq,
                detail=finding.detail,
            )
        log.error("run `gatepost trail verify` for the whole of it", findings=report.count)
        with contextlib.suppress(StoreFailed, Overloaded):
            await self._commits.run(lambda tx: append_event(tx, self._event(report)))

    def _event(self, report: Report) -> Event:
        account, region = self._home
        return Event(
            datetime.now(UTC),
            account,
            region,
            SOURCE,
            "TamperingFound",
            "",
            read_only=False,
            source_ip=SOURCE,
            user_agent="gatepost trail",
            request_parameters={"findings": report.count, "first": [each.text() for each in report.findings[:10]]},
        )

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(None, work)
