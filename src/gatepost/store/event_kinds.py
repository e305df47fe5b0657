"""What many events have in common, kept once: who called what, from where, and how a denial is worded.

Look-ups filter by a kind's columns. `constant` is JSON text of the rest (`store.event_record`).
"""

import hashlib
from typing import Final

from msgspec import Struct

from gatepost.store.event_terms import terms_of_kind
from gatepost.store.sealing import encode
from gatepost.store.transaction import Insert, Transaction

SCOPE: Final = "event-kinds"  # of what is held in memory
COLUMNS: Final = (
    "account", "region", "event_source", "event_name", "user_name", "access_key_id", "read_only", "has_resources", "constant",
)  # fmt: skip
NAMES: Final = ", ".join(COLUMNS)
FIND: Final = "SELECT id FROM event_kinds WHERE digest = ?"
NEXT: Final = "SELECT coalesce(max(id), 0) + 1 FROM event_kinds"
KEEP: Final = f"INSERT INTO event_kinds (id, digest, {NAMES}) VALUES (?, ?{', ?' * len(COLUMNS)})"  # noqa: S608 -- names of ours
KEEP_TERMS: Final = Insert("event_kind_terms", ("kind", "term"))


class EventKind(Struct, frozen=True):
    """The columns of a kind."""

    account: str
    region: str
    event_source: str
    event_name: str
    user_name: str | None
    access_key_id: str | None
    read_only: bool
    has_resources: bool
    constant: str

    def columns(self) -> tuple[object, ...]:
        """The kind as it is inserted."""
        return (
            self.account,
            self.region,
            self.event_source,
            self.event_name,
            self.user_name,
            self.access_key_id,
            int(self.read_only),
            int(self.has_resources),
            self.constant,
        )


class KeptKind(Struct, frozen=True):
    """A kind as events name it: its number, and the digest that their seals cover."""

    id: int
    digest: bytes


def digest_of(columns: tuple[object, ...]) -> bytes:
    """SHA-256 of a kind's columns."""
    return hashlib.sha256(encode(columns)).digest()


def keep_kind(tx: Transaction, kind: EventKind) -> KeptKind:
    """A kind's number and digest; it is kept unless it is already."""
    columns = kind.columns()
    text = "\0".join([str(each) for each in columns])

    def kept(tx: Transaction) -> KeptKind:
        digest = digest_of(columns)
        known = tx.execute_text(FIND, (digest,))
        if known:
            return KeptKind(known[0], digest)
        number: int = tx.execute_text(NEXT, ())[0]
        tx.execute_text(KEEP, (number, digest, *columns))
        tx.insert_rows(KEEP_TERMS, [(number, term) for term in terms_of_kind(kind)])
        return KeptKind(number, digest)

    # What memory holds is dropped where the batch does not commit, so what it holds is on disk.
    return tx.recall(SCOPE, (text,), kept)
