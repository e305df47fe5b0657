"""The audit log's rows, in the order of their commits.

`audit.chain` seals them; here they are only kept and found. The newest seal is kept apart too (`installation`), so that the
removal of the last rows shows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from sqlalchemy import Row, func, select, tuple_

from gatepost.store.instant import to_microseconds
from gatepost.store.schema import events
from gatepost.store.transaction import Insert, Transaction

PAGE: Final = 1000
MILLISECOND: Final = timedelta(milliseconds=1)
HEAD: Final = "audit-head"  # "SEQ SEAL" of the newest row
COLUMNS: Final = (
    "seq", "account", "region", "time", "event_id", "event_name", "event_source", "user_name", "access_key_id", "read_only",
    "resources", "record", "authorization", "seal",
)  # fmt: skip
GET_HEAD: Final = "SELECT value FROM installation WHERE name = ?"
SET_HEAD: Final = "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
INSERT: Final = Insert("events", COLUMNS)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row's number and seal."""

    seq: int
    seal: bytes


class EventRow(Struct, frozen=True):
    """One row; `resources` is JSON text of pairs, `record` the CloudTrail record."""

    account: str
    region: str
    time: datetime
    event_id: str
    event_name: str
    event_source: str
    user_name: str | None
    access_key_id: str | None
    read_only: bool
    resources: str
    record: str
    authorization: str | None = None

    def columns(self, seq: int, seal: bytes) -> tuple[object, ...]:
        """The row as it is inserted."""
        return (
            seq,
            self.account,
            self.region,
            to_microseconds(self.time),
            self.event_id,
            self.event_name,
            self.event_source,
            self.user_name,
            self.access_key_id,
            self.read_only,
            self.resources,
            self.record,
            self.authorization,
            seal,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """An event that a look-up found."""

    seq: int
    time: datetime
    event_id: str
    event_name: str
    event_source: str
    user_name: str | None
    access_key_id: str | None
    read_only: bool
    resources: tuple[tuple[str, str], ...]
    record: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """What to look for: one attribute at most, a span of time (inclusive), a page."""

    column: str | None = None  # "event_id", "event_name", "event_source", "user_name", "access_key_id", "read_only"
    value: str | bool | None = None
    resource: tuple[int, str] | None = None  # (0: type | 1: name, value)
    start: datetime | None = None
    end: datetime | None = None
    before: tuple[datetime, int] | None = None  # the last row of the page before: time and number


def head(tx: Transaction) -> Head | None:
    """The newest row, None in an empty log."""
    found = tx.execute_text(GET_HEAD, (HEAD,))
    if not found:
        return None
    seq, _, seal = found[0].partition(" ")
    return Head(int(seq), bytes.fromhex(seal))


def insert_sealed(tx: Transaction, rows: Sequence[tuple[object, ...]], newest: Head) -> None:
    """Insert rows (`EventRow.columns`) of which `newest` is the last."""
    tx.insert_rows(INSERT, rows)
    tx.execute_text(SET_HEAD, (HEAD, f"{newest.seq} {newest.seal.hex()}"))


def sealed_records(tx: Transaction, after: int = 0, limit: int = 1000) -> list[tuple[int, str, str | None, bytes]]:
    """Number, record, authorization and seal of the rows after a number, in order."""
    known = events.c
    columns = known.seq, known.record, known.authorization, known.seal
    query = select(*columns).where(known.seq > after).order_by(known.seq).limit(limit)
    return [(row.seq, row.record, row.authorization, row.seal) for row in tx.execute(query)]


@dataclass(frozen=True, slots=True)
class AuthorizedEvent:
    """An event by its authorization ID: the CloudTrail record and the authorization, both JSON (`audit.authorization`)."""

    account: str
    region: str
    time: datetime
    record: str
    authorization: str


def find_authorized(tx: Transaction, authorization_id: str, time: datetime) -> AuthorizedEvent | None:
    """The event of an authorization ID that was made in the millisecond from `time`.

    No index holds the IDs, as it would cost every call; the time is looked for in each account and region (the index of LookupEvents).
    """
    known = events.c
    for account, region in _places(tx):
        of_place = (known.account == account) & (known.region == region)
        query = select(events).where(of_place, known.time >= time, known.time < time + MILLISECOND)
        for row in tx.execute(query):
            if row.authorization is not None and row.authorization.startswith(f'{{"id":"{authorization_id}"'):
                return AuthorizedEvent(row.account, row.region, row.time, row.record, row.authorization)
    return None


def authorized_events(tx: Transaction, account: str, since: datetime) -> Iterator[AuthorizedEvent]:
    """The events that policies decided, by callers of an account, and by others on what it has; a page at a time.

    Those of one account and region are in the order of time.
    """
    for place in _places(tx):
        after = (since, 0)
        while page := _authorized_page(tx, account, place, after):
            for row in page:
                yield AuthorizedEvent(row.account, row.region, row.time, row.record, row.authorization)
            after = (page[-1].time, page[-1].seq)


def _authorized_page(
    tx: Transaction, account: str, place: tuple[str, str], after: tuple[datetime, int]
) -> Sequence[Row[tuple[object, ...]]]:
    known, (time, seq) = events.c, after
    columns = known.seq, known.account, known.region, known.time, known.record, known.authorization
    query = select(*columns).where(known.account == place[0], known.region == place[1], known.authorization.is_not(None))
    query = query.where(known.time >= time, (known.time > time) | (known.seq > seq))
    if place[0] != account:
        query = query.where(known.authorization.contains(f'"account":"{account}"'))  # as `audit.authorization` writes it
    return tx.execute(query.order_by(known.time, known.seq).limit(PAGE)).all()


def first_time(tx: Transaction) -> datetime | None:
    """When the oldest event was; None in an empty log."""
    times = (_first_of(tx, account, region) for account, region in _places(tx))
    return min(times, default=None)


def _first_of(tx: Transaction, account: str, region: str) -> datetime:
    query = select(func.min(events.c.time)).where(events.c.account == account, events.c.region == region)
    time: datetime = tx.execute(query).scalar_one()
    return time


def _places(tx: Transaction) -> Iterator[tuple[str, str]]:
    """Every account and region of which there are events: one seek in the index for each."""
    known, after = events.c, ("", "")
    while True:
        next_one = select(known.account, known.region).where(tuple_(known.account, known.region) > after)
        row = tx.execute(next_one.order_by(known.account, known.region).limit(1)).one_or_none()
        if row is None:
            return
        after = (row.account, row.region)
        yield after


def find_events(tx: Transaction, account: str, region: str, lookup: Lookup, limit: int) -> tuple[Found, ...]:
    """The newest events first, `limit` at most."""
    known = events.c
    query = select(events).where(known.account == account, known.region == region)
    if lookup.column is not None:
        query = query.where(known[lookup.column] == lookup.value)
    if lookup.resource is not None:
        place, value = lookup.resource
        each = func.json_each(known.resources).table_valued("value", joins_implicitly=True)
        query = query.where(func.json_extract(each.c.value, f"$[{place}]") == value)
    if lookup.start is not None:
        query = query.where(known.time >= lookup.start)
    if lookup.end is not None:
        query = query.where(known.time <= lookup.end)
    if lookup.before is not None:
        time, seq = lookup.before
        query = query.where((known.time < time) | ((known.time == time) & (known.seq < seq)))
    query = query.order_by(known.time.desc(), known.seq.desc()).limit(limit).distinct()
    return tuple(
        Found(
            row.seq,
            row.time,
            row.event_id,
            row.event_name,
            row.event_source,
            row.user_name,
            row.access_key_id,
            row.read_only,
            tuple((kind, name) for kind, name in row.resources),
            row.record,
        )
        for row in tx.execute(query)
    )


def find_record(tx: Transaction, event_id: str) -> str | None:
    """The CloudTrail record of an event ID, of whatever account and region."""
    record: str | None = tx.execute(select(events.c.record).where(events.c.event_id == event_id)).scalar()
    return record
