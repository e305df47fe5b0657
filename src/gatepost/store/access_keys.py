"""Access keys: two a user, or the root user's; their secrets sealed."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, update

from gatepost.store.schema import access_keys
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key; `user_id` is None for the account's root user."""

    id: str
    account: str
    user_id: str | None
    active: bool
    created_at: datetime
    sealed_secret: bytes = field(repr=False)


def create_access_key(tx: Transaction, key_id: str, secret: str, account: str, user_id: str | None, now: datetime) -> AccessKey:
    """A new, active key."""
    sealed = tx.keyring.seal(secret, key_id)
    tx.execute(
        insert(access_keys).values(
            id=key_id, account=account, user_id=user_id, sealed_secret=sealed, active=True, created_at=now
        )
    )
    tx.touch(account)
    return AccessKey(key_id, account, user_id, active=True, created_at=now, sealed_secret=sealed)


def get_access_key(tx: Transaction, key_id: str) -> AccessKey | None:
    """The key of an ID, whoever's it is."""
    row = tx.execute(select(access_keys).where(access_keys.c.id == key_id)).one_or_none()
    return None if row is None else _access_key(row)


def secret_of(tx: Transaction, key: AccessKey) -> str:
    """The key's secret; `WrongKey` where the master key is another."""
    return tx.keyring.open(key.sealed_secret, key.id)


def list_access_keys(tx: Transaction, user_id: str) -> tuple[AccessKey, ...]:
    """A user's keys, oldest first."""
    query = select(access_keys).where(access_keys.c.user_id == user_id).order_by(access_keys.c.created_at, access_keys.c.id)
    return tuple(map(_access_key, tx.execute(query)))


def list_root_keys(tx: Transaction, account: str) -> tuple[AccessKey, ...]:
    """The keys of an account's root user, oldest first."""
    query = (
        select(access_keys)
        .where(access_keys.c.account == account, access_keys.c.user_id.is_(None))
        .order_by(access_keys.c.created_at, access_keys.c.id)
    )
    return tuple(map(_access_key, tx.execute(query)))


def set_active(tx: Transaction, key: AccessKey, *, active: bool) -> None:
    """Make a key active or inactive."""
    tx.execute(update(access_keys).where(access_keys.c.id == key.id).values(active=active))
    tx.touch(key.account)


def delete_access_key(tx: Transaction, key: AccessKey) -> None:
    """Delete a key."""
    tx.execute(delete(access_keys).where(access_keys.c.id == key.id))
    tx.touch(key.account)


def _access_key(row: Row[tuple[object, ...]]) -> AccessKey:
    return AccessKey(row.id, row.account, row.user_id, row.active, row.created_at, row.sealed_secret)
