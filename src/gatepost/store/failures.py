"""Which errors say that the store itself has failed, and not that a job brought data that SQLite refuses.

SQLite's result codes tell them apart; the lowest eight bits of an extended code are its primary code.
Source: https://www.sqlite.org/rescode.html
"""

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError

PRIMARY: Final = 0xFF
# Locked counts: nobody else may hold the store's write lock for as long as a connection waits for it.
STORE_FAILURES: Final = frozenset(
    {
        sqlite3.SQLITE_INTERNAL,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_NOTADB,
    }
)


class StoreUnusable(Exception):
    """The store cannot be opened as it is. The message names the file and says what to do; nothing was changed."""


def is_store_failure(error: BaseException) -> bool:
    """Whether reading or writing the store failed: I/O, no space, damage, no permission, a lock that did not come free.

    False for what is about a job's own data (a constraint, a value that cannot be bound or is too large) and for mistakes in
    a statement. Takes the driver's errors, SQLAlchemy's around them, and OSError.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError | MemoryError):
        return True
    if not isinstance(cause, sqlite3.Error):
        return False
    code: int | None = getattr(cause, "sqlite_errorcode", None)  # errors that the driver itself raises have none
    return code is not None and code & PRIMARY in STORE_FAILURES
