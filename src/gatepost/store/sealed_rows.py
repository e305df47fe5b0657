"""The rows of each chain as they lie in the store, for the check of the trail: raw values, whatever has become of them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from gatepost.store import messages, unauthenticated_events
from gatepost.store.chain_heads import EVENTS, MESSAGES, UNAUTHENTICATED
from gatepost.store.event_kinds import NAMES as KIND_NAMES
from gatepost.store.keyring import Keyring
from gatepost.store.raw_rows import raw_rows
from gatepost.store.sealing import sealer_of
from gatepost.store.transaction import Transaction

Columns = tuple[Any, ...]
Seal = Callable[[bytes, Columns], bytes]
READ: Final = {
    EVENTS: "SELECT seq, time, kind, body, seal FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
    MESSAGES: f"SELECT {messages.NAMES}, content, seal FROM messages WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",  # noqa: S608 -- names of ours
    UNAUTHENTICATED: f"SELECT {unauthenticated_events.NAMES}, seal FROM unauthenticated_events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",  # noqa: S608, E501 -- the same
}
SEAL: Final = {chain: f"SELECT seal FROM {chain} WHERE seq = ?" for chain in READ}  # noqa: S608 -- the same
KIND: Final = f"SELECT digest, {KIND_NAMES} FROM event_kinds WHERE id = ?"  # noqa: S608 -- the same
KIND_TERMS: Final = "SELECT term FROM event_kind_terms WHERE kind = ? ORDER BY term"
BLOCK: Final = "SELECT first_time, last_time FROM event_blocks WHERE block = ?"
TERM: Final = "SELECT 1 FROM event_terms WHERE term = ? AND block = ?"
COUNT_TERMS: Final = "SELECT count(*) FROM event_terms WHERE block < ?"
COUNT_BLOCKS: Final = "SELECT count(*) FROM event_blocks WHERE block < ?"
MESSAGE: Final = "SELECT 1 FROM messages WHERE message_id = ?"
SNAPSHOTS: Final = "SELECT fingerprint, content FROM snapshots WHERE fingerprint > ? ORDER BY fingerprint LIMIT ?"
SNAPSHOT: Final = "SELECT content FROM snapshots WHERE fingerprint = ?"


@contextmanager
def any_text(tx: Transaction) -> Iterator[None]:
    """Read text that is no UTF-8 as lone surrogates instead of an error."""
    driver: Any = tx.connection.connection.driver_connection
    driver.text_factory = lambda kept: kept.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


def rows_of(tx: Transaction, chain: str, after: int, through: int, limit: int) -> Iterator[Columns]:
    """The rows of a chain after a number, in order; the seal is the last column."""
    return raw_rows(tx, READ[chain], (after, through, limit))


def seal_at(tx: Transaction, chain: str, seq: int) -> bytes | None:
    """The seal of a row; None where there is no such row."""
    row = tx.execute_text(SEAL[chain], (seq,))
    return row[0] if row else None


def expected_seal(
    keyring: Keyring, chain: str, kind_digest: Callable[[int], bytes]
) -> Callable[[bytes, Columns], bytes | None]:
    """What gives the seal that a row must have, from the seal before and its columns; None for values that none can have."""
    sealer = sealer_of(keyring, chain)

    def of_event(previous: bytes, row: Columns) -> bytes:
        seq, time, kind, body = row
        return sealer.seal(previous, (seq, time, kind, kind_digest(kind), body))

    def of_message(previous: bytes, row: Columns) -> bytes:
        *columns, content = row
        return sealer.seal(previous, (*columns, len(content)), content)

    of_chain: Mapping[str, Seal] = {EVENTS: of_event, MESSAGES: of_message, UNAUTHENTICATED: sealer.seal}

    def seal(previous: bytes, row: Columns) -> bytes | None:
        try:
            return of_chain[chain](previous, row)
        except (TypeError, ValueError, OverflowError):  # a value of another type, text that is no UTF-8
            return None

    return seal
