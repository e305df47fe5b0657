"""Where events go: into the transaction that carries what they tell of, sealed in the order of the commits."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from gatepost.audit.chain import FIRST, seal
from gatepost.audit.event import Event, row_of
from gatepost.store import events
from gatepost.store.events import EventRow, Head
from gatepost.store.snapshots import Snapshot, keep_snapshot
from gatepost.store.transaction import Kind, Transaction


class _Unsealed(Struct, frozen=True):
    row: EventRow
    snapshots: Sequence[Snapshot]

    def kind(self) -> Kind:
        return SEALING


class _Sealing:
    def insert(self, tx: Transaction, rows: Sequence[_Unsealed]) -> None:
        head = events.head(tx) or Head(0, FIRST)
        for snapshot in {known.fingerprint: known for each in rows for known in each.snapshots}.values():
            keep_snapshot(tx, snapshot)
        sealed = []
        for each in rows:
            head = Head(head.seq + 1, seal(head.seal, each.row.record, each.row.authorization))
            sealed.append(each.row.columns(head.seq, head.seal))
        events.insert_sealed(tx, sealed, head)


SEALING: Final = _Sealing()


def append_event(tx: Transaction, event: Event) -> None:
    """Write an event with the rest of the transaction."""
    tx.append(_Unsealed(row_of(event), () if event.authorized is None else event.authorized.snapshots))
