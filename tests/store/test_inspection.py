"""What is looked at before a store is opened: foreign files, damaged pages, and logs of which SQLite would drop commits in silence."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from gatepost.store.accounts import create_account
from gatepost.store.bootstrap import Root, bootstrap
from gatepost.store.database import Database
from gatepost.store.failures import StoreUnusable
from gatepost.store.inspection import APPLICATION_ID, Inspection, check_pages, inspect_store, reading_connection
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.recovery import discard_damaged_log
from gatepost.store.wal import DamagedLog
from gatepost.store.writer import run_once

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COMMITS = 20
HEADER, FRAME = 32, 24 + 4096


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `kill -9` leaves it: a database whose log holds commits, and the log's index."""
    folder = tmp_path_factory.mktemp("killed")
    running = folder / "running"
    database = Database.open(f"sqlite:///{running / 'gatepost.db'}", keyring=Keyring(bytes(32)), memory=Memory())
    run_once(database, lambda tx: bootstrap(tx, Root("123456789012"), NOW))
    with closing(sqlite3.connect(running / "gatepost.db")) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.reader() as tx:  # the connection that stays keeps the log
        tx.connection.exec_driver_sql("SELECT 1 FROM installation")
        for number in range(COMMITS):
            run_once(database, lambda tx, number=number: create_account(tx, f"{number:012}", "", NOW))  # type: ignore[misc]  # bound at once
        shutil.copytree(running, folder / "left")
    database.close()
    return folder / "left"


@pytest.fixture
def store(killed: Path, tmp_path: Path) -> Path:
    shutil.copytree(killed, tmp_path / "store")
    return tmp_path / "store" / "gatepost.db"


