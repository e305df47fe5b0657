"""Handshakes: what one account asks of another, and how it was answered.

A handshake that is over can be seen for thirty days more. That one has expired shows by the time alone: nothing is written.
Source: Organizations API Reference, "Handshake".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from sqlalchemy import Row, func, insert, or_, select, update

from gatepost.store.accounts import Account
from gatepost.store.schema import handshakes
from gatepost.store.transaction import Transaction

SHOWN_AFTER: Final = timedelta(days=30)


class HandshakeAction(Enum):
    """What is asked."""

    INVITE = "INVITE"
    ENABLE_ALL_FEATURES = "ENABLE_ALL_FEATURES"
    APPROVE_ALL_FEATURES = "APPROVE_ALL_FEATURES"


class HandshakeState(Enum):
    """How far it is. REQUESTED: it waits for others; OPEN: it waits for its recipient."""

    REQUESTED = "REQUESTED"
    OPEN = "OPEN"
    CANCELED = "CANCELED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"


PENDING: Final = (HandshakeState.REQUESTED, HandshakeState.OPEN)


@dataclass(frozen=True, slots=True)
class Handshake:
    """A handshake. `recipient` is an account's ID or, by `recipient_type`, the address of an account's owner."""

    id: str
    action: HandshakeAction
    organization: str
    management_account: str
    recipient_type: str
    recipient: str
    state: HandshakeState
    requested_at: datetime
    expires_at: datetime
    feature_set: str
    ended_at: datetime | None = None
    notes: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None

    @property
    def arn(self) -> str:
        """The handshake's ARN."""
        return handshake_arn(self.management_account, self.organization, self.action, self.id)

    @property
    def pending(self) -> bool:
        """Whether it can still be answered."""
        return self.state in PENDING

    def is_for(self, account: Account) -> bool:
        """Whether it was sent to this account, or to its owner's address."""
        if self.recipient_type == "EMAIL":
            return account.email is not None and account.email.lower() == self.recipient.lower()
        return self.recipient == account.id


def handshake_arn(management_account: str, organization: str, action: HandshakeAction, handshake_id: str) -> str:
    """The ARN of a handshake."""
    return f"arn:aws:organizations::{management_account}:handshake/{organization}/{action.value.lower()}/{handshake_id}"


def create_handshake(tx: Transaction, handshake: Handshake) -> None:
    """Keep a new handshake."""
    tx.execute(
        insert(handshakes).values(
            id=handshake.id,
            action=handshake.action.value,
            organization=handshake.organization,
            management_account=handshake.management_account,
            recipient_type=handshake.recipient_type,
            recipient=handshake.recipient,
            state=handshake.state.value,
            requested_at=handshake.requested_at,
            expires_at=handshake.expires_at,
            ended_at=handshake.ended_at,
            feature_set=handshake.feature_set,
            notes=handshake.notes,
            tags=dict(handshake.tags),
            parent=handshake.parent,
        )
    )


def get_handshake(tx: Transaction, handshake_id: str, now: datetime) -> Handshake | None:
    """The handshake of an ID, as it stands now; None where it is no longer shown."""
    row = tx.execute(select(handshakes).where(handshakes.c.id == handshake_id)).one_or_none()
    return None if row is None else next(iter(_shown((row,), now)), None)


def handshakes_to(tx: Transaction, account: Account, now: datetime) -> tuple[Handshake, ...]:
    """What was sent to an account, or to its owner's address, oldest first."""
    columns = handshakes.c
    addressed = [columns.recipient == account.id]
    if account.email is not None:
        addressed.append(func.lower(columns.recipient) == account.email.lower())
    query = select(handshakes).where(or_(*addressed)).order_by(columns.requested_at, columns.id)
    return tuple(_shown(tx.execute(query), now))


def handshakes_of(tx: Transaction, organization_id: str, now: datetime) -> tuple[Handshake, ...]:
    """What an organization sent, oldest first."""
    columns = handshakes.c
    query = select(handshakes).where(columns.organization == organization_id).order_by(columns.requested_at, columns.id)
    return tuple(_shown(tx.execute(query), now))


def children_of(tx: Transaction, parent: Handshake) -> tuple[Handshake, ...]:
    """What is part of a handshake, however long it has been over."""
    return tuple(map(_handshake, tx.execute(select(handshakes).where(handshakes.c.parent == parent.id))))


def set_handshake_state(tx: Transaction, handshake: Handshake, state: HandshakeState, now: datetime) -> Handshake:
    """Bring a handshake to another state."""
    ended_at = None if state in PENDING else now
    tx.execute(update(handshakes).where(handshakes.c.id == handshake.id).values(state=state.value, ended_at=ended_at))
    return replace(handshake, state=state, ended_at=ended_at)


def _shown(rows: Iterable[Row[tuple[object, ...]]], now: datetime) -> Iterable[Handshake]:
    """Those that are pending, or over for thirty days at most; what was not answered in time has expired."""
    for row in rows:
        handshake = _handshake(row)
        if handshake.pending and handshake.expires_at <= now:
            handshake = replace(handshake, state=HandshakeState.EXPIRED, ended_at=handshake.expires_at)
        if handshake.ended_at is None or now - handshake.ended_at < SHOWN_AFTER:
            yield handshake


def _handshake(row: Row[tuple[object, ...]]) -> Handshake:
    return Handshake(
        row.id,
        HandshakeAction(row.action),
        row.organization,
        row.management_account,
        row.recipient_type,
        row.recipient,
        HandshakeState(row.state),
        row.requested_at,
        row.expires_at,
        row.feature_set,
        row.ended_at,
        row.notes,
        row.tags,
        row.parent,
    )
