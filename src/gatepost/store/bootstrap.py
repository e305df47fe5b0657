"""The first start: the first account and its root user's access key. And the reset, which returns to it."""

import base64
import os
import secrets
import string
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import delete

from gatepost.store import access_keys, accounts, event_kinds, installation, snapshots
from gatepost.store.keyring import CHECK_NAME, CHECK_TEXT
from gatepost.store.organizations import ORGANIZATIONS
from gatepost.store.schema import metadata
from gatepost.store.trail_entries import enter_reset, heads
from gatepost.store.transaction import Transaction

STORE_ID: Final = "store-id"
ROOT_KEY: Final = "root-access-key"
KEY_ALPHABET: Final = string.ascii_uppercase + "234567"  # AWS's IDs are base32


@dataclass(frozen=True, slots=True)
class Root:
    """The root user of the first account. Where the key is None, the first start makes one."""

    account: str
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)


def new_access_key_id() -> str:
    """A fresh access key ID: `AKIA` and sixteen characters."""
    return "AKIA" + "".join(secrets.choice(KEY_ALPHABET) for _ in range(16))


def new_secret() -> str:
    """A fresh secret of forty characters."""
    return base64.b64encode(os.urandom(30)).decode()


def bootstrap(tx: Transaction, wanted: Root, now: datetime) -> Root:
    """The root user with its key, made at the first start. The key that is wanted later must be the one that was made.

    WrongKey where the master key is not the one under which the store's secrets are sealed.
    """
    check_keyring(tx)
    if installation.get_fact(tx, STORE_ID) is None:
        installation.set_fact(tx, STORE_ID, str(uuid.uuid4()))
    known = installation.get_fact(tx, ROOT_KEY)
    if known is not None:
        key = access_keys.get_access_key(tx, known)
        if key is not None:
            return Root(key.account, key.id, access_keys.secret_of(tx, key))
    if accounts.get_account(tx, wanted.account) is None:
        accounts.create_account(tx, wanted.account, "first account", now)
    made = make_root_key(tx, wanted, now)
    installation.set_fact(tx, ROOT_KEY, made.access_key_id or "")
    return made


def make_root_key(tx: Transaction, wanted: Root, now: datetime) -> Root:
    """A key for an account's root user: the one wanted, else a random one."""
    key_id = wanted.access_key_id or new_access_key_id()
    secret = wanted.secret_access_key or new_secret()
    access_keys.create_access_key(tx, key_id, secret, wanted.account, None, now)
    return Root(wanted.account, key_id, secret)


def read_root(tx: Transaction) -> Root | None:
    """The first account's root user, None before the first start."""
    known = installation.get_fact(tx, ROOT_KEY)
    key = None if known is None else access_keys.get_access_key(tx, known)
    return None if key is None else Root(key.account, key.id, access_keys.secret_of(tx, key))


def wipe(tx: Transaction, now: datetime) -> None:
    """Empty every table. The chains of the trail go on where they ended, and an entry tells of it."""
    through = heads(tx)
    store_id = installation.get_fact(tx, STORE_ID)
    for account in accounts.list_accounts(tx):
        tx.touch(account.id)
    tx.touch(snapshots.SCOPE)
    tx.touch(event_kinds.SCOPE)
    tx.touch(ORGANIZATIONS)
    for table in reversed(metadata.sorted_tables):
        tx.execute(delete(table))
    if store_id is not None:
        installation.set_fact(tx, STORE_ID, store_id)
    enter_reset(tx, through, now)


def check_keyring(tx: Transaction) -> None:
    """WrongKey where the master key is not the one under which the store's secrets are sealed."""
    sealed = installation.get_fact(tx, CHECK_NAME)
    if sealed is None:
        installation.set_fact(tx, CHECK_NAME, tx.keyring.seal(CHECK_TEXT, CHECK_NAME).hex())
    else:
        tx.keyring.verify(sealed)