def accounts_in(store: Path) -> int:
    with closing(sqlite3.connect(store)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM accounts").fetchone()
        return int(count)


def contents(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.parent.iterdir() if path.is_file() and path.suffix != ".lock"}


def test_what_a_killed_server_leaves_is_whole(store: Path) -> None:
    inspection = inspect_store(store, 5.0, was_left=True)
    assert inspection.has_secrets
    assert (inspection.check.findings, inspection.check.finished, inspection.notices) == ((), True, ())
    assert accounts_in(store) == COMMITS + 1


def test_nothing_there_is_a_store_to_be_made(tmp_path: Path) -> None:
    assert inspect_store(tmp_path / "gatepost.db") == Inspection()
    (tmp_path / "gatepost.db").touch()
    assert inspect_store(tmp_path / "gatepost.db") == Inspection()


# --- the log ---------------------------------------------------------------------------------------------------------------


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "header zeroed": (lambda log: bytes(HEADER) + log[HEADER:], "its header does not hold"),
    "a bit of the header": (lambda log: flip(log, 17), "its header does not hold"),
    "a bit of the header's checksum": (lambda log: flip(log, 25), "its header does not hold"),
    "shorter than its header": (lambda log: log[:20], "its header does not hold"),
    "rubbish": (lambda log: os.urandom(len(log)), "its header does not hold"),
    "zeroed": (lambda log: bytes(len(log)), "its header does not hold"),
    "cut in half": (lambda log: log[: len(log) // 2], "whole pages of"),
    "cut in its last frame": (lambda log: log[:-1000], "whole pages of"),
    "cut behind its header": (lambda log: log[:HEADER], "whole pages of"),
    "empty": (lambda _: b"", "is missing"),
    "a bit in the first frame": (lambda log: flip(log, HEADER + 100), "whole pages of"),
    "a bit in the middle": (lambda log: flip(log, len(log) // 2), "whole pages of"),
    "a bit in the last frame": (lambda log: flip(log, len(log) - 10), "whole pages of"),
}


@pytest.mark.parametrize(("change", "says"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_log_is_refused_and_nothing_changes_however_often(
    store: Path, change: Callable[[bytes], bytes], says: str
) -> None:
    wal = store.with_name("gatepost.db-wal")
    wal.write_bytes(change(wal.read_bytes()))
    before = contents(store)
    for _ in range(3):
        with pytest.raises(DamagedLog) as caught:
            inspect_store(store, 5.0)
        assert says in str(caught.value)
        assert "\n" not in str(caught.value)
        assert "gatepost.db-wal" in str(caught.value)
        assert contents(store) == before, "the evidence stays"


WITHOUT_INDEX = [name for name in DAMAGE if not name.startswith(("cut", "empty", "a bit in the last"))]


@pytest.mark.parametrize("name", WITHOUT_INDEX)
def test_damage_is_seen_without_the_index_too(store: Path, name: str) -> None:
    wal = store.with_name("gatepost.db-wal")
    wal.write_bytes(DAMAGE[name][0](wal.read_bytes()))
    store.with_name("gatepost.db-shm").unlink()
    with pytest.raises(DamagedLog):
        inspect_store(store)


@pytest.mark.parametrize("name", ["cut in half", "cut behind its header", "empty", "gone"])
def test_a_log_that_is_cut_with_its_index_gone_is_told_where_the_server_was_killed(store: Path, name: str) -> None:
    wal = store.with_name("gatepost.db-wal")
    if name == "gone":
        wal.unlink()
    else:
        wal.write_bytes(DAMAGE[name][0](wal.read_bytes()))
    store.with_name("gatepost.db-shm").unlink()
    notice = inspect_store(store, was_left=True).notices[0]
    assert "did not stop by itself" in notice
    assert "calls that were answered are missing" in notice


def test_an_end_that_a_loss_of_power_leaves_is_told_and_not_refused(store: Path) -> None:
    wal = store.with_name("gatepost.db-wal")
    wal.write_bytes(flip(wal.read_bytes(), wal.stat().st_size - 10))
    store.with_name("gatepost.db-shm").unlink()
    (notice,) = inspect_store(store).notices
    assert "a loss of power leaves such an end" in notice
    assert accounts_in(store) == COMMITS


@pytest.mark.parametrize("behind", [b"x" * 5000, bytes(3 * FRAME), os.urandom(3 * FRAME + 7)], ids=["text", "zeros", "random"])
def test_what_stands_behind_the_last_commit_loses_nothing(store: Path, behind: bytes) -> None:
    wal = store.with_name("gatepost.db-wal")
    wal.write_bytes(wal.read_bytes() + behind)
    assert inspect_store(store).notices == ()
    assert accounts_in(store) == COMMITS + 1


def test_frames_of_an_older_log_are_no_damage(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "running.db", isolation_level=None)) as running:
        running.execute("PRAGMA journal_mode=WAL")
        for table in ("alembic_version", "installation (name, value)", "access_keys"):
            running.execute(f"CREATE TABLE {table if '(' in table else table + ' (id)'}")
        for _ in range(10):
            running.execute("INSERT INTO access_keys VALUES (1)")
        running.execute("PRAGMA wal_checkpoint")
        running.execute("INSERT INTO access_keys VALUES (2)")  # begins the log anew, over the old frames
        for suffix in ("", "-wal", "-shm"):
            shutil.copy(tmp_path / f"running.db{suffix}", tmp_path / f"store.db{suffix}")
            shutil.copy(tmp_path / f"running.db{suffix}", tmp_path / f"other.db{suffix}")
    assert inspect_store(tmp_path / "store.db").notices == ()
    (tmp_path / "other.db-shm").unlink()
    assert inspect_store(tmp_path / "other.db").notices == ()


def test_the_log_of_another_database_is_refused(store: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db", isolation_level=None)) as other:
        other.execute("PRAGMA page_size=8192")
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE things (id)")
        shutil.copy(tmp_path / "other.db-wal", store.with_name("gatepost.db-wal"))
    with pytest.raises(DamagedLog, match="of another database"):
        inspect_store(store)


@pytest.mark.parametrize("empty", [True, False])
def test_a_log_without_its_database_is_not_thrown_away(store: Path, *, empty: bool) -> None:
    log = store.with_name("gatepost.db-wal").read_bytes()
    store.unlink()
    if empty:
        store.touch()
    with pytest.raises(StoreUnusable, match="a log without its database"):
        inspect_store(store)
    assert store.with_name("gatepost.db-wal").read_bytes() == log


@pytest.mark.parametrize(
    ("name", "kept"),
    [("header zeroed", 1), ("a bit in the middle", COMMITS // 2), ("a bit in the last frame", COMMITS), ("empty", 1)],
)
def test_a_damaged_log_is_discarded_on_request_alone_and_all_is_copied(store: Path, name: str, kept: int) -> None:
    url = f"sqlite:///{store}"
    assert discard_damaged_log(url, NOW) is None
    wal = store.with_name("gatepost.db-wal")
    wal.write_bytes(DAMAGE[name][0](wal.read_bytes()))
    before = contents(store)
    copies = discard_damaged_log(url, NOW)
    assert copies is not None
    assert {path.name: path.read_bytes() for path in copies.iterdir()} == before
    assert inspect_store(store, 5.0).notices == ()
    assert abs(accounts_in(store) - kept) <= 2
    assert discard_damaged_log(url, NOW) is None


# --- the database -----------------------------------------------------------------------------------------------------------


def another_application(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url)")


def with_another_id(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA application_id=1196444487")  # GeoPackage
        other.execute("CREATE TABLE installation (name)")
        other.execute("CREATE TABLE alembic_version (version_num)")


FOREIGN: dict[str, tuple[Callable[[Path], object], str]] = {
    "text": (lambda path: path.write_text("to do: everything\n" * 100), "not an SQLite database"),
    "a byte": (lambda path: path.write_bytes(b"x"), "not an SQLite database"),
    "zeros": (lambda path: path.write_bytes(bytes(8192)), "not an SQLite database"),
    "encrypted": (lambda path: path.write_bytes(os.urandom(40_960)), "not an SQLite database"),
    "a header cut short": (lambda path: path.write_bytes(b"SQLite format 3\0\x10\0"), "its header is not whole"),
    "a header with an impossible page size": (
        lambda path: path.write_bytes(b"SQLite format 3\0\x12\x34" + bytes(82)),
        "its header",
    ),
    "a folder": (lambda path: path.mkdir(), "is a folder"),
    "a pipe": (os.mkfifo, "no regular file"),
    "another application's": (another_application, "another application"),
    "another application's by its ID": (with_another_id, "another application"),
}


@pytest.mark.parametrize(("make", "says"), FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_file_is_refused_and_left_as_it_is(tmp_path: Path, make: Callable[[Path], object], says: str) -> None:
    file = tmp_path / "gatepost.db"
    make(file)
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(StoreUnusable, match=says) as caught:
        inspect_store(file, 5.0)
    assert "\n" not in str(caught.value)
    assert (file.read_bytes() if file.is_file() else None) == before


def clean(store: Path) -> bytearray:
    """The database with its log moved into it."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return bytearray(store.read_bytes())


@pytest.mark.parametrize("page", [2, 3, 5, 8])
def test_a_page_of_rubbish_is_found_at_the_start(store: Path, page: int) -> None:
    content = clean(store)
    content[(page - 1) * 4096 : page * 4096] = Random(page).randbytes(4096)  # noqa: S311 -- the same rubbish each time
    store.write_bytes(content)
    with pytest.raises(StoreUnusable, match="is damaged") as caught:
        inspect_store(store, 5.0)
    assert "restore a backup" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change", [lambda b: b[: len(b) // 2], lambda b: b[:100], lambda b: b[:100] + os.urandom(4000) + b[4100:]]
)
def test_a_database_that_is_cut_or_has_no_schema_is_refused(store: Path, change: Callable[[bytes], bytes]) -> None:
    store.write_bytes(change(bytes(clean(store))))
    with pytest.raises(StoreUnusable):
        inspect_store(store, 5.0)


def test_a_check_ends_when_its_time_is_over(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "large.db", isolation_level=None)) as store:
        store.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, content NOT NULL)")
        store.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
            "INSERT INTO things SELECT i, 'x' || i FROM n"
        )

    def let_the_timer_go_first() -> int:
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join()
        return 0

    with reading_connection(tmp_path / "large.db") as connection:
        connection.set_progress_handler(let_the_timer_go_first, 100)
        assert not check_pages(connection, "quick_check", 0.5).finished
        connection.set_progress_handler(None, 0)
        assert check_pages(connection, "quick_check", None).findings == ()


def test_our_stores_carry_our_id_older_ones_from_their_next_opening_on(tmp_path: Path) -> None:
    def opened_id() -> int:
        database = Database.open(f"sqlite:///{tmp_path / 'gatepost.db'}", keyring=Keyring(bytes(32)), memory=Memory())
        with database.reader() as tx:
            (identity,) = tx.execute_text("PRAGMA application_id", ())
        database.close()
        return int(identity)

    assert opened_id() == APPLICATION_ID
    with closing(sqlite3.connect(tmp_path / "gatepost.db")) as store:
        store.execute("PRAGMA application_id=0")
    assert inspect_store(tmp_path / "gatepost.db") == Inspection()
    assert opened_id() == APPLICATION_ID
