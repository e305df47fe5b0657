"""Tamper evidence: each record's seal covers the seal before it, so no record can be changed, removed or put in unseen."""

import hashlib
from collections.abc import Iterable
from typing import Final

FIRST: Final = bytes(32)  # what stands before the first record


def seal(previous: bytes, record: str, authorization: str | None = None) -> bytes:
    """SHA-256 over the seal before, the record's UTF-8 bytes and, after a line feed, those of its authorization.

    Both are JSON on one line, so the line feed tells where one ends.
    """
    sealed = record if authorization is None else f"{record}\n{authorization}"
    return hashlib.sha256(previous + sealed.encode()).digest()


Row = tuple[int, str, str | None, bytes]  # number, record, authorization, seal


def first_broken(rows: Iterable[Row], previous: bytes = FIRST, after: int = 0) -> int | None:
    """The number of the first row that does not follow from the one before; None where all do."""
    for number, record, authorization, sealed in rows:
        if number != after + 1 or seal(previous, record, authorization) != sealed:
            return number
        previous, after = sealed, number
    return None
