"""Tamper evidence: each record's seal covers the seal before it, so no record can be changed, removed or put in unseen."""

import hashlib
from collections.abc import Iterable
from typing import Final

FIRST: Final = bytes(32)  # what stands before the first record


def seal(previous: bytes, record: str) -> bytes:
    """SHA-256 over the seal before and the record's UTF-8 bytes."""
    return hashlib.sha256(previous + record.encode()).digest()


def first_broken(rows: Iterable[tuple[int, str, bytes]], previous: bytes = FIRST, after: int = 0) -> int | None:
    """The number of the first row (number, record, seal) that does not follow from the one before; None where all do."""
    for number, record, sealed in rows:
        if number != after + 1 or seal(previous, record) != sealed:
            return number
        previous, after = sealed, number
    return None
