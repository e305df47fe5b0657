"""A unit of work on the store, and what may be read without knowing where it comes from.

The batch that the writer commits is one `Transaction` in which each job has a frame of its own (`attempt`): what a job that
raises has done is rolled back, the others stand. A frame costs no SQL until it executes a statement; a job that only appends
rows needs no savepoint at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.sql.dml import UpdateBase

from gatepost.store.keyring import Keyring
from gatepost.store.memory import EVERY_SCOPE, Key, Memory

T = TypeVar("T")
Parameters: TypeAlias = Mapping[str, object] | Sequence[Mapping[str, object]] | None


class View(Protocol):
    """What may be read, from memory or from the store: the event loop's view, or a transaction."""

    def recall(self, scope: str, key: Key, load: Callable[["Transaction"], T]) -> T:
        """The value of `load`, held until a change touches `scope` (an account's ID, or `EVERY_SCOPE`).

        Held values are shared between threads, so they are frozen. A value of None is not held: what does not exist may be
        asked for under any name.
        """


class Row(Protocol):
    """A row for the hot path: appended by prepared text through the driver, many at once."""

    def kind(self) -> "Kind":
        """Which table it goes to, and how."""


class Kind(Protocol):
    """Writes rows of one kind, in the order in which they were appended."""

    def insert(self, tx: "Transaction", rows: Sequence[Any]) -> None:
        """Insert `rows`."""


@dataclass(slots=True)
class _Frame:
    rows: list[Row] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    savepoint: str | None = None


class ReadOnly(Exception):
    """A statement that changes rows was executed in a reader's transaction."""


class Transaction:
    """One connection between BEGIN and COMMIT. Not shared between threads."""

    def __init__(self, connection: Connection, memory: Memory, keyring: Keyring, *, writes: bool) -> None:
        self._connection = connection
        self.keyring = keyring
        self._memory = memory
        self._as_of = memory.clock
        self._writes = writes
        self._frames = [_Frame()]
        self._savepoints = 0
        self.broken = False  # appended rows could not be inserted: whatever a job made of it, this must not commit

    @property
    def connection(self) -> Connection:
        """SQLAlchemy's connection, for what the store's own modules prepare themselves."""
        return self._connection

    def insert_many(self, text: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Execute prepared text once a row, through the driver."""
        self._connection.exec_driver_sql(text, list(rows))

    @property
    def touched(self) -> frozenset[str]:
        """The scopes whose held values are stale once this commits."""
        return frozenset().union(*(frame.touched for frame in self._frames))

    def execute(self, statement: Executable, parameters: Parameters = None) -> CursorResult[Any]:
        """Execute a SQLAlchemy Core statement."""
        if isinstance(statement, UpdateBase):
            if not self._writes:
                raise ReadOnly(str(statement))
            self.open()
        elif any(frame.rows for frame in self._frames):
            self.open()
        return self._connection.execute(statement, parameters)

    def touch(self, scope: str) -> None:
        """What memory holds of this scope is stale once this commits."""
        self._frames[-1].touched.add(scope)

    def append(self, row: Row) -> None:
        """Insert a row at the end of the batch, or before the next statement is executed."""
        if not self._writes:
            raise ReadOnly(type(row).__name__)
        self._frames[-1].rows.append(row)

    def recall(self, scope: str, key: Key, load: Callable[["Transaction"], T]) -> T:
        """`View.recall`: what this transaction has touched is read anew, everything else is shared."""
        touched = self.touched if self._writes else ()
        if scope in touched or (touched and scope == EVERY_SCOPE):
            return load(self)
        held = self._memory.get(scope, key)
        if held is not None:
            return held  # type: ignore[no-any-return]  # what `load` of the same key made
        value = load(self)
        if value is not None:
            self._memory.keep(scope, key, value, self._as_of)
        return value

    def attempt(self, job: Callable[["Transaction"], T]) -> T:
        """Run `job` so that, if it raises, nothing of it stays; the exception goes on."""
        frame = _Frame()
        self._frames.append(frame)
        try:
            result = job(self)
        except BaseException:
            self._frames.pop()
            if frame.savepoint is not None:
                self._sql(f"ROLLBACK TO {frame.savepoint}")
                self._sql(f"RELEASE {frame.savepoint}")
            raise
        self._frames.pop()
        if frame.savepoint is not None:
            self._sql(f"RELEASE {frame.savepoint}")
        outer = self._frames[-1]
        outer.rows += frame.rows
        outer.touched |= frame.touched
        return result

    def open(self) -> None:
        """Bring the connection up to date: outer frames' rows are inserted, every open frame has its savepoint."""
        for depth, frame in enumerate(self._frames):
            if depth > 0 and frame.savepoint is None:
                self._savepoints += 1
                frame.savepoint = f"frame_{self._savepoints}"
                self._sql(f"SAVEPOINT {frame.savepoint}")
            self._insert(frame)

    def _insert(self, frame: _Frame) -> None:
        rows, frame.rows = frame.rows, []
        by_kind: dict[Kind, list[Row]] = {}
        for row in rows:
            by_kind.setdefault(row.kind(), []).append(row)
        try:
            for kind, of_kind in by_kind.items():
                kind.insert(self, of_kind)
        except BaseException:
            self.broken = True
            raise

    def _sql(self, text: str) -> None:
        try:
            self._connection.exec_driver_sql(text)
        except BaseException:
            self.broken = True
            raise
