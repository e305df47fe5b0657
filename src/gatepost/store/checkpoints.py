"""Signed checkpoints of the trail, as lines: the store's copy of what is written elsewhere too (`audit.checkpoint`)."""

from collections.abc import Iterator
from typing import Final

from gatepost.store.raw_rows import raw_rows
from gatepost.store.transaction import Transaction

NEXT: Final = "SELECT coalesce(max(number), 0) + 1 FROM checkpoints"
KEEP: Final = "INSERT INTO checkpoints (number, line) VALUES (?, ?)"
LIST: Final = "SELECT number, line FROM checkpoints WHERE number >= ? ORDER BY number LIMIT ?"
NEWEST: Final = "SELECT line FROM checkpoints ORDER BY number DESC LIMIT 1"


def next_number(tx: Transaction) -> int:
    """The number of the next checkpoint."""
    number: int = tx.execute_text(NEXT, ())[0]
    return number


def keep_checkpoint(tx: Transaction, number: int, line: str) -> None:
    """Keep a checkpoint."""
    tx.open()
    tx.execute_text(KEEP, (number, line))


def list_checkpoints(tx: Transaction, start: int, limit: int) -> Iterator[tuple[int, str]]:
    """Number and line of those from a number on, in order."""
    return ((number, line) for number, line in raw_rows(tx, LIST, (start, limit)))


def newest_checkpoint(tx: Transaction) -> str | None:
    """The newest checkpoint's line."""
    row = tx.execute_text(NEWEST, ())
    return row[0] if row else None
