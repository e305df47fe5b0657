"""Copies of the tables, in memory and of one connection alone, in which a change can be made that nobody sees.

SQLite looks for a table among the temporary ones first, so what runs on the connection reads and changes the copies without knowing.
What only grows (the audit log, its snapshots, messages) is not copied; the connection may not write to it, nor to anything else of
the store: whatever tries is refused by SQLite itself.
Source: https://www.sqlite.org/lang_naming.html; https://docs.python.org/3/library/sqlite3.html, `set_authorizer`.
"""

import sqlite3
from typing import Final

from sqlalchemy import Connection

NOT_COPIED: Final = frozenset(
    (
        "alembic_version", "events", "event_kinds", "event_kind_terms", "event_terms", "event_blocks", "messages", "send_counts",
        "snapshots", "unauthenticated_events", "checkpoints",
    )
)  # fmt: skip
CHANGING: Final = frozenset((sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE))


def copy_tables(connection: Connection) -> None:
    """Let a connection, in a transaction that reads, work on copies of all that policies rest on."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 -- the only store there is
    schema = driver.execute("SELECT type, name, tbl_name, sql FROM main.sqlite_master WHERE sql IS NOT NULL").fetchall()
    copied = [(name, text) for kind, name, _, text in schema if kind == "table" and _is_copied(name)]
    for name, text in copied:
        _, _, columns = text.partition("(")
        driver.execute(f'CREATE TEMP TABLE "{name}" ({columns}')
        driver.execute(f'INSERT INTO temp."{name}" SELECT * FROM main."{name}"')  # noqa: S608 -- names of ours
    for kind, name, table, text in schema:
        if kind == "index" and _is_copied(table):
            before, _, after = text.partition(" ON ")
            unique = "UNIQUE " if before.upper().startswith("CREATE UNIQUE") else ""
            driver.execute(f'CREATE {unique}INDEX temp."{name}" ON {after}')
    driver.set_authorizer(_only_copies)


def _is_copied(table: str) -> bool:
    return table not in NOT_COPIED and not table.startswith("sqlite_")


def _only_copies(action: int, _table: str | None, _column: str | None, database: str | None, _trigger: str | None) -> int:
    return sqlite3.SQLITE_DENY if action in CHANGING and database == "main" else sqlite3.SQLITE_OK
