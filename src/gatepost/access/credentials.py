"""From an access key to who calls with it.

A long-term key is a user's or the root user's. A temporary one (`ASIA…`, with a token beside it) is a session's, and what stands
behind the session is looked up anew whenever something has changed: a role that is deleted, or a user, ends its sessions at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gatepost.policy.principal import Principal
from gatepost.store import access_keys, roles, sessions, users
from gatepost.store.memory import EVERY_SCOPE
from gatepost.store.sessions import SessionKind, StoredSession
from gatepost.store.transaction import Transaction, View


@dataclass(frozen=True, slots=True)
class Session:
    """What is true of a caller with temporary credentials alone; `issuer` is the role that was assumed."""

    access_key_id: str
    kind: SessionKind
    issued_at: datetime
    expires_at: datetime
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None
    provider: str | None = None
    claims: Mapping[str, str] = field(default_factory=dict)
    issuer: roles.Role | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the principal, and what the context says of it.

    `owner_id` is the unique ID of the user or role whose policies count, None for the root user. `tags` are the principal's: of
    the user or role, a session's own above them.
    """

    account: str
    principal: Principal
    user_name: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    owner_id: str | None = None
    session: Session | None = None

    @property
    def arn(self) -> str:
        """The caller's ARN."""
        return self.principal.arn


@dataclass(frozen=True, slots=True)
class Credential:
    """An access key with its secret. A temporary one has the digest of its token and the time at which it ends."""

    access_key_id: str
    caller: Caller
    secret: str = field(repr=False)
    active: bool
    token_digest: bytes | None = field(default=None, repr=False)
    expires_at: datetime | None = None


def credential_of(view: View, access_key_id: str) -> Credential | None:
    """The credential of an access key ID, None where there is none. A key that does not exist is never held in memory."""
    return view.recall(EVERY_SCOPE, ("credential", access_key_id), lambda tx: _load(tx, access_key_id))


def _load(tx: Transaction, access_key_id: str) -> Credential | None:
    session = sessions.get_session(tx, access_key_id)
    return _of_key(tx, access_key_id) if session is None else _of_session(tx, session)


# --- long-term keys -----------------------------------------------------------------------------------------------------


def _of_key(tx: Transaction, access_key_id: str) -> Credential | None:
    key = access_keys.get_access_key(tx, access_key_id)
    if key is None:
        return None
    secret = access_keys.secret_of(tx, key)
    if key.user_id is None:
        return Credential(key.id, caller_of_root(key.account), secret, key.active)
    user = users.get_user_by_id(tx, key.user_id)
    if user is None:
        return None
    return Credential(key.id, caller_of(user), secret, key.active)


def caller_of_root(account: str) -> Caller:
    """An account's root user as the caller."""
    return Caller(account, Principal.of(account))


def caller_of(user: users.User) -> Caller:
    """A user as the caller."""
    return Caller(user.account, Principal.of(user.arn, unique_id=user.id), user.name, user.tags, user.id)


def caller_of_role(role: roles.Role) -> Caller:
    """A role as a caller, as simulations ask of it; a call is always made by a session of it."""
    return Caller(role.account, Principal.of(role.arn, unique_id=role.id), tags=role.tags, owner_id=role.id)


# --- temporary keys -----------------------------------------------------------------------------------------------------


def _of_session(tx: Transaction, stored: StoredSession) -> Credential | None:
    caller = _session_caller(tx, stored)
    if caller is None:
        return None
    secret = tx.keyring.open(stored.sealed_secret, stored.id)
    return Credential(stored.id, caller, secret, active=True, token_digest=stored.token_digest, expires_at=stored.expires_at)


def _session_caller(tx: Transaction, stored: StoredSession) -> Caller | None:
    """The caller of a session, None where the role or user behind it is gone."""
    match stored.kind:
        case SessionKind.ASSUMED_ROLE:
            role = None if stored.owner_id is None else roles.get_role_by_id(tx, stored.owner_id)
            return None if role is None else _role_session(stored, role)
        case SessionKind.SESSION_TOKEN:
            plain = _owner(tx, stored)
            return plain and Caller(
                plain.account, plain.principal, plain.user_name, plain.tags, plain.owner_id, session_of(stored)
            )
        case SessionKind.FEDERATED_USER:
            maker = _owner(tx, stored)
            return maker and _federated_user(stored, maker)


def _owner(tx: Transaction, stored: StoredSession) -> Caller | None:
    if stored.owner_id is None:
        return caller_of_root(stored.account)
    user = users.get_user_by_id(tx, stored.owner_id)
    return None if user is None else caller_of(user)


def _role_session(stored: StoredSession, role: roles.Role) -> Caller:
    arn = f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{stored.name}"
    principal = Principal.of(arn, unique_id=f"{role.id}:{stored.name}", role_arn=role.arn)
    tags = merged(dict(role.tags), stored.tags)
    return Caller(role.account, principal, None, tuple(tags.items()), role.id, session_of(stored, role))


def _federated_user(stored: StoredSession, maker: Caller) -> Caller:
    arn = f"arn:aws:sts::{stored.account}:federated-user/{stored.name}"
    principal = Principal.of(
        arn, unique_id=f"{stored.account}:{stored.name}", user_arn=maker.arn, user_id=maker.principal.unique_id
    )
    tags = merged(dict(maker.tags), stored.tags)
    return Caller(stored.account, principal, None, tuple(tags.items()), maker.owner_id, session_of(stored))


def merged(tags: Mapping[str, str], over: Mapping[str, str]) -> dict[str, str]:
    """Tags with others above them; keys are the same without regard to case."""
    covered = {key.lower() for key in over}
    return {key: value for key, value in tags.items() if key.lower() not in covered} | dict(over)


def session_of(stored: StoredSession, issuer: roles.Role | None = None) -> Session:
    """What a caller carries of its session."""
    return Session(
        stored.id,
        stored.kind,
        stored.issued_at,
        stored.expires_at,
        stored.policy,
        stored.policy_arns,
        tuple(stored.tags.items()),
        stored.transitive_tag_keys,
        stored.source_identity,
        stored.provider,
        stored.claims,
        issuer,
    )
