"""Somebody who has not called, as the caller of a question: a user, a role or a session of it, an account's root user."""

from typing import Final

from gatepost.access.credentials import Caller, caller_of, caller_of_root
from gatepost.policy.errors import did_you_mean
from gatepost.policy.principal import Principal, is_account
from gatepost.policy.question import ANY_SESSION
from gatepost.policy.values import arn_parts
from gatepost.store import accounts, roles, users
from gatepost.store.transaction import Transaction

FORMS: Final = "`user/NAME`, `role/NAME`, `role/NAME/SESSION`, `root`, or the ARN of one"


class NobodySuch(ValueError):
    """A name that stands for nobody; the message says what was expected."""


def find_somebody(tx: Transaction, text: str, account: str) -> Caller:
    """The caller of a name in an account, or of an ARN; NobodySuch where there is none.

    A role stands for any session of it, without session policy and without tags of its own.
    """
    account, kind, rest = _parts(text, account)
    if accounts.get_account(tx, account) is None:
        raise NobodySuch(f"`{text}`: no account {account} here{_others(tx)}")
    match kind:
        case "root" if not rest:
            return caller_of_root(account)
        case "user" if rest:
            return caller_of(_user(tx, text, account, rest))
        case "role" if rest:
            return _role_or_session(tx, text, account, rest)
        case "assumed-role" if rest.count("/") == 1:
            name, _, session = rest.partition("/")
            return session_of_role(_role(tx, text, account, name), session)
    raise NobodySuch(f"`{text}`: expected {FORMS}")


def everybody(tx: Transaction, account: str) -> tuple[Caller, ...]:
    """The root user, the users and the roles of an account."""
    return (
        caller_of_root(account),
        *map(caller_of, users.list_users(tx, account)),
        *map(session_of_role, roles.list_roles(tx, account)),
    )


def session_of_role(role: roles.Role, session: str = ANY_SESSION) -> Caller:
    """A session of a role, as the caller; without a name, any session."""
    arn = f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{session}"
    principal = Principal.of(arn, unique_id=f"{role.id}:{session}", role_arn=role.arn)
    return Caller(role.account, principal, tags=role.tags, owner_id=role.id)


def _parts(text: str, account: str) -> tuple[str, str, str]:
    """Account, kind and the rest of a name or ARN."""
    parts = arn_parts(text)
    if parts is not None:
        if parts[2] not in ("iam", "sts") or not is_account(parts[4]):
            raise NobodySuch(f"`{text}`: expected {FORMS}")
        account, text = parts[4], parts[5]
    kind, _, rest = text.partition("/")
    return account, kind, rest


def _user(tx: Transaction, text: str, account: str, path_and_name: str) -> users.User:
    name = path_and_name.rpartition("/")[2]
    user = users.get_user(tx, account, name)
    named = user is not None and path_and_name in (name, user.arn.partition(":user/")[2])
    if user is None or not named:
        raise _nobody("user", text, account, name, [each.name for each in users.list_users(tx, account)])
    return user


def _role_or_session(tx: Transaction, text: str, account: str, rest: str) -> Caller:
    """`role/NAME`, `role/PATH/NAME`, or `role/NAME/SESSION` where there is a role of this name without that path."""
    last = roles.get_role(tx, account, rest.rpartition("/")[2])
    if last is not None and (last.name == rest or last.arn.endswith(f":role/{rest}")):
        return session_of_role(last)
    name, slash, session = rest.partition("/")
    role = _role(tx, text, account, name)
    return session_of_role(role, session) if slash and session and "/" not in session else session_of_role(role)


def _role(tx: Transaction, text: str, account: str, name: str) -> roles.Role:
    role = roles.get_role(tx, account, name)
    if role is None:
        raise _nobody("role", text, account, name, [each.name for each in roles.list_roles(tx, account)])
    return role


def _nobody(kind: str, text: str, account: str, name: str, known: list[str]) -> NobodySuch:
    return NobodySuch(f"`{text}`: no {kind} `{name}` in account {account}{did_you_mean(name, tuple(known))}")


def _others(tx: Transaction) -> str:
    return f"; there are {', '.join(account.id for account in accounts.list_accounts(tx))}"
