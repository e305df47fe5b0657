"""One server a store, whatever name it came by."""

import os
from pathlib import Path

import pytest

from gatepost.store.failures import StoreUnusable
from gatepost.store.lock import StoreInUse, StoreLock, clear_left_lock
from gatepost.store.sqlite_file import has_database, sqlite_file


def test_a_second_lock_is_refused_and_names_the_first(tmp_path: Path) -> None:
    store = tmp_path / "gatepost.db"
    lock = StoreLock(store)
    with pytest.raises(StoreInUse) as caught:
        StoreLock(store)
    assert str(caught.value) == f"another server runs on the store {store}"
    lock.describe({"pid": 42, "endpoints": ["http://127.0.0.1:7370"]})
    with pytest.raises(StoreInUse) as caught:
        StoreLock(store)
    assert str(caught.value) == f"another server runs on the store {store} (pid 42, http://127.0.0.1:7370)"
    assert not clear_left_lock(store), "a server runs"
    lock.release()
    StoreLock(store).release()


@pytest.mark.parametrize("content", [b"rubbish", b"[]", b'{"pid": "x"}', b'{"endpoints": 1}', b"\xff"])
def test_whatever_the_lock_says_the_second_is_refused_in_a_line(tmp_path: Path, content: bytes) -> None:
    store = tmp_path / "gatepost.db"
    lock = StoreLock(store)
    (tmp_path / "gatepost.db.lock").write_bytes(content)
    with pytest.raises(StoreInUse, match="another server runs on the store"):
        StoreLock(store)
    lock.release()


def test_links_to_a_store_are_the_store(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    (tmp_path / "link.db").symlink_to(tmp_path / "real" / "gatepost.db")
    names = [tmp_path / "real" / "gatepost.db", tmp_path / "folder" / "gatepost.db", tmp_path / "link.db"]
    assert {sqlite_file(f"sqlite:///{name}") for name in names} == {tmp_path / "real" / "gatepost.db"}


def test_a_store_of_two_names_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"SQLite format 3\0\x10\0" + bytes(82))
    assert has_database(tmp_path / "a.db")
    os.link(tmp_path / "a.db", tmp_path / "b.db")
    with pytest.raises(StoreUnusable, match="2 names"):
        has_database(tmp_path / "b.db")


def test_a_lock_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    (tmp_path / "gatepost.db.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreUnusable, match="cannot be locked"):
        StoreLock(tmp_path / "gatepost.db")
    assert not (tmp_path / "elsewhere").exists(), "a link that somebody has placed is not followed"


def test_a_server_that_did_not_stop_by_itself_leaves_its_mark(tmp_path: Path) -> None:
    store = tmp_path / "gatepost.db"
    assert not clear_left_lock(store)
    lock = StoreLock(store)
    assert not lock.was_left
    lock.describe({"pid": 42})
    lock.release()
    assert not clear_left_lock(store)
    (tmp_path / "gatepost.db.lock").write_text('{"pid": 42}')
    lock = StoreLock(store)
    assert lock.was_left
    lock.release()
    (tmp_path / "gatepost.db.lock").write_text('{"pid": 42}')
    assert [clear_left_lock(store), clear_left_lock(store)] == [True, False]


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true", "sqlite:///x?mode=ro", "nonsense", "postgresql://h/d"],
)
def test_a_url_that_is_no_file_is_refused(url: str) -> None:
    with pytest.raises(StoreUnusable, match="expected"):
        sqlite_file(url)
