"""Accounts: the first one, and those that `gatepost account create` adds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from gatepost.store.schema import accounts
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Account:
    """An account by its twelve digits."""

    id: str
    name: str
    created_at: datetime


def create_account(tx: Transaction, account_id: str, name: str, now: datetime) -> Account:
    """A new account."""
    tx.execute(insert(accounts).values(id=account_id, name=name, created_at=now))
    tx.touch(account_id)
    return Account(account_id, name, now)


def get_account(tx: Transaction, account_id: str) -> Account | None:
    """The account of an ID."""
    row = tx.execute(select(accounts).where(accounts.c.id == account_id)).one_or_none()
    return None if row is None else Account(row.id, row.name, row.created_at)


def list_accounts(tx: Transaction) -> tuple[Account, ...]:
    """Every account, by its ID."""
    return tuple(Account(row.id, row.name, row.created_at) for row in tx.execute(select(accounts).order_by(accounts.c.id)))
