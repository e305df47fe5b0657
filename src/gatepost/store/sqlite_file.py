"""Where a store's SQLite file is, and what its first bytes say.

Source: https://www.sqlite.org/fileformat2.html, section 1.3, "The Database Header"
"""

import stat
from pathlib import Path
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from gatepost.store.failures import StoreUnusable

MAGIC: Final = b"SQLite format 3\x00"
HEADER_BYTES: Final = 100
LEAST_PAGE: Final = 512
MOST_PAGE: Final = 65536


def sqlite_file(url: str) -> Path:
    """The database file of a `sqlite:///FILE` URL, links followed. StoreUnusable for any other URL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreUnusable(f"`{url}` is no store: expected `sqlite:///FILE`") from None
    named = parsed.database
    if parsed.get_backend_name() != "sqlite" or not named or parsed.host:
        raise StoreUnusable(f"`{url}`: this version keeps its store in SQLite; expected `sqlite:///FILE`")
    if named.startswith((":memory:", "file:")) or parsed.query:
        raise StoreUnusable(f"`{url}`: expected the plain name of a file on disk, `sqlite:///FILE`")
    try:
        return Path(named).resolve()
    except (OSError, RuntimeError):  # a loop of links
        raise StoreUnusable(f"`{url}`: its links lead nowhere") from None


def wal_of(file: Path) -> Path:
    """The write-ahead log of a database."""
    return file.with_name(file.name + "-wal")


def shm_of(file: Path) -> Path:
    """The shared index of a database's write-ahead log."""
    return file.with_name(file.name + "-shm")


def has_database(file: Path) -> bool:
    """Whether there is an SQLite database: False where the file is missing or empty, as before a first start.

    StoreUnusable for whatever else is there, told by its kind, magic and page size.
    """
    try:
        status = file.stat()
        if stat.S_ISDIR(status.st_mode):
            raise StoreUnusable(f"{file} is a folder; expected an SQLite database")
        if not stat.S_ISREG(status.st_mode):
            raise StoreUnusable(f"{file} is no regular file; expected an SQLite database")
        if status.st_size == 0:
            return False
        with file.open("rb") as reading:
            header = reading.read(HEADER_BYTES)
    except FileNotFoundError:
        return False
    except OSError as problem:
        raise StoreUnusable(f"{file} cannot be read: {problem.strerror}") from None
    if not header.startswith(MAGIC):
        raise StoreUnusable(f"{file} is not an SQLite database, or it is encrypted or damaged; it was left as it is")
    if len(header) < HEADER_BYTES or not _is_page_size(page_size(header)):
        raise StoreUnusable(f"{file} is damaged: its header is not whole; restore a backup")
    if status.st_nlink > 1:
        raise StoreUnusable(
            f"{file} has {status.st_nlink} names (hard links), and SQLite keeps a log for each name; keep one name, or copy the file"
        )
    return True


def page_size(header: bytes) -> int:
    """The page size that a database's header names, in bytes."""
    named = int.from_bytes(header[16:18], "big")
    return MOST_PAGE if named == 1 else named


def _is_page_size(size: int) -> bool:
    return LEAST_PAGE <= size <= MOST_PAGE and size & (size - 1) == 0
