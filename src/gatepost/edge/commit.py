"""Between the event loop and the writer's thread: a call goes over, its answer comes back once it is on disk."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from gatepost.store.database import Database
from gatepost.store.transaction import Transaction
from gatepost.store.writer import Result, Writer

T = TypeVar("T")


class Commits:
    """Awaitable commits.

    Many calls share one commit; all their answers come back to the loop by one `call_soon_threadsafe`, the dearest part of
    the way (a wake-up of the loop) being paid once a batch.
    """

    def __init__(self, database: Database, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._writer = Writer(database, self._hand_over)

    @property
    def healthy(self) -> bool:
        """Whether the writer accepts work: not after an I/O error, until a write has succeeded again."""
        return self._writer.healthy

    async def run(self, job: Callable[[Transaction], T]) -> T:
        """What `job` returned, once its batch is committed; raises what it raised, `StoreFailed`, or `Overloaded`."""
        answer: asyncio.Future[T] = self._loop.create_future()
        self._writer.submit(job, answer)
        return await answer

    def close(self) -> None:
        """Let the writer finish what waits."""
        self._writer.close()

    def _hand_over(self, results: Sequence[tuple[object, Result]]) -> None:
        # In the writer's thread, once per commit.
        self._loop.call_soon_threadsafe(_settle, results)


def _settle(results: Sequence[tuple[object, Result]]) -> None:
    for answer, result in results:
        assert isinstance(answer, asyncio.Future)  # noqa: S101 -- the only ticket that `run` hands in
        if answer.done():  # the client went away; what it asked for stands all the same
            continue
        if isinstance(result, BaseException):
            answer.set_exception(result)
        else:
            answer.set_result(result)
