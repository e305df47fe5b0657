"""Between the event loop and the writer's thread: calls go over, their results come back once they are on disk.

Group commit. One batch is with the writer at a time; what comes up meanwhile gathers. Once a batch is answered, its clients are
likely to ask again at once, so the next batch waits until as many jobs have come up as were answered or were waiting, for a
millisecond at most. A lone client is never kept waiting (one answered, one expected); many clients fall into step, and loop and
writer take turns instead of wresting the interpreter's lock from each other at every callback, which cost more than the work
itself (`benchmarks/sending.py`).
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar, cast

import structlog

from gatepost.store.database import Database
from gatepost.store.transaction import Transaction
from gatepost.store.writer import Result, Work, Writer

T = TypeVar("T")
LINGER_SECONDS: Final = 0.001
MOST_UNDER_WAY: Final = 20_000
Done = Callable[[Any], None]  # gets what the job returned, or the exception that it ended in

log = structlog.get_logger("gatepost.commit")


class Overloaded(Exception):
    """More calls wait to be written than are taken."""


class Commits:
    """Commits seen from the event loop."""

    def __init__(self, database: Database, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._writer = Writer(database, self._hand_over)
        self._gathered: list[Work] = []
        self._expected = 1
        self._at_work = 0  # jobs with the writer
        self._lingering: asyncio.TimerHandle | None = None

    @property
    def healthy(self) -> bool:
        """Whether the last batch could be committed."""
        return self._writer.healthy

    def submit(self, job: Callable[[Transaction], Any], done: Done) -> None:
        """Run `job` in the next batch; `done` is called on the loop once it is committed. `Overloaded` where too many wait."""
        if len(self._gathered) + self._at_work >= MOST_UNDER_WAY:
            raise Overloaded("too many calls wait to be written")
        self._gathered.append((job, done))
        if not self._at_work:
            self._send_or_linger()

    async def run(self, job: Callable[[Transaction], T]) -> T:
        """What `job` returned, once its batch is committed; raises what it raised, `StoreFailed`, or `Overloaded`."""
        answer: asyncio.Future[T] = self._loop.create_future()

        def done(result: Result) -> None:
            if answer.done():  # whoever waited went away; what was asked for stands all the same
                return
            if isinstance(result, BaseException):
                answer.set_exception(result)
            else:
                answer.set_result(result)

        self.submit(job, done)
        return await answer

    def close(self) -> None:
        """Let the writer finish what waits."""
        self._send()
        self._writer.close()

    def _send_or_linger(self) -> None:
        if len(self._gathered) >= self._expected:
            self._send()
        elif self._lingering is None:
            self._lingering = self._loop.call_later(LINGER_SECONDS, self._send)

    def _send(self) -> None:
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._at_work += len(gathered)
            self._writer.submit(gathered)

    def _hand_over(self, results: Sequence[tuple[object, Result]]) -> None:
        # In the writer's thread, once per commit: waking the loop is the dearest part of the way.
        self._loop.call_soon_threadsafe(self._settle, results)

    def _settle(self, results: Sequence[tuple[object, Result]]) -> None:
        self._at_work -= len(results)
        self._expected = len(results) + len(self._gathered)
        for done, result in results:
            try:
                cast("Done", done)(result)  # the only kind of ticket that `submit` hands in
            except Exception:
                log.exception("an answer could not be given")
        if self._gathered and not self._at_work:
            self._send_or_linger()
