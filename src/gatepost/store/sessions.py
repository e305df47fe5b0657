"""Temporary credentials: sessions of roles, of users, and of those whom a user or an identity provider vouches for.

A session lives as long as its time and what stands behind it: the role or the user (`access.credentials`). Its row is kept for a
day beyond its time, so that a late caller hears that the token has expired and not that it never was.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from sqlalchemy import delete, insert, select

from gatepost.store.schema import sessions
from gatepost.store.transaction import Transaction

KEPT_AFTER: Final = timedelta(days=1)


class SessionKind(Enum):
    """How a session was made."""

    ASSUMED_ROLE = "assumed-role"
    SESSION_TOKEN = "session-token"  # noqa: S105 -- the word for GetSessionToken's sessions
    FEDERATED_USER = "federated-user"


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session. `owner_id` is the unique ID of the role or user behind it, None for the account's root user.

    `claims` are condition keys (lower case) that the identity provider's token gave; `provider` is its ARN.
    """

    id: str
    account: str
    kind: SessionKind
    owner_id: str | None
    name: str
    issued_at: datetime
    expires_at: datetime
    token_digest: bytes = field(repr=False)
    sealed_secret: bytes = field(repr=False)
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None
    provider: str | None = None
    claims: Mapping[str, str] = field(default_factory=dict)


def digest_of(token: str) -> bytes:
    """What is kept of a session token."""
    return hashlib.sha256(token.encode()).digest()


def create_session(tx: Transaction, session: StoredSession) -> None:
    """Keep a new session, and forget those that have long expired.

    Nothing is touched: no one can hold anything of a session that did not exist.
    """
    tx.execute(delete(sessions).where(sessions.c.expires_at < session.issued_at - KEPT_AFTER))
    tx.execute(
        insert(sessions).values(
            id=session.id,
            account=session.account,
            kind=session.kind.value,
            owner_id=session.owner_id,
            name=session.name,
            token_digest=session.token_digest,
            sealed_secret=session.sealed_secret,
            issued_at=session.issued_at,
            expires_at=session.expires_at,
            policy=session.policy,
            policy_arns=list(session.policy_arns),
            tags=dict(session.tags),
            transitive_tag_keys=list(session.transitive_tag_keys),
            source_identity=session.source_identity,
            provider=session.provider,
            claims=dict(session.claims),
        )
    )


def last_issued(tx: Transaction, owner_id: str) -> datetime | None:
    """When the newest session of a role was made, as far as one is still kept."""
    query = select(sessions.c.issued_at).where(
        sessions.c.owner_id == owner_id, sessions.c.kind == SessionKind.ASSUMED_ROLE.value
    )
    return tx.execute(query.order_by(sessions.c.issued_at.desc()).limit(1)).scalar()


def get_session(tx: Transaction, key_id: str) -> StoredSession | None:
    """The session of an access key ID."""
    row = tx.execute(select(sessions).where(sessions.c.id == key_id)).one_or_none()
    if row is None:
        return None
    return StoredSession(
        row.id,
        row.account,
        SessionKind(row.kind),
        row.owner_id,
        row.name,
        row.issued_at,
        row.expires_at,
        row.token_digest,
        row.sealed_secret,
        row.policy,
        tuple(row.policy_arns),
        row.tags,
        tuple(row.transitive_tag_keys),
        row.source_identity,
        row.provider,
        row.claims,
    )
