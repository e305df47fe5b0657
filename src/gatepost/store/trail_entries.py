"""Entries of the trail about itself: what was removed on purpose, and from where older rows go on.

They are events like any other, sealed in the main chain, in the log of no account. The check of the trail reads them: what an entry
says was removed is not missing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Raw

from gatepost.store.chain_heads import CHAINS, EVENTS, MESSAGES, UNAUTHENTICATED, Head, head_of, read_head, record_head
from gatepost.store.event_ids import event_id_text
from gatepost.store.event_kinds import EventKind
from gatepost.store.event_lookup import KeptEvent, Lookup, find_events
from gatepost.store.event_record import Body, Constant, encode_json
from gatepost.store.events import EventRow, insert_events
from gatepost.store.transaction import Transaction

SOURCE: Final = "trail.gatepost"
RESET: Final = "ResetStore"
FORGET: Final = "ForgetMessages"
PRUNE: Final = "RemoveUnauthenticatedEvents"
MIGRATE: Final = "MigrateTrail"
REMOVALS: Final = {EVENTS: (RESET,), MESSAGES: (RESET, FORGET), UNAUTHENTICATED: (RESET, PRUNE)}
ID: Final = b"\x70\0\x80" + bytes(7)  # of an entry, behind the time: a UUID of version 7


def enter(tx: Transaction, name: str, parameters: Mapping[str, Any], now: datetime) -> None:
    """Write an entry, behind all that waits to be written."""
    tx.open()
    constant = Constant(Raw(b'{"type":"AWSService","invokedBy":"trail.gatepost"}'), SOURCE, "gatepost")
    kind = EventKind("", "", SOURCE, name, None, None, False, False, encode_json(constant).decode())
    insert_events(tx, [EventRow(now, kind, Body(b"", ID, parameters=encode_json(parameters)), event_id_text(ID, now))])


def parameters_of(entry: KeptEvent) -> Mapping[str, Any]:
    """The parameters that an entry was written with."""
    kept: Mapping[str, Any] = msgspec.json.decode(entry.parts.body.parameters or b"{}")
    return kept


def enter_removal(tx: Transaction, name: str, chain: str, through: Head, now: datetime) -> None:
    """Tell that the rows of a chain up to one were removed."""
    enter(tx, name, {"through": {chain: through.text()}}, now)


def last_removal(tx: Transaction, chain: str) -> tuple[int, Head] | None:
    """The newest entry by which the beginning of a chain was removed: its number, and the last row that went."""
    found: list[tuple[int, Head]] = []
    for name in REMOVALS[chain]:
        for entry in find_events(tx, "", "", Lookup("EventName", name), 1):
            through = parameters_of(entry).get("through", {}).get(chain)
            if through is not None:
                found.append((entry.seq, read_head(through)))
    return max(found, default=None, key=lambda each: each[0])


def heads(tx: Transaction) -> Mapping[str, Head]:
    """Where each chain goes on."""
    tx.open()
    return {chain: head_of(tx, chain) for chain in CHAINS}


def enter_reset(tx: Transaction, through: Mapping[str, Head], now: datetime) -> None:
    """Let the chains go on where they ended before everything was removed, and tell it."""
    for chain, head in through.items():
        record_head(tx, chain, head)
    enter(tx, RESET, {"through": {chain: head.text() for chain, head in through.items()}}, now)
