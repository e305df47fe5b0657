"""Where events go: into the transaction that carries what they tell of, sealed in the order of the commits."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from gatepost.audit.event import Event, record_text, row_of
from gatepost.store.events import EventRow, insert_events
from gatepost.store.snapshots import Snapshot, keep_snapshot
from gatepost.store.transaction import Kind, Transaction
from gatepost.store.unauthenticated_events import UnauthenticatedEvent


class _Unsealed(Struct, frozen=True):
    row: EventRow
    snapshots: Sequence[Snapshot]

    def kind(self) -> Kind:
        return SEALING


class _Sealing:
    def insert(self, tx: Transaction, rows: Sequence[_Unsealed]) -> None:
        for snapshot in {known.fingerprint: known for each in rows for known in each.snapshots}.values():
            keep_snapshot(tx, snapshot)
        insert_events(tx, [each.row for each in rows])


SEALING: Final = _Sealing()


def append_event(tx: Transaction, event: Event) -> None:
    """Write an event with the rest of the transaction."""
    tx.append(_Unsealed(row_of(event), () if event.authorized is None else event.authorized.snapshots))


def append_unauthenticated(tx: Transaction, event: Event) -> None:
    """Write the event of a call without a valid signature, which is kept for a while only (`store.unauthenticated_events`)."""
    row = row_of(event)
    kind = row.kind
    tx.append(
        UnauthenticatedEvent(
            event.time,
            kind.account,
            kind.region,
            kind.event_source,
            kind.event_name,
            kind.access_key_id,
            kind.read_only,
            record_text(row),
        )
    )
