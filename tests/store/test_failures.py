"""Which errors are the store's and which are a job's: by SQLite's own codes, and as they really come."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from gatepost.store.failures import STORE_FAILURES, is_store_failure

OF_THE_DATA = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_ABORT,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_NOTFOUND,
    sqlite3.SQLITE_EMPTY,
    sqlite3.SQLITE_SCHEMA,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_RANGE,
}
NO_ERRORS = {sqlite3.SQLITE_OK, sqlite3.SQLITE_NOTICE, sqlite3.SQLITE_WARNING, sqlite3.SQLITE_ROW, sqlite3.SQLITE_DONE}
PRIMARY_CODES = [
    (name, value)
    for name, value in vars(sqlite3).items()
    if name.startswith("SQLITE_") and isinstance(value, int) and name.removeprefix("SQLITE_").isalpha()
]
# The names of `sqlite3` hold authorizer actions and limits too (SQLITE_DELETE, SQLITE_LIMIT_LENGTH), with the same small numbers.
NOT_CODES = {
    *("DELETE", "INSERT", "PRAGMA", "READ", "SELECT", "TRANSACTION", "UPDATE", "ATTACH", "DETACH", "REINDEX", "ANALYZE"),
    *("FUNCTION", "SAVEPOINT", "RECURSIVE", "DENY", "IGNORE"),
}


def with_code(code: int) -> sqlite3.Error:
    error = sqlite3.DatabaseError("as SQLite reports it")
    error.sqlite_errorcode = code
    return error


def test_every_primary_code_is_on_one_side() -> None:
    codes = {value for name, value in PRIMARY_CODES if name.removeprefix("SQLITE_") not in NOT_CODES}
    assert codes <= STORE_FAILURES | OF_THE_DATA | NO_ERRORS
    assert not STORE_FAILURES & OF_THE_DATA


@pytest.mark.parametrize("code", sorted(STORE_FAILURES))
def test_a_code_of_the_store_is_a_failure_extended_or_not(code: int) -> None:
    assert is_store_failure(with_code(code))
    assert is_store_failure(with_code(code | 5 << 8))
    assert is_store_failure(DBAPIError("SELECT 1", {}, with_code(code)))


@pytest.mark.parametrize("code", sorted(OF_THE_DATA))
def test_a_code_of_the_data_is_none(code: int) -> None:
    assert not is_store_failure(with_code(code))
    assert not is_store_failure(with_code(code | 5 << 8))
    assert not is_store_failure(DBAPIError("SELECT 1", {}, with_code(code)))


def test_errors_of_python_are_the_stores_only_where_they_are_about_files() -> None:
    assert is_store_failure(OSError(28, "No space left on device"))
    assert not any(
        is_store_failure(error) for error in (ValueError(), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"), KeyError())
    )


def test_what_really_happens_is_told_apart(tmp_path: Path) -> None:
    store = sqlite3.connect(tmp_path / "store.db", timeout=0)
    store.execute("CREATE TABLE things (name TEXT PRIMARY KEY NOT NULL)")
    store.execute("INSERT INTO things VALUES ('one')")
    store.commit()

    def failure(statement: str, *values: object, of: sqlite3.Connection = store) -> bool:
        with pytest.raises(Exception) as caught:  # noqa: PT011 -- which it is, is the question
            of.execute(statement, values)
        return is_store_failure(caught.value)

    assert not failure("INSERT INTO things VALUES ('one')")
    assert not failure("INSERT INTO things VALUES (?)", None)
    assert not failure("INSERT INTO things VALUES (?)", "\ud800")
    assert not failure("INSERT INTO things VALUES (?)", 2**70)
    assert not failure("INSERT INTO things VALUES (?)", object())
    assert not failure("INSERT INTO nothing VALUES (1)")
    store.rollback()

    other = sqlite3.connect(tmp_path / "store.db", timeout=0)
    other.execute("BEGIN IMMEDIATE")
    assert failure("INSERT INTO things VALUES ('two')"), "locked"
    other.rollback()
    other.execute("PRAGMA query_only=ON")
    assert failure("INSERT INTO things VALUES ('two')", of=other), "read-only"
    other.execute("PRAGMA query_only=OFF")
    pages = other.execute("PRAGMA page_count").fetchone()[0]
    other.execute(f"PRAGMA max_page_count={pages}")
    assert failure("INSERT INTO things VALUES (randomblob(100000))", of=other), "full"
    other.close()
    store.close()

    (tmp_path / "rubbish.db").write_bytes(b"rubbish" * 1000)
    engine = create_engine(f"sqlite:///{tmp_path / 'rubbish.db'}")
    with pytest.raises(DBAPIError) as caught, engine.connect() as connection:
        connection.execute(text("SELECT * FROM sqlite_schema"))
    assert is_store_failure(caught.value), "no database"
    engine.dispose()
