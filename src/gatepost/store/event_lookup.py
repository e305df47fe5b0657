"""Looking for events: newest first by one attribute, one by its ID, and all that policies decided.

Every look-up goes through the index of blocks (`store.event_terms`); the events that came after the last full block are always read.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from gatepost.store.chain_heads import EVENTS, newest_row
from gatepost.store.event_ids import MILLISECOND, time_of_event_id
from gatepost.store.event_record import Parts, authorization_id_of, decode_body, decode_constant, event_id_of, record_of
from gatepost.store.event_terms import (
    ANY,
    AUTHORIZED,
    EVENT_ID,
    LONGEST,
    RESOURCE_NAME,
    RESOURCE_TYPE,
    TOUCHED,
    block_of,
    blocks_with,
    blocks_within,
    span_of,
    term_of,
)
from gatepost.store.instant import from_microseconds, to_microseconds
from gatepost.store.raw_rows import raw_rows
from gatepost.store.transaction import Transaction

COLUMNS: Final = {
    "EventName": "k.event_name",
    "EventSource": "k.event_source",
    "Username": "k.user_name",
    "AccessKeyId": "k.access_key_id",
    "ReadOnly": "k.read_only",
}
SELECT: Final = """
SELECT e.seq, e.time, CAST(e.body AS BLOB), k.account, k.region, k.event_source, k.event_name, k.user_name, k.access_key_id,
  k.read_only, k.constant
FROM events AS e JOIN event_kinds AS k ON k.id = e.kind
"""
OF_PLACE: Final = f"{SELECT} WHERE e.seq BETWEEN ? AND ? AND e.time BETWEEN ? AND ? AND k.account = ? AND k.region = ?"
NEWEST_FIRST: Final = " ORDER BY e.seq DESC"
OF_TIME: Final = f"{SELECT} WHERE e.seq BETWEEN ? AND ? AND e.time BETWEEN ? AND ? ORDER BY e.seq"
FIRST_TIME: Final = "SELECT min(first_time) FROM event_blocks"
FIRST_OPEN: Final = "SELECT min(time) FROM events WHERE seq BETWEEN ? AND ?"


class KeptEvent(Struct, frozen=True):
    """An event as it was kept."""

    seq: int
    user_name: str | None
    access_key_id: str | None
    parts: Parts

    @property
    def time(self) -> datetime:
        """When the call arrived."""
        return self.parts.time

    @property
    def account(self) -> str:
        """Whose log it stands in."""
        return self.parts.account

    @property
    def region(self) -> str:
        """The region that was called."""
        return self.parts.region

    @property
    def event_id(self) -> str:
        """Its ID."""
        return event_id_of(self.parts)

    @property
    def record(self) -> str:
        """The CloudTrail record, JSON text."""
        return record_of(self.parts)

    @property
    def authorization(self) -> bytes | None:
        """What it was authorized by, packed (`audit.authorization`)."""
        return self.parts.body.authorization

    @property
    def caller(self) -> str:
        """The fingerprint of the caller's snapshot; empty where nothing was decided."""
        return self.parts.constant.caller or ""


class Lookup(Struct, frozen=True):
    """What to look for: one attribute of LookupEvents at most, a span of time (inclusive), events below a number."""

    attribute: str | None = None
    value: str = ""  # of ReadOnly: "1" or "0"
    start: datetime | None = None
    end: datetime | None = None
    below: int | None = None

    @property
    def times(self) -> tuple[int, int]:
        """The span in microseconds."""
        start = 0 if self.start is None else to_microseconds(self.start)
        return start, LONGEST if self.end is None else to_microseconds(self.end)


def find_events(tx: Transaction, account: str, region: str, lookup: Lookup, limit: int) -> Sequence[KeptEvent]:
    """The events of an account and region, the newest first by the order in which they were recorded; `limit` at most."""
    if lookup.attribute == EVENT_ID:
        return _by_event_id(tx, account, region, lookup)
    found: list[KeptEvent] = []
    for block in _blocks(tx, account, region, lookup):
        found += _of_block(tx, account, region, lookup, block, limit - len(found))
        if len(found) >= limit:
            break
    return found


def _blocks(tx: Transaction, account: str, region: str, lookup: Lookup) -> Iterator[int]:
    open_block = _open_block(tx)
    below = open_block + 1 if lookup.below is None else block_of(max(lookup.below - 1, 0)) + 1
    if below > open_block:
        yield open_block
        below = open_block
    attribute, value = (ANY, "") if lookup.attribute is None else (lookup.attribute, lookup.value)
    start = None if lookup.start is None else to_microseconds(lookup.start)
    end = None if lookup.end is None else to_microseconds(lookup.end)
    yield from blocks_with(tx, term_of(account, region, attribute, value), below, start, end)


def _open_block(tx: Transaction) -> int:
    """The block of the newest event, which is in no index yet."""
    newest = newest_row(tx, EVENTS)
    return 0 if newest is None else block_of(newest.seq)


