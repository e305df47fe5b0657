"""Guardrails of an account: claims that no change of its policies may break."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, func, insert, or_, select

from gatepost.store.schema import event_kinds, events, guardrails
from gatepost.store.transaction import Transaction

SENDING: Final = "Send"  # what operations that send mail are called
ORGANIZATIONS_SOURCE: Final = "organizations.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A guardrail. `kind` is `never` or `always`: what holds of the requests that `claim` describes. `reason` is for people."""

    account: str
    name: str
    kind: str
    claim: str
    reason: str
    created_at: datetime


def put_guardrail(tx: Transaction, guardrail: Guardrail) -> None:
    """Keep a guardrail, in place of one of the same name."""
    delete_guardrail(tx, guardrail.account, guardrail.name)
    tx.execute(
        insert(guardrails).values(
            account=guardrail.account,
            name=guardrail.name,
            kind=guardrail.kind,
            claim=guardrail.claim,
            reason=guardrail.reason,
            created_at=guardrail.created_at,
        )
    )


def list_guardrails(tx: Transaction, account: str) -> tuple[Guardrail, ...]:
    """An account's guardrails, by name."""
    query = select(guardrails).where(guardrails.c.account == account).order_by(guardrails.c.name)
    return tuple(Guardrail(row.account, row.name, row.kind, row.claim, row.reason, row.created_at) for row in tx.execute(query))


def delete_guardrail(tx: Transaction, account: str, name: str) -> bool:
    """Delete a guardrail; whether there was one."""
    gone = tx.execute(delete(guardrails).where(_is(account, name)))
    tx.touch(account)
    return gone.rowcount > 0


def _is(account: str, name: str) -> ColumnElement[bool]:
    return (guardrails.c.account == account) & (guardrails.c.name == name)


def guarded_accounts(tx: Transaction) -> tuple[str, ...]:
    """The accounts that have guardrails. They are set beside the server, so none is held in its memory."""
    return tuple(tx.execute(select(guardrails.c.account).distinct().order_by(guardrails.c.account)).scalars())


def last_event(tx: Transaction) -> int:
    """The number of the newest event in the audit log; 0 where there is none."""
    return int(tx.execute(select(func.max(events.c.seq))).scalar() or 0)


def changed_after(tx: Transaction, account: str, event: int) -> bool:
    """Whether a call after an event may have changed what an account's policies allow.

    That is any of the account, or of an organization, that neither only reads nor sends.
    """
    kind = event_kinds.c
    query = select(events.c.seq).where(
        events.c.seq > event,
        events.c.kind == kind.id,
        kind.read_only.is_(False),
        kind.event_name.not_like(f"{SENDING}%"),
        or_(kind.account == account, kind.event_source == ORGANIZATIONS_SOURCE),
    )
    return tx.execute(query.limit(1)).first() is not None
