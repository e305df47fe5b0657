"""What the check of the trail finds."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

MOST: Final = 200  # findings that are kept; the rest is counted


class Breach(StrEnum):
    """What is wrong."""

    ROW_CHANGED = "row-changed"
    ROW_MISSING = "row-missing"
    ROW_INSERTED = "row-inserted"
    HEAD_DIFFERS = "head-differs"
    KIND_CHANGED = "kind-changed"
    INDEX_DIFFERS = "index-differs"
    SNAPSHOT_CHANGED = "snapshot-changed"
    SNAPSHOT_MISSING = "snapshot-missing"
    MESSAGE_MISSING = "message-missing"
    CHECKPOINT_CHANGED = "checkpoint-changed"
    CHECKPOINT_MISSING = "checkpoint-missing"
    OLDER_COPY = "older-copy"


class Finding(Struct, frozen=True):
    """One thing that is wrong: where (a table and a row's number), and what differs."""

    breach: Breach
    table: str
    seq: int | None
    detail: str

    def text(self) -> str:
        """One line for people."""
        where = self.table if self.seq is None else f"{self.table} {self.seq}"
        return f"{self.breach.value:<18} {where}: {self.detail}"


class Findings:
    """Gathers findings; the first so many are kept, all are counted."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.count = 0

    def add(self, breach: Breach, table: str, seq: int | None, detail: str) -> None:
        """Add a finding."""
        self.count += 1
        if len(self.kept) < MOST:
            self.kept.append(Finding(breach, table, seq, detail))
