"""What decisions rest on, kept once however many decisions do: the policies of a layer, a caller with its layers.

Snapshots are found by the fingerprint of their content, which Events name; so a decision can be explained after everything that it
rested on has changed.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from sqlalchemy import select

from gatepost.store.schema import snapshots
from gatepost.store.transaction import Transaction

FINGERPRINT_BYTES: Final = 18  # of SHA-256; 24 characters
SCOPE: Final = "snapshots"  # of what is held in memory
KEEP: Final = "INSERT OR IGNORE INTO snapshots (fingerprint, content) VALUES (?, ?)"


class Snapshot(Struct, frozen=True):
    """A content by its fingerprint, and the snapshots that it names itself."""

    fingerprint: str
    content: str
    parts: "Sequence[Snapshot]" = ()

    @classmethod
    def of(cls, content: str, parts: "Sequence[Snapshot]" = ()) -> "Snapshot":
        """The snapshot of a content."""
        digest = hashlib.sha256(content.encode()).digest()[:FINGERPRINT_BYTES]
        return cls(base64.urlsafe_b64encode(digest).decode(), content, parts)


def keep_snapshot(tx: Transaction, snapshot: Snapshot) -> None:
    """Keep a snapshot with its parts, unless it is kept already."""

    def kept(tx: Transaction) -> bool:
        for part in snapshot.parts:
            keep_snapshot(tx, part)
        tx.execute_text(KEEP, (snapshot.fingerprint, snapshot.content))
        return True

    # What memory holds is dropped where the batch does not commit, so what it holds is on disk.
    tx.recall(SCOPE, (snapshot.fingerprint,), kept)


def get_snapshots(tx: Transaction, fingerprints: Iterable[str]) -> Mapping[str, str]:
    """Fingerprint → content of those that are kept."""
    query = select(snapshots.c.fingerprint, snapshots.c.content).where(snapshots.c.fingerprint.in_(tuple(fingerprints)))
    return {row.fingerprint: row.content for row in tx.execute(query)}
