"""The one writer: a thread that takes what waits, runs each job in a frame of its own, commits once, then answers all.

1. A job's answer leaves only after the commit that holds it (INVARIANT: what was answered is on disk).
2. A job that raises leaves nothing behind; the others of its batch stand.
3. Where the commit itself fails, no job of the batch has happened: each is answered with `StoreFailed`. From then on `healthy`
   is False until a commit succeeds again.
4. What memory holds of the touched scopes is dropped after the commit and before the first answer.
5. A commit of another process (`PRAGMA data_version`) drops everything held.
"""

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final, TypeAlias, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gatepost.store.database import Database
from gatepost.store.transaction import Transaction

T = TypeVar("T")
Job: TypeAlias = Callable[[Transaction], Any]
Result: TypeAlias = Any  # what the job returned, or the exception that it ended in
Deliver: TypeAlias = Callable[[Sequence[tuple[object, Result]]], None]

MOST_WAITING: Final = 20_000
MOST_A_BATCH: Final = 512

log = structlog.get_logger("gatepost.store")


class Overloaded(Exception):
    """More jobs wait than the writer takes."""


class StoreFailed(Exception):
    """The batch could not be committed, so nothing of it has happened."""


class Writer:
    """Runs jobs in its thread. `deliver` gets the tickets and results of each batch, in that thread, after its commit."""

    def __init__(self, database: Database, deliver: Deliver) -> None:
        self._database = database
        self._deliver = deliver
        self._waiting: SimpleQueue[tuple[Job, object] | None] = SimpleQueue()
        self._seen_version = -1
        self.healthy = True
        self._thread = Thread(target=self._run, name="gatepost-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job, ticket: object) -> None:
        """Let `job` run in the next batch; its result is delivered with `ticket`."""
        if self._waiting.qsize() >= MOST_WAITING:
            raise Overloaded("too many calls wait to be written")
        self._waiting.put((job, ticket))

    def close(self) -> None:
        """Commit what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            batch, goes_on = self._gather()
            if batch:
                self._deliver(self._commit(batch))

    def _gather(self) -> tuple[list[tuple[Job, object]], bool]:
        """What waits, at least one job; and whether more may come."""
        first = self._waiting.get()
        batch: list[tuple[Job, object]] = []
        while first is not None:
            batch.append(first)
            if len(batch) == MOST_A_BATCH:
                return batch, True
            try:
                first = self._waiting.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _commit(self, batch: Sequence[tuple[Job, object]]) -> list[tuple[object, Result]]:
        memory = self._database.memory
        try:
            results, touched = self._run_batch(batch)
        except Exception as failure:  # noqa: BLE001 -- whatever it is, the batch has not happened
            log.error("the store refused a batch", jobs=len(batch), reason=str(failure))  # noqa: TRY400 -- the reason is enough
            self.healthy = False
            memory.clear()
            return [(ticket, StoreFailed(str(failure))) for _, ticket in batch]
        self.healthy = True
        if touched:
            memory.invalidate(touched)
        return results

    def _run_batch(self, batch: Sequence[tuple[Job, object]]) -> tuple[list[tuple[object, Result]], frozenset[str]]:
        with self._database.writing_connection() as connection, connection.begin():
            self._notice_others(connection.exec_driver_sql("PRAGMA data_version").scalar())
            tx = Transaction(connection, self._database.memory, self._database.keyring, writes=True)
            results: list[tuple[object, Result]] = []
            for job, ticket in batch:
                try:
                    results.append((ticket, tx.attempt(job)))
                except SQLAlchemyError:
                    raise
                except Exception as error:  # noqa: BLE001 -- it is the job's answer
                    results.append((ticket, error))
            tx.open()
            if tx.broken:
                raise StoreFailed("rows of this batch could not be written")
            return results, tx.touched

    def _notice_others(self, version: int | None) -> None:
        # Another process (`gatepost account create`) has committed: what is held may be stale.
        if version is not None and version != self._seen_version:
            if self._seen_version >= 0:
                self._database.memory.clear()
            self._seen_version = version


def run_once(database: Database, job: Callable[[Transaction], T]) -> T:
    """Run one job in a transaction of its own, in this thread: for a command beside the server, and for the first start."""
    with database.writing_connection() as connection, connection.begin():
        tx = Transaction(connection, database.memory, database.keyring, writes=True)
        result = job(tx)
        tx.open()
        touched = tx.touched
    database.memory.invalidate(touched)
    return result
