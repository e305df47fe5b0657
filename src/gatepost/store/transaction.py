"""A unit of work on the store, and what may be read without knowing where it comes from.

The batch that the writer commits is one `Transaction` in which each job has a frame of its own (`attempt`): what a job that
raises has done is rolled back, the others stand. A frame costs no SQL until it executes a statement; a job that only appends
rows needs no savepoint at all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.sql.dml import UpdateBase

from gatepost.store.keyring import Keyring
from gatepost.store.memory import EVERY_SCOPE, Key, Memory

T = TypeVar("T")
MOST_ROWS: Final = 64  # a statement; every smaller number is a statement of its own, prepared once
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


class Insert:
    """The text that inserts rows of some columns into a table, by the number of rows."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        row = f"({', '.join('?' * len(columns))})"
        opening = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608 -- names of ours
        self._texts = [opening + ", ".join([row] * size) for size in range(MOST_ROWS + 1)]

    def of(self, size: int) -> str:
        """The text for `size` rows, `MOST_ROWS` at most."""
        return self._texts[size]


@dataclass(slots=True)
class _Frame:
    rows: list[Row] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    savepoint: str | None = None
    inserted: bool = False  # rows that it had appended


class Broken(Exception):
    """Rows could not be inserted, so the transaction must not commit."""


class ReadOnly(Exception):
    """A statement that changes rows was executed in a reader's transaction."""


class Transaction:
    """One connection between BEGIN and COMMIT. Not shared between threads."""

    def __init__(self, connection: Connection, memory: Memory, keyring: Keyring, *, writes: bool) -> None:
        self._connection = connection
        self.keyring = keyring
        self._driver: Any = connection.connection.driver_connection  # sqlite3's
        self._memory = memory
        self._as_of = memory.clock
        self._writes = writes
        self._frames = [_Frame()]
        self._savepoints = 0
        self._broken = False  # appended rows could not be inserted: whatever a job made of it, this must not commit

    @property
    def connection(self) -> Connection:
        """SQLAlchemy's connection, for what the store's own modules prepare themselves."""
        return self._connection

    def insert_rows(self, insert: Insert, rows: Sequence[tuple[object, ...]]) -> None:
        """Insert rows by prepared text, many in one statement.

        The driver lets go of the interpreter's lock at every step of a statement and must win it back from the event loop; one
        step a row would cost more than the rows.
        """
        for at in range(0, len(rows), MOST_ROWS):
            part = rows[at : at + MOST_ROWS]
            self.execute_text(insert.of(len(part)), tuple(chain.from_iterable(part)))

    @property
    def touched(self) -> frozenset[str]:
        """The scopes whose held values are stale once this commits."""
        return frozenset().union(*(frame.touched for frame in self._frames))

    @property
    def as_of(self) -> int:
        """The memory's clock when this began: what it reads is at least as new."""
        return self._as_of

    def changed_since(self, scopes: Iterable[str], as_of: int) -> bool:
        """Whether any of these scopes was changed since a clock: by a commit, or by what this transaction has done already."""
        return not self.touched.isdisjoint(scopes) or self._memory.changed_since(scopes, as_of)

    @property
    def touched_here(self) -> frozenset[str]:
        """The scopes that the innermost attempt has touched."""
        return frozenset(self._frames[-1].touched)

    def execute(self, statement: Executable, parameters: Parameters = None) -> CursorResult[Any]:
        """Execute a SQLAlchemy Core statement."""
        if isinstance(statement, UpdateBase):
            if not self._writes:
                raise ReadOnly(str(statement))
            self.open()
        elif any(frame.rows for frame in self._frames):
            self.open()
        return self._connection.execute(statement, parameters)

    def execute_text(self, text: str, values: tuple[object, ...]) -> tuple[Any, ...]:
        """Execute prepared text and return its first row, or `()`: for `Kind.insert`, and for reading what no row that waits changes.

        It goes straight through the driver, as SQLAlchemy costs five times what the statement does (`benchmarks/sending.py`).
        """
        row: tuple[Any, ...] | None = self._driver.execute(text, values).fetchone()
        return row or ()

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
        for frame in self._frames:
            if frame.touched and (scope in frame.touched or scope == EVERY_SCOPE):
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
            if frame.inserted:  # what was recalled to insert them (snapshots, kinds of events) may be gone with them
                self._memory.clear()
            raise
        self._frames.pop()
        if frame.savepoint is not None:
            self._sql(f"RELEASE {frame.savepoint}")
        outer = self._frames[-1]
        outer.rows += frame.rows
        outer.touched |= frame.touched
        outer.inserted |= frame.inserted
        return result

    def attempt_alone(self, job: Callable[["Transaction"], T]) -> T:
        """`attempt` for a job whose rows may be what cannot be written: they are inserted before it returns, and rolled back with it.

        INVARIANT: no job's rows wait when this is called.
        """
        outermost, touched = self._frames[0], set(self._frames[0].touched)
        self._sql("SAVEPOINT alone")
        try:
            result = self.attempt(job)
            self.open()
        except BaseException:
            outermost.rows, outermost.touched = [], touched
            self._sql("ROLLBACK TO alone")
            self._sql("RELEASE alone")
            self._broken = False  # what could not be inserted is rolled back
            self._memory.clear()  # what was recalled may rest on rows that are gone
            raise
        self._sql("RELEASE alone")
        return result

    def open(self) -> None:
        """Bring the connection up to date: outer frames' rows are inserted, every open frame has its savepoint."""
        for depth, frame in enumerate(self._frames):
            if depth > 0 and frame.savepoint is None:
                self._savepoints += 1
                frame.savepoint = f"frame_{self._savepoints}"
                self._sql(f"SAVEPOINT {frame.savepoint}")
            self._insert(frame)

    def finish(self) -> None:
        """Insert what waits, before the commit. `Broken` where rows could not be inserted, even if a job made light of it."""
        self.open()
        if self._broken:
            raise Broken("rows of this transaction could not be written")

    def _insert(self, frame: _Frame) -> None:
        rows, frame.rows = frame.rows, []
        frame.inserted |= bool(rows)
        by_kind: dict[Kind, list[Row]] = {}
        for row in rows:
            by_kind.setdefault(row.kind(), []).append(row)
        try:
            for kind, of_kind in by_kind.items():
                kind.insert(self, of_kind)
        except BaseException:
            self._broken = True
            raise

    def _sql(self, text: str) -> None:
        try:
            self._driver.execute(text)
        except BaseException:
            self._broken = True
            raise
