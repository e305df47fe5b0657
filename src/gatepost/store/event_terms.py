"""The index of the log: which blocks of events hold what may be looked for.

Events are taken in blocks of 512 by their number. Once a block is full, a row for each term that occurs in it is kept: so an index
costs a fraction of a row an event, and a look-up reads only blocks that hold what it looks for, newest first. A term is a number:
48 bits of the SHA-256 of account, region, attribute and value. Two that clash cost a look into a block, never a wrong answer.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from gatepost.store.transaction import Transaction

if TYPE_CHECKING:
    from gatepost.store.event_kinds import EventKind

BLOCK_BITS: Final = 9
BLOCK: Final = 1 << BLOCK_BITS  # events
TERM_BYTES: Final = 6
ANY, AUTHORIZED, TOUCHED = "*", "Authorized", "Touched"  # attributes beside those of LookupEvents
EVENT_ID, RESOURCE_TYPE, RESOURCE_NAME = "EventId", "ResourceType", "ResourceName"
LONGEST: Final = 10**18
KEEP: Final = "INSERT OR IGNORE INTO event_terms (term, block) VALUES (?, ?)"
KEEP_KINDS: Final = """
INSERT OR IGNORE INTO event_terms (term, block)
SELECT DISTINCT t.term, ? FROM (SELECT DISTINCT kind FROM events WHERE seq BETWEEN ? AND ?) AS e
JOIN event_kind_terms AS t ON t.kind = e.kind
"""
KEEP_BLOCK: Final = """
INSERT INTO event_blocks (block, first_time, last_time)
SELECT ?, min(time), max(time) FROM events WHERE seq BETWEEN ? AND ? GROUP BY seq >> 9
"""  # no row where a reset has left nothing of the block
WITH_TERM: Final = "SELECT block FROM event_terms WHERE term = ? AND block < ? ORDER BY block DESC LIMIT 1"
WITH_TERM_WITHIN: Final = """
SELECT t.block FROM event_terms AS t JOIN event_blocks AS b ON b.block = t.block
WHERE t.term = ? AND t.block < ? AND b.last_time >= ? AND b.first_time <= ? ORDER BY t.block DESC LIMIT 1
"""
WITHIN: Final = """
SELECT block FROM event_blocks WHERE block > ? AND last_time >= ? AND first_time <= ? ORDER BY block LIMIT 1
"""


def term_of(account: str, region: str, attribute: str, value: str) -> int:
    """The term of an attribute's value in an account and region."""
    text = f"{account}\0{region}\0{attribute}\0{value}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:TERM_BYTES], "big")


def terms_of_kind(kind: "EventKind") -> tuple[int, ...]:
    """The terms of every event of a kind, in order, each once."""
    pairs = [
        (ANY, ""),
        ("EventName", kind.event_name),
        ("EventSource", kind.event_source),
        ("ReadOnly", str(int(kind.read_only))),
        *([("Username", kind.user_name)] if kind.user_name is not None else []),
        *([("AccessKeyId", kind.access_key_id)] if kind.access_key_id is not None else []),
    ]
    terms = {term_of(kind.account, kind.region, attribute, value) for attribute, value in pairs}
    return tuple(sorted({*terms, term_of(kind.account, "", AUTHORIZED, "")}))


def terms_of_event(
    account: str, region: str, resources: Sequence[tuple[str, str]], touched: Iterable[str], event_id: str | None
) -> Iterator[int]:
    """The terms that an event has beside its kind's. `event_id` is given only where its time does not tell where it is."""
    for kind, name in resources:
        yield term_of(account, region, RESOURCE_TYPE, kind)
        yield term_of(account, region, RESOURCE_NAME, name)
    for other in touched:
        yield term_of(other, "", TOUCHED, "")
    if event_id is not None:
        yield term_of("", "", EVENT_ID, event_id)


def block_of(seq: int) -> int:
    """The block of an event's number."""
    return seq >> BLOCK_BITS


def span_of(block: int) -> tuple[int, int]:
    """The first and the last number of a block."""
    return block << BLOCK_BITS, (block << BLOCK_BITS) + BLOCK - 1


def keep_terms(tx: Transaction, terms: Iterable[tuple[int, int]]) -> None:
    """Keep terms with their blocks."""
    for term, block in sorted(set(terms)):
        tx.execute_text(KEEP, (term, block))


def close_blocks(tx: Transaction, before: int, after: int) -> None:
    """Index the blocks that have filled up between two heads' numbers."""
    for block in range(block_of(before), block_of(after)):
        first, last = span_of(block)
        tx.execute_text(KEEP_KINDS, (block, first, last))
        tx.execute_text(KEEP_BLOCK, (block, first, last))


def blocks_with(tx: Transaction, term: int, below: int, start: int | None, end: int | None) -> Iterator[int]:
    """The full blocks that hold a term, newest first, below a block; with a span of time (microseconds) only those that meet it."""
    bounded = start is not None or end is not None
    within = (0 if start is None else start, LONGEST if end is None else end)
    while True:
        row = (
            tx.execute_text(WITH_TERM_WITHIN, (term, below, *within)) if bounded else tx.execute_text(WITH_TERM, (term, below))
        )
        if not row:
            return
        below = row[0]
        yield below


def blocks_within(tx: Transaction, start: int, end: int) -> Iterator[int]:
    """The full blocks with events between two times (microseconds), oldest first."""
    block = -1
    while row := tx.execute_text(WITHIN, (block, start, end)):
        block = row[0]
        yield block
