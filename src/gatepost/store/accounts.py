"""Accounts: the first one, those that `gatepost account create` adds, and those that organizations make."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, insert, select

from gatepost.store.schema import accounts
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Account:
    """An account by its twelve digits. `email` is its owner's address, where it is known."""

    id: str
    name: str
    created_at: datetime
    email: str | None = None


def create_account(tx: Transaction, account_id: str, name: str, now: datetime, email: str | None = None) -> Account:
    """A new account."""
    tx.execute(insert(accounts).values(id=account_id, name=name, created_at=now, email=email))
    tx.touch(account_id)
    return Account(account_id, name, now, email)


def get_account(tx: Transaction, account_id: str) -> Account | None:
    """The account of an ID."""
    row = tx.execute(select(accounts).where(accounts.c.id == account_id)).one_or_none()
    return None if row is None else _account(row)


def find_account_by_email(tx: Transaction, email: str) -> Account | None:
    """The account of an owner's address, without regard to case."""
    row = tx.execute(select(accounts).where(func.lower(accounts.c.email) == email.lower())).first()
    return None if row is None else _account(row)


def list_accounts(tx: Transaction) -> tuple[Account, ...]:
    """Every account, by its ID."""
    return tuple(map(_account, tx.execute(select(accounts).order_by(accounts.c.id))))


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(row.id, row.name, row.created_at, row.email)
