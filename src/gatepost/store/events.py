"""The audit log's rows, in the order of their commits, each sealed over the one before (`store.sealing`).

A row has little: its time, its kind (`store.event_kinds`) and what differs (`store.event_record`). It is looked for by
`store.event_lookup`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from gatepost.store.chain_heads import EVENTS, Head, head_of, record_head
from gatepost.store.event_ids import time_of_event_id
from gatepost.store.event_kinds import EventKind, KeptKind, keep_kind
from gatepost.store.event_record import Body, encode_body
from gatepost.store.event_terms import block_of, close_blocks, keep_terms, terms_of_event
from gatepost.store.instant import to_microseconds
from gatepost.store.sealing import sealer_of
from gatepost.store.transaction import Insert, Transaction

INSERT: Final = Insert("events", ("seq", "time", "kind", "body", "seal"))


class EventRow(Struct, frozen=True):
    """An event, to be sealed and kept. `touched` are the accounts, beside the caller's, on whose resources it was decided."""

    time: datetime
    kind: EventKind
    body: Body
    event_id: str
    touched: Sequence[str] = ()


def sealed_columns(seq: int, time: int, kind: KeptKind, body: bytes) -> tuple[object, ...]:
    """What an event's seal covers; the kind's digest stands for the kind's columns."""
    return seq, time, kind.id, kind.digest, body


def insert_events(tx: Transaction, rows: Sequence[EventRow]) -> Head:
    """Seal and insert rows behind the newest; the new head."""
    sealer = sealer_of(tx.keyring, EVENTS)
    head = start = head_of(tx, EVENTS)
    inserted: list[tuple[object, ...]] = []
    for row in rows:
        kind, body, time, seq = keep_kind(tx, row.kind), encode_body(row.body), to_microseconds(row.time), head.seq + 1
        head = Head(seq, sealer.seal(head.seal, sealed_columns(seq, time, kind, body)))
        inserted.append((seq, time, kind.id, body, head.seal))
    tx.insert_rows(INSERT, inserted)
    keep_terms(tx, _own_terms(rows, start.seq + 1))
    close_blocks(tx, start.seq, head.seq)
    record_head(tx, EVENTS, head)
    return head


def _own_terms(rows: Sequence[EventRow], seq: int) -> Iterator[tuple[int, int]]:
    for number, row in enumerate(rows, seq):
        for term in own_terms(row.kind.account, row.kind.region, row.body, row.touched, row.event_id):
            yield term, block_of(number)


def own_terms(account: str, region: str, body: Body, touched: Sequence[str], event_id: str) -> Iterator[int]:
    """The terms that an event has beside its kind's."""
    unplaced = event_id if time_of_event_id(event_id) is None else None
    return terms_of_event(account, region, body.resources, touched, unplaced)
