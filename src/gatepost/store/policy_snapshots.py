"""The policies of a layer as they were when a decision asked them, kept once however many decisions they made.

An Event names them by their fingerprints, so that a decision can be explained after the policies have changed.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from sqlalchemy import select

from gatepost.store.schema import policy_snapshots
from gatepost.store.transaction import Transaction

SCOPE: Final = "policy-snapshots"  # of what is held in memory
KEEP: Final = "INSERT OR IGNORE INTO policy_snapshots (fingerprint, content) VALUES (?, ?)"


class PolicySnapshot(Struct, frozen=True):
    """One layer's policies; the fingerprint is that of the content."""

    fingerprint: str
    content: str


def keep_snapshot(tx: Transaction, snapshot: PolicySnapshot) -> None:
    """Keep a snapshot unless it is kept already."""

    def kept(tx: Transaction) -> bool:
        tx.execute_text(KEEP, (snapshot.fingerprint, snapshot.content))
        return True

    # What memory holds is dropped where the batch does not commit, so what it holds is on disk.
    tx.recall(SCOPE, (snapshot.fingerprint,), kept)


def get_snapshots(tx: Transaction, fingerprints: Iterable[str]) -> Mapping[str, str]:
    """Fingerprint → content of those that are kept."""
    known = policy_snapshots.c
    query = select(known.fingerprint, known.content).where(known.fingerprint.in_(tuple(fingerprints)))
    return {row.fingerprint: row.content for row in tx.execute(query)}
