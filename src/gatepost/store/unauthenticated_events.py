"""Records of calls without a valid signature, kept apart from the log: whoever can reach the server can make them.

They are a sealed chain of their own, from whose beginning old rows are removed by age and size. Each removal is an entry in the main
log (`audit.entries`), by which the check knows where the chain begins.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from gatepost.store.chain_heads import UNAUTHENTICATED, Head, head_of, record_head
from gatepost.store.event_ids import MILLISECOND, time_of_event_id
from gatepost.store.event_lookup import Lookup
from gatepost.store.event_terms import EVENT_ID, RESOURCE_NAME, RESOURCE_TYPE
from gatepost.store.instant import from_microseconds, to_microseconds
from gatepost.store.raw_rows import raw_rows
from gatepost.store.sealing import sealer_of
from gatepost.store.transaction import Insert, Kind, Transaction

COLUMNS: Final = (
    "seq", "time", "account", "region", "event_source", "event_name", "access_key_id", "read_only", "total_bytes", "record",
)  # fmt: skip
NAMES: Final = ", ".join(COLUMNS)
INSERT: Final = Insert("unauthenticated_events", (*COLUMNS, "seal"))
OVERHEAD: Final = 300  # bytes of a row beside its record, index and seal included
LAST_TOTAL: Final = "SELECT total_bytes FROM unauthenticated_events ORDER BY seq DESC LIMIT 1"
ATTRIBUTES: Final = {
    "EventName": "event_name",
    "EventSource": "event_source",
    "AccessKeyId": "access_key_id",
    "ReadOnly": "read_only",
}
FIND: Final = """
SELECT seq, time, event_source, event_name, access_key_id, read_only, record FROM unauthenticated_events
WHERE account = ? AND region = ? AND time BETWEEN ? AND ? AND seq < ?
"""
FIND_ID: Final = "SELECT record FROM unauthenticated_events WHERE record LIKE ? ORDER BY seq DESC LIMIT 1"
FIRST: Final = "SELECT seq FROM unauthenticated_events ORDER BY seq LIMIT 1"
FIRST_KEPT: Final = "SELECT seq FROM unauthenticated_events WHERE total_bytes > ? AND time >= ? ORDER BY seq LIMIT 1"
SEAL_OF: Final = "SELECT seal FROM unauthenticated_events WHERE seq = ?"
SEALED: Final = f"SELECT {NAMES}, seal FROM unauthenticated_events WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 -- names of ours
REMOVE: Final = "DELETE FROM unauthenticated_events WHERE seq <= ?"
MOST_REMOVED: Final = 2000  # rows at once, as the writer must not be held
NO_LIMIT: Final = 2**62


class UnauthenticatedEvent(Struct, frozen=True):
    """A record with what it is looked for by."""

    time: datetime
    account: str
    region: str
    event_source: str
    event_name: str
    access_key_id: str | None
    read_only: bool
    record: str
    seq: int = 0  # set by the store

    def kind(self) -> Kind:
        """They are written together."""
        return UNAUTHENTICATED_EVENTS

    @property
    def user_name(self) -> None:
        """Nobody's: no signature has shown a caller."""
        return


class _UnauthenticatedEvents:
    def insert(self, tx: Transaction, rows: Sequence[UnauthenticatedEvent]) -> None:
        sealer, head = sealer_of(tx.keyring, UNAUTHENTICATED), head_of(tx, UNAUTHENTICATED)
        last = tx.execute_text(LAST_TOTAL, ())
        total = last[0] if last else 0
        inserted = []
        for row in rows:
            total += len(row.record.encode()) + OVERHEAD
            columns = (
                head.seq + 1,
                to_microseconds(row.time),
                row.account,
                row.region,
                row.event_source,
                row.event_name,
                row.access_key_id,
                int(row.read_only),
                total,
                row.record,
            )
            head = Head(head.seq + 1, sealer.seal(head.seal, columns))
            inserted.append((*columns, head.seal))
        tx.insert_rows(INSERT, inserted)


UNAUTHENTICATED_EVENTS: Final = _UnauthenticatedEvents()


def find_unauthenticated(
    tx: Transaction, account: str, region: str, lookup: Lookup, limit: int
) -> Sequence[UnauthenticatedEvent]:
    """The records that a look-up finds, newest first; `limit` at most."""
    if lookup.attribute in (RESOURCE_TYPE, RESOURCE_NAME, "Username"):
        return ()
    below = NO_LIMIT if lookup.below is None else lookup.below
    text, values = FIND, [account, region, *lookup.times, below]
    if lookup.attribute == EVENT_ID:
        made = time_of_event_id(lookup.value)
        if made is None:
            return ()
        text += " AND time BETWEEN ? AND ? AND record LIKE ?"
        values += [to_microseconds(made), to_microseconds(made + MILLISECOND) - 1, _like(lookup.value)]
    elif lookup.attribute is not None:
        text += f" AND {ATTRIBUTES[lookup.attribute]} = ?"
        values.append(int(lookup.value) if lookup.attribute == "ReadOnly" else lookup.value)
    rows = raw_rows(tx, f"{text} ORDER BY seq DESC LIMIT {limit}", tuple(values))
    return [_event(account, region, row) for row in rows]


def find_unauthenticated_record(tx: Transaction, event_id: str) -> str | None:
    """The record of an event ID, of whatever account and region."""
    row = tx.execute_text(FIND_ID, (_like(event_id),))
    return row[0] if row else None


def _like(event_id: str) -> str:
    return '%"eventID":"' + "".join(each for each in event_id if each.isalnum() or each == "-") + '"%'


def _event(account: str, region: str, row: tuple[Any, ...]) -> UnauthenticatedEvent:
    seq, time, source, name, key, read_only, record = row
    return UnauthenticatedEvent(from_microseconds(time), account, region, source, name, key, bool(read_only), record, seq)


def remove_old(tx: Transaction, before: datetime, most_bytes: int) -> Head | None:
    """Remove the oldest rows: those before a time, and what is more than so many bytes. The last that went; None where all stay.

    Rows go in the order of the chain, so one that came late keeps those after it.
    """
    newest = head_of(tx, UNAUTHENTICATED)
    last = tx.execute_text(LAST_TOTAL, ())
    if not last:
        return None
    kept = tx.execute_text(FIRST_KEPT, (last[0] - most_bytes, to_microseconds(before)))
    first: int = tx.execute_text(FIRST, ())[0]
    through = min(kept[0] - 1 if kept else newest.seq, first + MOST_REMOVED - 1)
    seal = tx.execute_text(SEAL_OF, (through,))
    if not seal:
        return None
    removed = Head(through, seal[0])
    if through == newest.seq:
        record_head(tx, UNAUTHENTICATED, removed)
    tx.execute_text(REMOVE, (through,))
    return removed


def sealed_rows(tx: Transaction, after: int, limit: int) -> Iterator[tuple[Any, ...]]:
    """The columns and the seal of rows after a number, in order."""
    return raw_rows(tx, SEALED, (after, limit))
