"""The master key: made once, for a store in which nothing is sealed; then never again."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatepost.store.bootstrap import Root, bootstrap
from gatepost.store.database import Database
from gatepost.store.keyring import CHECK_NAME, CHECK_TEXT, Keyring, WrongKey
from gatepost.store.memory import Memory
from gatepost.store.opening import Opened, open_store
from gatepost.store.writer import run_once

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def opened(data: Path, environment: dict[str, str] | None = None) -> Opened:
    return open_store(f"sqlite:///{data / 'gatepost.db'}", data, Memory(), was_left=False, environment=environment or {})


def started(data: Path) -> bytes:
    """A store with its root key; the master key."""
    database = opened(data).database
    run_once(database, lambda tx: bootstrap(tx, Root("123456789012"), NOW))
    database.close()
    return (data / "master.key").read_bytes()


def test_a_key_is_made_for_a_store_in_which_nothing_is_sealed(tmp_path: Path) -> None:
    key = started(tmp_path)
    assert len(key) == 32
    opened(tmp_path).database.close()
    assert (tmp_path / "master.key").read_bytes() == key


def test_an_empty_key_that_a_first_start_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "master.key").touch()
    assert len(started(tmp_path)) == 32


def test_a_crash_between_the_key_and_the_database_leaves_a_usable_state(tmp_path: Path) -> None:
    Keyring.of(tmp_path, {})
    key = (tmp_path / "master.key").read_bytes()
    assert started(tmp_path) == key
    other = tmp_path / "other"
    other.mkdir()
    database = Database.open(f"sqlite:///{other / 'gatepost.db'}", keyring=Keyring(key), memory=Memory())
    database.close()  # the schema is there, nothing is sealed
    assert started(other) != key


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda file: file.unlink(), "is missing, and the store's secrets are sealed under it"),
        (lambda file: file.write_bytes(b""), "expected 32 bytes, found 0"),
        (lambda file: file.write_bytes(b"x"), "expected 32 bytes, found 1"),
        (lambda file: file.write_bytes(bytes(33)), "expected 32 bytes, found 33"),
        (lambda file: file.write_bytes(bytes(32)), "is not the key under which this store's secrets are sealed"),
        (lambda file: (file.unlink(), file.mkdir()), "cannot be read: Is a directory"),
        (lambda file: (file.unlink(), file.symlink_to("nowhere")), "is missing"),
    ],
    ids=["gone", "empty", "short", "long", "another", "a folder", "a link to nothing"],
)
def test_a_store_without_its_key_is_refused_and_left_as_it_is(tmp_path: Path, change: object, says: str) -> None:
    started(tmp_path)
    change(tmp_path / "master.key")  # type: ignore[operator]  # a change of the file
    database = (tmp_path / "gatepost.db").read_bytes()
    with pytest.raises(WrongKey, match=says) as caught:
        opened(tmp_path)
    assert "\n" not in str(caught.value)
    assert "restore the master.key that belongs to the store, or set GATEPOST_MASTER_KEY" in str(caught.value)
    assert (tmp_path / "gatepost.db").read_bytes() == database
    assert (tmp_path / "master.key").exists() is (
        says not in ("is missing", "is missing, and the store's secrets are sealed under it")
    )


def test_the_environments_key_stands_for_the_file_and_must_be_the_stores(tmp_path: Path) -> None:
    key = started(tmp_path)
    (tmp_path / "master.key").unlink()
    opened(tmp_path, {"GATEPOST_MASTER_KEY": base64.b64encode(key).decode()}).database.close()
    with pytest.raises(WrongKey, match="GATEPOST_MASTER_KEY is not the key"):
        opened(tmp_path, {"GATEPOST_MASTER_KEY": base64.b64encode(bytes(32)).decode()})
    with pytest.raises(WrongKey, match="expected 32 bytes in base64"):
        opened(tmp_path, {"GATEPOST_MASTER_KEY": "no base64"})
    assert not (tmp_path / "master.key").exists()


def test_a_store_whose_check_is_gone_but_not_its_secrets_gets_no_new_key(tmp_path: Path) -> None:
    started(tmp_path)
    database = opened(tmp_path).database
    run_once(database, lambda tx: tx.execute_text("DELETE FROM installation WHERE name = ?", (CHECK_NAME,)))
    database.close()
    (tmp_path / "master.key").unlink()
    with pytest.raises(WrongKey, match="is missing"):
        opened(tmp_path)


def test_the_check_is_sealed_to_its_name(tmp_path: Path) -> None:
    keyring = Keyring.of(tmp_path, {})
    keyring.verify(keyring.seal(CHECK_TEXT, CHECK_NAME).hex())
    for other in (keyring.seal(CHECK_TEXT, "AKIA1").hex(), "no hex", ""):
        with pytest.raises(WrongKey):
            keyring.verify(other)