def _of_block(tx: Transaction, account: str, region: str, lookup: Lookup, block: int, limit: int) -> list[KeptEvent]:
    first, last = span_of(block)
    if lookup.below is not None:
        last = min(last, lookup.below - 1)
    text, values = OF_PLACE, [first, last, *lookup.times, account, region]
    by_resource = lookup.attribute in (RESOURCE_TYPE, RESOURCE_NAME)
    if by_resource:
        text += " AND k.has_resources = 1"
    elif lookup.attribute is not None:
        text += f" AND {COLUMNS[lookup.attribute]} = ?"
        values.append(int(lookup.value) if lookup.attribute == "ReadOnly" else lookup.value)
    found: list[KeptEvent] = []
    for event in kept_events(raw_rows(tx, text + NEWEST_FIRST, tuple(values))):
        if by_resource and not _has_resource(event, lookup):
            continue
        found.append(event)
        if len(found) >= limit:
            break
    return found


def _has_resource(event: KeptEvent, lookup: Lookup) -> bool:
    place = 0 if lookup.attribute == RESOURCE_TYPE else 1
    return any(pair[place] == lookup.value for pair in event.parts.body.resources)


def _by_event_id(tx: Transaction, account: str, region: str, lookup: Lookup) -> Sequence[KeptEvent]:
    event = find_event(tx, lookup.value)
    if event is None or (event.account, event.region) != (account, region):
        return ()
    start, end = lookup.times
    within = start <= to_microseconds(event.time) <= end and (lookup.below is None or event.seq < lookup.below)
    return (event,) if within else ()


def find_event(tx: Transaction, event_id: str) -> KeptEvent | None:
    """The event of an ID, of whatever account and region."""
    time = time_of_event_id(event_id)
    if time is not None:
        found = _at(tx, time)
    else:
        open_block = _open_block(tx)
        blocks = (open_block, *blocks_with(tx, term_of("", "", EVENT_ID, event_id), open_block, None, None))
        found = (event for block in blocks for event in _between(tx, block, 0, LONGEST))
    return next((event for event in found if event.event_id == event_id), None)


def find_authorized(tx: Transaction, authorization_id: str, time: datetime) -> KeptEvent | None:
    """The event of an authorization ID that was made in the millisecond from `time`."""
    decided = (event for event in _at(tx, time) if event.authorization is not None)
    return next((event for event in decided if authorization_id_of(event.parts) == authorization_id), None)


def _at(tx: Transaction, time: datetime) -> Iterator[KeptEvent]:
    """The events of a millisecond."""
    start, end = to_microseconds(time), to_microseconds(time + MILLISECOND) - 1
    for block in (*blocks_within(tx, start, end), _open_block(tx)):
        yield from _between(tx, block, start, end)


def _between(tx: Transaction, block: int, start: int, end: int) -> Iterator[KeptEvent]:
    return kept_events(raw_rows(tx, OF_TIME, (*span_of(block), start, end)))


def authorized_events(tx: Transaction, account: str, since: datetime) -> Iterator[KeptEvent]:
    """The events that policies decided, by callers of an account, and by others on what it has; oldest first, a block at a time."""
    own, touched = term_of(account, "", AUTHORIZED, ""), term_of(account, "", TOUCHED, "")
    named = b"\xac" + account.encode()  # a text of twelve characters, as MessagePack has it
    start, open_block = to_microseconds(since), _open_block(tx)
    full = {block for term in (own, touched) for block in blocks_with(tx, term, open_block, start, None)}
    for block in (*sorted(full), open_block):
        for event in list(_between(tx, block, start, LONGEST)):
            if event.authorization is not None and (event.account == account or named in event.authorization):
                yield event


def first_time(tx: Transaction) -> datetime | None:
    """When the oldest event was; None in an empty log."""
    in_full = tx.execute_text(FIRST_TIME, ())[0]
    since = tx.execute_text(FIRST_OPEN, span_of(_open_block(tx)))[0]
    times = [each for each in (in_full, since) if each is not None]
    return from_microseconds(min(times)) if times else None


def kept_events(rows: Iterable[tuple[Any, ...]]) -> Iterator[KeptEvent]:
    """The events of rows of `SELECT`. One that cannot be read was altered, as `gatepost trail verify` tells; the others are found."""
    for row in rows:
        try:
            yield kept_event(row)
        except (TypeError, ValueError, OverflowError):
            continue


def kept_event(row: tuple[Any, ...]) -> KeptEvent:
    """The event of a row of `SELECT`."""
    seq, time, body, account, region, source, name, user_name, access_key_id, read_only, constant = row
    parts = Parts(
        account, region, source, name, bool(read_only), from_microseconds(time), decode_constant(constant), decode_body(body)
    )
    return KeptEvent(seq, user_name, access_key_id, parts)
