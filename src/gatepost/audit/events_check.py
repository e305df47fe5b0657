"""The check of what events name: their index, the snapshots that decisions rested on, the messages that they accepted."""

from collections.abc import Iterator
from typing import Final

import msgspec

from gatepost.audit.authorization import KeptCaller, decode_caller, decode_packed
from gatepost.audit.finding import Breach, Findings
from gatepost.store.chain_heads import MESSAGES
from gatepost.store.event_ids import event_id_text
from gatepost.store.event_kinds import EventKind
from gatepost.store.event_record import Body, decode_body, decode_constant
from gatepost.store.event_terms import block_of, terms_of_kind
from gatepost.store.events import own_terms
from gatepost.store.instant import from_microseconds
from gatepost.store.raw_rows import raw_rows
from gatepost.store.sealed_rows import (
    BLOCK,
    COUNT_BLOCKS,
    COUNT_TERMS,
    KIND,
    KIND_TERMS,
    MESSAGE,
    SNAPSHOT,
    TERM,
    Columns,
)
from gatepost.store.trail_entries import last_removal
from gatepost.store.transaction import Transaction

MOST_HELD: Final = 10_000  # kinds and fingerprints that are remembered as seen


class MessageId(msgspec.Struct, frozen=True, rename="camel"):
    """The response of a send."""

    message_id: str | None = None


read_response: Final = msgspec.json.Decoder(MessageId).decode


