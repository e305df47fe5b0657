"""Between the event loop and the writer's thread: a call goes over, its result comes back once it is on disk."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar, cast

import structlog

from gatepost.store.database import Database
from gatepost.store.transaction import Transaction
from gatepost.store.writer import Result, Work, Writer

T = TypeVar("T")
MOST_UNDER_WAY: Final = 20_000
Done = Callable[[Any], None]  # gets what the job returned, or the exception that it ended in

log = structlog.get_logger("gatepost.commit")


class Overloaded(Exception):
    """More calls wait to be written than are taken."""


class Commits:
    """Commits seen from the event loop.

    Jobs that come up in one turn of the loop go to the writer together, and all results of a commit come back by one
    `call_soon_threadsafe`: waking the other side is the dearest part of the way, and is paid once a batch.
    """

    def __init__(self, database: Database, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._writer = Writer(database, self._hand_over)
        self._gathered: list[Work] = []
        self._under_way = 0

    @property
    def healthy(self) -> bool:
        """Whether the last batch could be committed."""
        return self._writer.healthy

    def submit(self, job: Callable[[Transaction], Any], done: Done) -> None:
        """Run `job` in the next batch; `done` is called on the loop once it is committed. `Overloaded` where too many wait."""
        if self._under_way >= MOST_UNDER_WAY:
            raise Overloaded("too many calls wait to be written")
        self._under_way += 1
        if not self._gathered:
            self._loop.call_soon(self._send)
        self._gathered.append((job, done))

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

    def _send(self) -> None:
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._writer.submit(gathered)

    def _hand_over(self, results: Sequence[tuple[object, Result]]) -> None:
        # In the writer's thread, once per commit.
        self._loop.call_soon_threadsafe(self._settle, results)

    def _settle(self, results: Sequence[tuple[object, Result]]) -> None:
        self._under_way -= len(results)
        for done, result in results:
            try:
                cast("Done", done)(result)  # the only kind of ticket that `submit` hands in
            except Exception:
                log.exception("an answer could not be given")
