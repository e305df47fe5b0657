"""Handshakes in time: they expire by themselves, and what is over is shown for thirty days."""

from datetime import UTC, datetime, timedelta

import pytest

from gatepost.store.accounts import Account, create_account
from gatepost.store.database import Database
from gatepost.store.organizations.handshakes import (
    Handshake,
    HandshakeAction,
    HandshakeState,
    create_handshake,
    get_handshake,
    handshakes_of,
    handshakes_to,
    set_handshake_state,
)
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MANAGER = Account("123456789012", "manager", NOW)
PARTNER = Account("444455556666", "partner", NOW, "Partner@example.com")
INVITATION = Handshake(
    "h-0123456789",
    HandshakeAction.INVITE,
    "o-0123456789",
    MANAGER.id,
    "EMAIL",
    "partner@EXAMPLE.com",
    HandshakeState.OPEN,
    NOW,
    NOW + 15 * DAY,
    "ALL",
)


@pytest.fixture(autouse=True)
def _sent(database: Database) -> None:
    def send(tx: Transaction) -> None:
        for account in (MANAGER, PARTNER):
            create_account(tx, account.id, account.name, NOW, account.email)
        create_handshake(tx, INVITATION)

    run_once(database, send)


def state(database: Database, now: datetime) -> HandshakeState | None:
    """How the invitation stands at a time, by each way to it."""
    with database.reader() as tx:
        found = get_handshake(tx, INVITATION.id, now)
        listed = [] if found is None else [found]
        assert list(handshakes_to(tx, PARTNER, now)) == list(handshakes_of(tx, INVITATION.organization, now)) == listed
        assert handshakes_to(tx, MANAGER, now) == ()
    return None if found is None else found.state


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, HandshakeState.OPEN),
        (14.99, HandshakeState.OPEN),
        (15, HandshakeState.EXPIRED),
        (44.99, HandshakeState.EXPIRED),
        (45, None),
    ],
)
def test_an_invitation_that_nobody_answers_expires(database: Database, days: float, expected: HandshakeState | None) -> None:
    assert state(database, NOW + days * DAY) is expected


@pytest.mark.parametrize(("days", "expected"), [(2, HandshakeState.DECLINED), (31.99, HandshakeState.DECLINED), (32, None)])
def test_an_answer_is_shown_for_thirty_days(database: Database, days: float, expected: HandshakeState | None) -> None:
    run_once(database, lambda tx: set_handshake_state(tx, INVITATION, HandshakeState.DECLINED, NOW + 2 * DAY))
    assert state(database, NOW + days * DAY) is expected
