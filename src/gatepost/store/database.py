"""The database: SQLite in the data folder, opened, brought up to date, and read on snapshots.

WAL with `synchronous=FULL`: a commit that returned is on disk, and readers never wait for the writer. The driver's own
transaction control is off; BEGIN is ours (https://docs.sqlalchemy.org/en/20/dialects/sqlite.html, "Serializable isolation").
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from gatepost.store.failures import StoreUnusable
from gatepost.store.inspection import APPLICATION_ID, BUSY_SECONDS
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.private_files import create_private_file
from gatepost.store.rehearsal import copy_tables
from gatepost.store.sqlite_file import sqlite_file
from gatepost.store.transaction import Transaction

SCHEMA_VERSION: Final = "0005"  # the newest migration; a test holds it against `migrations/`
READERS: Final = 8
PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16384",  # KiB a connection
    "PRAGMA temp_store=MEMORY",
    "PRAGMA wal_autocheckpoint=8192",  # pages: 32 MB of log, moved into the file every few thousand messages
    "PRAGMA journal_size_limit=67108864",  # bytes: a log that a long reader has let grow is cut back to this
)
WRITES: Final = "gatepost_writes"


class Database:
    """An open database. Made by `open` alone."""

    def __init__(self, engine: Engine, keyring: Keyring, memory: Memory) -> None:
        self._engine = engine
        self.keyring = keyring
        self.memory = memory

    @classmethod
    def open(cls, url: str, *, keyring: Keyring, memory: Memory) -> "Database":
        """The database of a `sqlite:///FILE` URL, its schema up to date."""
        engine = _engine(url)
        database = cls(engine, keyring, memory)
        with engine.connect() as connection:
            is_current = _version(connection) == SCHEMA_VERSION
            is_marked = connection.exec_driver_sql("PRAGMA application_id").scalar() == APPLICATION_ID
        if not is_current:
            _migrate(engine, keyring)
        if not is_marked:
            with engine.connect() as connection, connection.begin():
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        return database

    @contextmanager
    def reader(self) -> Iterator[Transaction]:
        """A transaction that reads one snapshot."""
        with self._engine.connect() as connection:
            transaction = Transaction(connection, self.memory, self.keyring, writes=False)
            with connection.begin():
                yield transaction

    @contextmanager
    def rehearsal(self) -> Iterator[tuple[Transaction, Transaction]]:
        """Two transactions on one snapshot: one that reads it, and one in which anything may be changed, of which nothing stays.

        The latter works on copies of the tables in memory (`rehearsal`); it takes no lock, and nobody waits for it.
        """
        with self.reader() as before, self._engine.connect() as connection:
            before.connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1").all()  # the snapshot is taken
            try:
                with connection.begin():
                    copy_tables(connection)
                    rehearsed = Transaction(connection, Memory(), self.keyring, writes=True)
                    yield before, rehearsed
            finally:
                connection.invalidate()  # it and its copies are gone

    def writing_connection(self) -> Connection:
        """A connection that writes. Its transactions are those of `writing`, not SQLAlchemy's."""
        return self._engine.connect().execution_options(**{WRITES: True})

    @contextmanager
    def writing(self, connection: Connection) -> Iterator[Transaction]:
        """A transaction on a writing connection, with the write lock from the start; committed unless the block raises."""
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 -- the only store there is
        driver.execute("BEGIN IMMEDIATE")
        try:
            transaction = Transaction(connection, self.memory, self.keyring, writes=True)
            yield transaction
            transaction.finish()
            driver.commit()
        except BaseException:
            driver.rollback()
            raise
        finally:
            connection.rollback()  # what SQLAlchemy holds for open is over already

    def close(self) -> None:
        """Close what is pooled; the last connection moves the log back into the file."""
        self._engine.dispose()


def _engine(url: str) -> Engine:
    file = sqlite_file(url)
    create_private_file(file)  # SQLite gives its log and index the mode of the file
    parsed = URL.create("sqlite", database=str(file))
    engine = create_engine(
        parsed,
        poolclass=QueuePool,
        pool_size=READERS,
        max_overflow=READERS,
        hide_parameters=True,  # an error's text must not hold a secret or a body
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": BUSY_SECONDS, "cached_statements": 256},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(WRITES, False):
        connection.exec_driver_sql("BEGIN")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if version is not None and version > SCHEMA_VERSION:
        raise StoreUnusable(f"the store is of schema {version}; this Gatepost knows schemas up to {SCHEMA_VERSION}")
    return version


def _migrate(engine: Engine, keyring: Keyring) -> None:
    from alembic import command  # noqa: PLC0415 -- needed at a first start and an upgrade alone; it would cost every start 0.1 s
    from alembic.config import Config  # noqa: PLC0415 -- the same

    config = Config()
    config.set_main_option("script_location", "gatepost.store:migrations")
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        config.attributes["keyring"] = keyring
        command.upgrade(config, "head")
