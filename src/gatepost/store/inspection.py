"""A store looked at before it is opened for writing: is it ours, is it whole, would anything be lost by opening it.

Everything here reads. The connection is read-only, so that closing it neither moves the log into the database nor removes it; and
where the store is refused, the index of its log, which SQLite makes anew, is put back as evidence for the next look.
A database that another process has open was looked at when that process opened it; its log is in motion and is not judged.
"""

import fcntl
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Timer
from typing import Final
from urllib.parse import quote

from gatepost.store.failures import StoreUnusable
from gatepost.store.keyring import CHECK_NAME
from gatepost.store.sqlite_file import HEADER_BYTES, has_database, page_size, shm_of, wal_of
from gatepost.store.wal import WalHeader, read_wal_header, read_wal_index, refuse_ignored_commits, refuse_missing_frames

APPLICATION_ID: Final = 0x47415445  # "GATE", in the database's header
OWN_TABLES: Final = frozenset({"alembic_version", "installation"})
BUSY_SECONDS: Final = 10
IN_USE_BYTE: Final = 128  # of the index: every connection of every process holds a shared lock on it
MOST_FINDINGS: Final = 100


@dataclass(frozen=True, slots=True)
class Check:
    """What a check of the pages found, nothing where all is well; whether it came to its end in the time it had."""

    findings: Sequence[str] = ()
    finished: bool = True


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of a store: whether secrets are sealed in it, and their check; its pages' check; what is to be said."""

    has_secrets: bool = False
    keyring_check: str | None = None
    check: Check = Check()
    notices: Sequence[str] = ()


def inspect_store(file: Path, check_seconds: float | None = None, *, was_left: bool = False) -> Inspection:
    """Look at a database file; with `check_seconds`, its pages are checked for as long as that.

    `was_left`: the last server did not stop by itself, so its log must be there, with its index.

    StoreUnusable for a foreign or damaged file, and for a log of which opening the store would lose commits.
    """
    if not has_database(file):
        wal = wal_of(file)
        if wal.exists() and wal.stat().st_size > 0:
            raise StoreUnusable(
                f"{wal} is a log without its database: {file} is {'empty' if file.exists() else 'missing'}; restore it, or a backup "
                "of both, or move the log away for a new store"
            )
        return Inspection()
    with _evidence_kept(file):
        if is_open_elsewhere(file):
            return _read(file, check_seconds)
        with file.open("rb") as reading:
            size = page_size(reading.read(HEADER_BYTES))
        before, header = read_wal_index(file), read_wal_header(file, size)
        refuse_missing_frames(file, header, before)
        notices: list[str | None] = [_left_without(file, header)] if was_left and before is None else []
        inspection = _read(file, check_seconds)
        if header is not None and not is_open_elsewhere(file):
            after = read_wal_index(file)
            notices.append(refuse_ignored_commits(file, header, before, 0 if after is None else after.frames))
        return replace(inspection, notices=tuple(notice for notice in notices if notice is not None))


def check_pages(connection: sqlite3.Connection, pragma: str, seconds: float | None) -> Check:
    """`quick_check` or `integrity_check` on a connection, ended after so many seconds; None: however long it takes."""
    timer = None if seconds is None else Timer(seconds, connection.interrupt)
    if timer is not None:
        timer.start()
    try:
        rows = connection.execute(f"PRAGMA {pragma}({MOST_FINDINGS})").fetchall()
    except sqlite3.OperationalError as problem:
        if problem.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return Check(finished=False)
        raise
    finally:
        if timer is not None:
            timer.cancel()
    return Check(tuple(" ".join(str(text).split()) for (text,) in rows if text != "ok"))


@contextmanager
def reading_connection(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection that changes nothing. StoreUnusable where the file is damaged, foreign or cannot be read."""
    try:
        with closing(
            sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, isolation_level=None, timeout=BUSY_SECONDS)
        ) as connection:
            yield connection
    except sqlite3.DatabaseError as problem:
        raise StoreUnusable(explain_refusal(file, problem)) from None


def explain_refusal(file: Path, problem: BaseException) -> str:
    """Why SQLite did not open or read a file, in a line."""
    code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return f"{file} is not an SQLite database, or it is encrypted or damaged; it was left as it is"
    if code == sqlite3.SQLITE_CORRUPT:
        return f"{file} is damaged ({problem}): restore a backup; `gatepost doctor` says more"
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return f"{file} cannot be opened ({problem}): Gatepost must be able to write the file and its folder"
    return f"{file} cannot be opened: {problem}"


def _read(file: Path, check_seconds: float | None) -> Inspection:
    with reading_connection(file) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        ours = {name for name in tables if not name.startswith("sqlite_")}
        if application not in (0, APPLICATION_ID) or (ours and not ours >= OWN_TABLES):
            raise StoreUnusable(f"{file} is the database of another application; it was left as it is")
        check = Check() if check_seconds is None else check_pages(connection, "quick_check", check_seconds)
        if check.findings:
            more = f" and {len(check.findings) - 1} findings more" if len(check.findings) > 1 else ""
            raise StoreUnusable(f"{file} is damaged ({check.findings[0]}{more}): restore a backup; `gatepost doctor` says more")
        if not ours:
            return Inspection(check=check)
        row = connection.execute("SELECT value FROM installation WHERE name = ?", (CHECK_NAME,)).fetchone()
        has_secrets = row is not None or connection.execute("SELECT 1 FROM access_keys LIMIT 1").fetchone() is not None
        return Inspection(has_secrets, None if row is None else str(row[0]), check)


def _left_without(file: Path, header: WalHeader | None) -> str:
    if header is None:
        return (
            f"the last server on {file} did not stop by itself, and its log is not there: another program has moved it into the "
            "database, or it was removed, and then calls that were answered are missing"
        )
    return (
        f"the last server on {file} did not stop by itself, and {shm_of(file).name} is not there: whether its log is whole cannot be "
        "told; if it was cut, calls that were answered are missing"
    )


def is_open_elsewhere(file: Path) -> bool:
    """Whether another process has the database open: it holds a lock on the index of its log."""
    try:
        with shm_of(file).open("r+b") as index:
            fcntl.lockf(index, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, IN_USE_BYTE)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    except OSError:  # it cannot be opened for writing: SQLite says why
        return False
    return False


@contextmanager
def _evidence_kept(file: Path) -> Iterator[None]:
    index = shm_of(file)
    try:
        content = index.read_bytes()
    except OSError:
        content = b""
    try:
        yield
    except StoreUnusable:
        if content and index.exists() and not is_open_elsewhere(file):
            index.write_bytes(content)
        raise
