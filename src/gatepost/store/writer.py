"""The one writer: a thread that takes what waits, runs each job in a frame of its own, commits once, then answers all.

1. A job's answer leaves only after the commit that holds it (INVARIANT: what was answered is on disk).
2. A job that raises leaves nothing behind; the others of its batch stand.
3. Rows that cannot be written fail the job that appended them: the batch is rolled back, and its jobs run once more one by one.
   A row that the driver could bind and a table's own rules refuse is a failure of the store (rule 4), of that job alone.
4. Where the store itself fails (I/O, space, damage, locks), no job of the batch has happened: each is answered with `StoreFailed`.
   From then on `healthy` is False until a commit succeeds again.
5. What memory holds of the touched scopes is dropped after the commit and before the first answer.
6. A commit of another process (`PRAGMA data_version`) drops everything held.
"""

import sqlite3
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import structlog

from gatepost.store.database import Database
from gatepost.store.failures import is_store_failure
from gatepost.store.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")
Job: TypeAlias = Callable[[Transaction], Any]
Result: TypeAlias = Any  # what the job returned, or the exception that it ended in
Work: TypeAlias = tuple[Job, object]  # a job, and the ticket with which its result is delivered
Run: TypeAlias = Callable[[Transaction, Job], Result]
Deliver: TypeAlias = Callable[[Sequence[tuple[object, Result]]], None]

MOST_A_BATCH: Final = 512

log = structlog.get_logger("gatepost.store")


class StoreFailed(Exception):
    """The batch could not be committed, so nothing of it has happened."""


class Writer:
    """Runs jobs in its thread. `deliver` gets the tickets and results of each batch, in that thread, after its commit."""

    def __init__(self, database: Database, deliver: Deliver) -> None:
        self._database = database
        self._deliver = deliver
        self._waiting: SimpleQueue[Sequence[Work] | None] = SimpleQueue()
        self._connection: Connection | None = None
        self._seen_version = -1
        self.healthy = True
        self._thread = Thread(target=self._run, name="gatepost-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Sequence[Work]) -> None:
        """Let these jobs run in the next batch; each result is delivered with its ticket."""
        self._waiting.put(work)

    def close(self) -> None:
        """Commit what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while self._run_next():
            pass
        if self._connection is not None:
            self._connection.close()

    def _run_next(self) -> bool:
        """Run what waits; whether more may come. Nothing of it is held while the next is waited for: a job may hold a large body."""
        batch, goes_on = self._gather()
        if batch:
            self._deliver(self._commit(batch))
        return goes_on

    def _gather(self) -> tuple[list[Work], bool]:
        """What waits, at least one job; and whether more may come."""
        work = self._waiting.get()
        batch: list[Work] = []
        while work is not None:
            batch += work
            if len(batch) >= MOST_A_BATCH:
                return batch, True
            try:
                work = self._waiting.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _commit(self, batch: Sequence[Work]) -> list[tuple[object, Result]]:
        memory = self._database.memory
        try:
            results, touched = self._run_batch(batch, Transaction.attempt)
        except Exception as failure:  # noqa: BLE001 -- whatever it is, the batch has not happened
            memory.clear()
            if is_store_failure(failure):
                return self._failed(batch, failure)
            log.error("rows could not be written; the batch runs once more, job by job", jobs=len(batch), reason=str(failure))  # noqa: TRY400 -- the reason is enough
            try:
                results, touched = self._run_batch(batch, Transaction.attempt_alone)
            except Exception as again:  # noqa: BLE001 -- the same
                memory.clear()
                return self._failed(batch, again)
        self.healthy = not any(isinstance(result, StoreFailed) for _, result in results)
        if touched:
            memory.invalidate(touched)
        return results

    def _failed(self, batch: Sequence[Work], failure: Exception) -> list[tuple[object, Result]]:
        log.error("the store refused a batch", jobs=len(batch), reason=str(failure))
        self.healthy = False
        self._reopen()
        return [(ticket, StoreFailed(str(failure))) for _, ticket in batch]

    def _run_batch(self, batch: Sequence[Work], run: Run) -> tuple[list[tuple[object, Result]], frozenset[str]]:
        # One connection for good: `data_version` counts the commits of others as this connection has seen them.
        connection = self._connection = self._connection or self._database.writing_connection()
        with self._database.writing(connection) as tx:
            self._notice_others(tx.execute_text("PRAGMA data_version", ())[0])
            results: list[tuple[object, Result]] = []
            for job, ticket in batch:
                try:
                    results.append((ticket, run(tx, job)))
                except Exception as error:
                    if is_store_failure(error):
                        raise
                    results.append((ticket, StoreFailed(str(error)) if isinstance(error, sqlite3.IntegrityError) else error))
            return results, tx.touched

    def _reopen(self) -> None:
        """Give up a connection that has failed; the next batch takes another."""
        connection, self._connection = self._connection, None
        self._seen_version = -1
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _notice_others(self, version: int) -> None:
        # Another process (`gatepost account create`) has committed: what is held may be stale.
        if version != self._seen_version:
            if self._seen_version >= 0:
                self._database.memory.clear()
            self._seen_version = version


def run_once(database: Database, job: Callable[[Transaction], T]) -> T:
    """Run one job in a transaction of its own, in this thread: for a command beside the server, and for the first start."""
    with database.writing_connection() as connection, database.writing(connection) as tx:
        result = job(tx)
        touched = tx.touched
    database.memory.invalidate(touched)
    return result
