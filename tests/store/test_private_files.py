"""Whatever was there before: files 0600 and folders 0700, only Gatepost's own, only where it may."""

import os
import stat
from pathlib import Path

import pytest

from gatepost.store.database import Database
from gatepost.store.failures import StoreUnusable
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.private_files import keep_private, list_exposures, make_private_folder, replace_private_file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def open_to_all(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o644)
    return path


def test_a_folder_is_made_closed_and_one_that_was_open_is_closed(tmp_path: Path) -> None:
    assert make_private_folder(tmp_path / "new") is None
    assert mode(tmp_path / "new") == 0o700
    (tmp_path / "old").mkdir()
    (tmp_path / "old").chmod(0o755)
    closed = make_private_folder(tmp_path / "old")
    assert closed is not None
    assert "was open to others (mode 0755)" in str(closed)
    assert mode(tmp_path / "old") == 0o700


def test_a_folder_that_everybody_shares_is_never_closed(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    for folder in (tmp_path / "shared", Path("/")):
        before = mode(folder)
        with pytest.raises(StoreUnusable, match="name a folder of its own"):
            make_private_folder(folder)
        assert mode(folder) == before
    with pytest.raises(StoreUnusable, match="expected a folder"):
        make_private_folder(open_to_all(tmp_path / "file"))


def test_every_file_of_ours_is_closed_and_nobody_elses_is(tmp_path: Path) -> None:
    store = tmp_path / "elsewhere" / "mail.db"
    ours = [
        *(tmp_path / name for name in ("master.key", "server.json", "server.lock", "server.log", "tls/ca.pem", "tls/ca.key")),
        *(store.with_name(store.name + suffix) for suffix in ("", "-wal", "-shm", "-journal", ".lock")),
    ]
    theirs = [tmp_path / "notes.txt", store.with_name("other.db")]
    for path in (*ours, *theirs):
        open_to_all(path)
    (tmp_path / "tls").chmod(0o755)
    assert {each.path for each in list_exposures(tmp_path, store)} >= set(ours)
    exposures = keep_private(tmp_path, store)
    assert {each.path for each in exposures if each.reason is None} == {*ours, tmp_path / "tls"}
    assert {mode(path) for path in ours} == {0o600}
    assert mode(tmp_path / "tls") == 0o700
    assert {mode(path) for path in theirs} == {0o644}
    assert not keep_private(tmp_path, store)


def test_a_key_that_others_could_read_is_told(tmp_path: Path) -> None:
    key = open_to_all(tmp_path / "master.key")
    (exposure,) = keep_private(tmp_path, tmp_path / "gatepost.db")
    assert str(exposure) == f"{key} was open to others (mode 0644) and is closed now; who could read it may have a copy"


def test_what_a_link_points_at_is_told_and_left_alone(tmp_path: Path) -> None:
    target = open_to_all(tmp_path / "secrets" / "key")
    (tmp_path / "master.key").symlink_to(target)
    (exposure,) = keep_private(tmp_path, tmp_path / "gatepost.db")
    assert "it is a link" in str(exposure)
    assert mode(target) == 0o644
    os.link(open_to_all(tmp_path / "theirs"), tmp_path / "server.log")
    assert any("hard links" in str(each) for each in keep_private(tmp_path, tmp_path / "gatepost.db"))
    assert mode(tmp_path / "theirs") == 0o644


@pytest.mark.parametrize("existing", [None, 0o644])
def test_a_database_and_what_sqlite_puts_beside_it_are_closed_whatever_the_umask(tmp_path: Path, existing: int | None) -> None:
    before = os.umask(0o022)
    try:
        store = tmp_path / "gatepost.db"
        if existing is not None:
            store.touch()
            store.chmod(existing)
            keep_private(tmp_path, store)
        database = Database.open(f"sqlite:///{store}", keyring=Keyring.of(tmp_path), memory=Memory())
        with database.reader() as tx:
            tx.connection.exec_driver_sql("SELECT 1 FROM installation")
        assert {path.name: mode(path) for path in tmp_path.iterdir() if path.is_file()} == dict.fromkeys(
            ("gatepost.db", "gatepost.db-wal", "gatepost.db-shm", "master.key"), 0o600
        )
        database.close()
    finally:
        os.umask(before)


def test_a_file_is_replaced_whole_and_closed(tmp_path: Path) -> None:
    file = open_to_all(tmp_path / "server.json", b"old")
    open_to_all(tmp_path / "server.new", b"left by a crash")
    replace_private_file(file, b"new")
    assert (file.read_bytes(), mode(file)) == (b"new", 0o600)
    assert not (tmp_path / "server.new").exists()
