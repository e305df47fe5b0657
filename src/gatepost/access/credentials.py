"""From an access key to who calls with it."""

from dataclasses import dataclass, field

from gatepost.policy.principal import Principal
from gatepost.store import access_keys, users
from gatepost.store.memory import EVERY_SCOPE
from gatepost.store.transaction import Transaction, View


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the principal, and what the context says of it."""

    account: str
    principal: Principal
    user_name: str | None = None
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def arn(self) -> str:
        """The caller's ARN."""
        return self.principal.arn


@dataclass(frozen=True, slots=True)
class Credential:
    """An access key with its secret."""

    access_key_id: str
    caller: Caller
    secret: str = field(repr=False)
    active: bool


def credential_of(view: View, access_key_id: str) -> Credential | None:
    """The credential of an access key ID, None where there is none. A key that does not exist is never held in memory."""
    return view.recall(EVERY_SCOPE, ("credential", access_key_id), lambda tx: _load(tx, access_key_id))


def _load(tx: Transaction, access_key_id: str) -> Credential | None:
    key = access_keys.get_access_key(tx, access_key_id)
    if key is None:
        return None
    secret = access_keys.secret_of(tx, key)
    if key.user_id is None:
        return Credential(key.id, Caller(key.account, Principal.of(key.account)), secret, key.active)
    user = users.get_user_by_id(tx, key.user_id)
    if user is None:
        return None
    return Credential(key.id, caller_of(user), secret, key.active)


def caller_of(user: users.User) -> Caller:
    """A user as the caller."""
    return Caller(user.account, Principal.of(user.arn, unique_id=user.id), user.name, user.tags)
