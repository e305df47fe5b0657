"""Where each chain ends: the number and the seal of its newest row.

The events' head stands in a fact of the installation, so that the removal of the last rows shows; it is sealed, so that it cannot be
set back to where it never was. The head of a chain from which old rows may be removed is its newest row, or, where none is left, the
fact that the removal wrote.
"""

from typing import Final

from msgspec import Struct

from gatepost.store.sealing import FIRST, sealer_of
from gatepost.store.transaction import Transaction

EVENTS: Final = "events"
MESSAGES: Final = "messages"
UNAUTHENTICATED: Final = "unauthenticated_events"
CHAINS: Final = (EVENTS, MESSAGES, UNAUTHENTICATED)
GET: Final = "SELECT value FROM installation WHERE name = ?"
SET: Final = "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
NEWEST: Final = {chain: f"SELECT seq, seal FROM {chain} ORDER BY seq DESC LIMIT 1" for chain in CHAINS}  # noqa: S608 -- names of ours
OLDEST: Final = {chain: f"SELECT seq FROM {chain} ORDER BY seq LIMIT 1" for chain in CHAINS}  # noqa: S608 -- names of ours
NAMES: Final = {chain: f"head:{chain}" for chain in CHAINS}


class Head(Struct, frozen=True):
    """A row's number and seal; that of an empty chain is `START`."""

    seq: int
    seal: bytes

    def text(self) -> str:
        """`SEQ SEAL`, the seal in hexadecimal."""
        return f"{self.seq} {self.seal.hex()}"


START: Final = Head(0, FIRST)


def read_head(text: str) -> Head:
    """The head of `Head.text`; ValueError for any other text."""
    seq, _, seal = text.partition(" ")
    return Head(int(seq), bytes.fromhex(seal))


def recorded_head(tx: Transaction, chain: str) -> Head | None:
    """The head that a fact of the installation tells; None where there is none. ValueError for one that is damaged."""
    row = tx.execute_text(GET, (NAMES[chain],))
    try:
        return read_head(row[0].rpartition(" ")[0]) if row else None
    except (ValueError, AttributeError):
        raise ValueError(f"the recorded head of the {chain} is damaged: run `gatepost trail verify`") from None


def record_head(tx: Transaction, chain: str, head: Head) -> None:
    """Tell the head in a fact of the installation."""
    tx.execute_text(SET, (NAMES[chain], _sealed(tx, chain, head)))


def head_is_sealed(tx: Transaction, chain: str) -> bool:
    """Whether the fact of a chain's head, if there is one, was written by this installation."""
    row = tx.execute_text(GET, (NAMES[chain],))
    try:
        return not row or row[0] == _sealed(tx, chain, read_head(row[0].rpartition(" ")[0]))
    except (ValueError, AttributeError):
        return False


def _sealed(tx: Transaction, chain: str, head: Head) -> str:
    seal = sealer_of(tx.keyring, "heads").seal(FIRST, (chain, head.seq, head.seal))
    return f"{head.text()} {seal.hex()}"


def newest_row(tx: Transaction, chain: str) -> Head | None:
    """The newest row of a chain; None where it has none."""
    row = tx.execute_text(NEWEST[chain], ())
    return Head(row[0], row[1]) if row else None


def oldest_seq(tx: Transaction, chain: str) -> int | None:
    """The lowest number of a row of a chain; None where it has none."""
    row = tx.execute_text(OLDEST[chain], ())
    return row[0] if row else None


def head_of(tx: Transaction, chain: str) -> Head:
    """Where a chain goes on.

    Of events behind the newest row, wherever the recorded head is: a row that somebody has put there must stop no call. It stays in
    the chain, and the check tells of it.
    """
    newest = newest_row(tx, chain)
    if chain != EVENTS:
        return newest or recorded_head(tx, chain) or START
    recorded = recorded_head(tx, chain) or START
    return newest if newest is not None and newest.seq > recorded.seq else recorded