class EventsCheck:
    """Visits the events in order. A block's index is checked when the block is full; `finish` checks that there is nothing else.

    A check that does not begin with the first event checks the index only of blocks that it has seen whole.
    """

    def __init__(self, findings: Findings, *, begins: bool = True) -> None:
        self._findings = findings
        self._kinds: dict[int, tuple[EventKind | None, str | None]] = {}
        self._kind_terms: dict[int, tuple[int, ...]] = {}
        self._snapshots: set[str] = set()
        self._block: int | None = None
        self._whole = self._all_whole = begins  # whether the block at hand, every block, was seen from its beginning
        self._terms: set[int] = set()
        self._times: tuple[int, int] | None = None
        self._term_count = self._block_count = 0
        self._forgotten: int | None = None

    def visit(self, tx: Transaction, columns: Columns) -> None:
        """Check what an event names. One that cannot be read was changed, which its seal has told."""
        seq, time, kind_id, packed = columns
        self._enter_block(tx, block_of(seq))
        kind, caller = self._kind(tx, kind_id)
        try:
            body = decode_body(packed)
        except (msgspec.DecodeError, TypeError, UnicodeError):
            body = None
        if kind is None or body is None or not isinstance(time, int):
            self._whole = self._all_whole = False
            return
        touched: tuple[str, ...] = ()
        if body.authorization is not None:
            touched = self._check_decisions(tx, seq, body.authorization, caller)
        event_id = event_id_text(body.event_id, from_microseconds(time))
        self._terms.update(self._kind_terms[kind_id], own_terms(kind.account, kind.region, body, touched, event_id))
        first, last = self._times or (time, time)
        self._times = min(first, time), max(last, time)
        self._check_message(tx, seq, body)

    def finish(self, tx: Transaction, seq: int) -> None:
        """Check that the index has nothing but what was seen; `seq` is the newest event."""
        if not self._all_whole:
            return
        self._enter_block(tx, block_of(seq))
        open_block = block_of(seq)
        for table, text, count in (
            ("event_blocks", COUNT_BLOCKS, self._block_count),
            ("event_terms", COUNT_TERMS, self._term_count),
        ):
            known: int = tx.execute_text(text, (open_block,))[0]
            if known != count:
                self._findings.add(Breach.INDEX_DIFFERS, table, None, f"has {known} rows, not {count}")

    # --- the index -----------------------------------------------------------------------------------------------------

    def _enter_block(self, tx: Transaction, block: int) -> None:
        if self._block is None:
            self._block = block
        if block == self._block:
            return
        if self._whole:
            self._check_block(tx, self._block)
        self._block, self._terms, self._times, self._whole = block, set(), None, True

    def _check_block(self, tx: Transaction, block: int) -> None:
        self._block_count += 1
        if tx.execute_text(BLOCK, (block,)) != (self._times or ()):
            self._findings.add(Breach.INDEX_DIFFERS, "event_blocks", block, "its times are not those of its events")
        missing = sum(not tx.execute_text(TERM, (term, block)) for term in self._terms)
        if missing:
            self._findings.add(Breach.INDEX_DIFFERS, "event_terms", block, f"{missing} terms of its events are missing")
        self._term_count += len(self._terms)

    # --- kinds ---------------------------------------------------------------------------------------------------------

    def _kind(self, tx: Transaction, number: int) -> tuple[EventKind | None, str | None]:
        """A kind and the fingerprint of its caller; None where it cannot be read."""
        if number not in self._kinds:
            if len(self._kinds) >= MOST_HELD:
                self._kinds.clear()
                self._kind_terms.clear()
            self._kinds[number] = self._read_kind(tx, number)
        return self._kinds[number]

    def _read_kind(self, tx: Transaction, number: int) -> tuple[EventKind | None, str | None]:
        row = tx.execute_text(KIND, (number,))
        try:
            _, account, region, source, name, user_name, key, read_only, has_resources, constant = row
            kind = EventKind(account, region, source, name, user_name, key, bool(read_only), bool(has_resources), constant)
            caller = decode_constant(kind.constant).caller
            terms = terms_of_kind(kind)
        except (TypeError, ValueError):  # missing, of another type, no JSON, no UTF-8
            return None, None
        if tuple(each for (each,) in raw_rows(tx, KIND_TERMS, (number,))) != terms:
            self._findings.add(Breach.INDEX_DIFFERS, "event_kind_terms", number, "its terms are not those of the kind")
        self._kind_terms[number] = terms
        if caller is not None:
            self._check_caller(tx, caller)
        return kind, caller

    # --- snapshots -----------------------------------------------------------------------------------------------------

    def _check_decisions(self, tx: Transaction, seq: int, packed: bytes, caller: str | None) -> tuple[str, ...]:
        """Check that every snapshot is there on which a decision rested; the other accounts that it touched."""
        try:
            evaluations = decode_packed(packed).evaluations
        except (msgspec.DecodeError, UnicodeError):
            return ()
        for each in evaluations:
            for fingerprint in (each.resource_side, *(each.rcps or ())):
                if fingerprint is not None:
                    self._check_snapshot(tx, fingerprint)
        if caller is None:
            self._findings.add(Breach.KIND_CHANGED, "events", seq, "its kind names no caller")
        return tuple({each.account: None for each in evaluations if each.account is not None})

    def _check_caller(self, tx: Transaction, fingerprint: str) -> None:
        row = self._check_snapshot(tx, fingerprint)
        if not row:
            return
        try:
            caller = decode_caller(row[0])
        except (msgspec.DecodeError, TypeError, UnicodeError):
            return  # its content is not that of its fingerprint, which the check of snapshots tells
        for part in _parts(caller):
            self._check_snapshot(tx, part)

    def _check_snapshot(self, tx: Transaction, fingerprint: str) -> Columns:
        if fingerprint in self._snapshots:
            return ()
        row = tx.execute_text(SNAPSHOT, (fingerprint,))
        if not row:
            self._findings.add(Breach.SNAPSHOT_MISSING, "snapshots", None, f"{fingerprint} is missing")
        if len(self._snapshots) >= MOST_HELD:
            self._snapshots.clear()
        self._snapshots.add(fingerprint)
        return row

    # --- messages ------------------------------------------------------------------------------------------------------

    def _check_message(self, tx: Transaction, seq: int, body: Body) -> None:
        """Check that a message that was accepted is there, unless it was forgotten on purpose later."""
        if body.response is None or b'"messageId"' not in body.response:
            return
        if self._forgotten is None:
            removed = last_removal(tx, MESSAGES)
            self._forgotten = 0 if removed is None else removed[0]
        if seq <= self._forgotten:
            return
        try:
            message_id = read_response(body.response).message_id
        except (msgspec.DecodeError, UnicodeError):
            return
        if message_id is not None and not tx.execute_text(MESSAGE, (message_id,)):
            removed = last_removal(tx, MESSAGES)
            self._forgotten = 0 if removed is None else removed[0]
            if seq > self._forgotten:
                self._findings.add(
                    Breach.MESSAGE_MISSING, "messages", None, f"{message_id}, accepted by event {seq}, is missing"
                )


def _parts(caller: KeptCaller) -> Iterator[str]:
    yield caller.identity
    yield from (each for each in (caller.boundary, caller.session) if each is not None)
    yield from caller.scps or ()
