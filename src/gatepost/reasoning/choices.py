"""What a request chooses from a list: its action and its principal, in classes that no statement of the question tells apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from gatepost.policy.catalogue import actions, services
from gatepost.policy.match import covers_action
from gatepost.policy.model import PrincipalEntry, PrincipalType, Statement
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.reasoning.undecidable import Undecidable

FAMILIAR = ("ses:SendEmail", "ses:SendRawEmail", "iam:CreateUser")  # a witness speaks of these where it may
SOMEBODY = "111122223333"
STRANGERS = ("444455556666", "777788889999", "101010101010")


@cache
def known_actions() -> tuple[str, ...]:
    """Every action of the services that the catalogue knows in full, the familiar ones first."""
    names = [f"{action.service}:{action.name}" for service in services() for action in actions(service)]
    return tuple(sorted(names, key=lambda name: (name not in FAMILIAR, FAMILIAR.index(name) if name in FAMILIAR else 0)))


@lru_cache(maxsize=8192)
def covered(pattern: str) -> int:
    """Which known actions an entry of `Action` covers, as bits."""
    return sum(1 << at for at, name in enumerate(known_actions()) if covers_action(pattern, name.lower()))


@cache
def carriers(key: str) -> int | None:
    """Which known actions carry a key (lower case), as bits; None for a key that is not a known service's own.

    A service's own keys stand in the requests of those actions alone for which its authorization reference lists them:
    `ses:SendBulkEmail` has neither `ses:FromAddress` nor `ses:Recipients`.
    """
    if key.partition(":")[0] not in services():
        return None
    names = {name: at for at, name in enumerate(known_actions())}
    carried = 0
    for service in services():
        for action in actions(service):
            if any(key == listed.lower() for listed in action.condition_keys):
                carried |= 1 << names[f"{service}:{action.name}"]
    return carried


def spoken_of(statement: Statement) -> int:
    """Which known actions a statement speaks of, as bits."""
    if statement.actions is not None:
        return _union(statement.actions)
    if statement.not_actions is not None:
        return ~_union(statement.not_actions) & (1 << len(known_actions())) - 1
    return 0


@lru_cache(maxsize=8192)
def _union(patterns: tuple[str, ...]) -> int:
    found = 0
    for pattern in patterns:
        found |= covered(pattern)
    return found


def classes(marks: Iterable[int], size: int) -> list[int]:
    """The coarsest division of `size` things by which each of these sets (as bits) is a union of classes."""
    blocks = [(1 << size) - 1]
    for mark in dict.fromkeys(marks):
        blocks = [part for block in blocks for part in (block & mark, block & ~mark) if part]
    return blocks


@dataclass(frozen=True, slots=True)
class _Named:
    """What the principals of a question name."""

    users: tuple[Principal, ...]
    roles: tuple[Principal, ...]
    others: tuple[Principal, ...]
    accounts: tuple[str, ...]


def principals(statements: Sequence[Statement]) -> tuple[Principal, ...]:
    """Principals that stand for all: whom the statements name, those behind whom these stand, and strangers.

    `Principal` knows no wildcard but `*`, so what a statement says of a caller depends only on which named ARNs, roles, users and
    accounts are the caller's. Each combination that can be has one principal here. Undecidable for unique IDs.
    """
    named = _named(
        entry for statement in statements for entry in (*(statement.principals or ()), *(statement.not_principals or ()))
    )
    stranger = next(account for account in STRANGERS if account not in named.accounts)
    found = [Principal.of(f"arn:aws:iam::{account}:user/someone-else") for account in (*named.accounts, stranger)]
    found += [Principal.of(account) for account in named.accounts]
    found += [*named.users, *named.roles, *named.others]
    found += [
        Principal.of(f"arn:aws:sts::{role.account}:assumed-role/{role.name}/some-session", role_arn=role.arn)
        for role in named.roles
    ]
    federated = [each.arn for each in named.others if each.kind is PrincipalKind.FEDERATED_USER]
    for user in (*named.users, *(Principal.of(account) for account in named.accounts)):
        own = [arn for arn in federated if f"::{user.account}:" in arn]
        for arn in (f"arn:aws:sts::{user.account}:federated-user/some-session", *own):
            found.append(Principal.of(arn, user_arn=user.arn))
    found += [Principal.of("some-service.amazonaws.com"), Principal.of("*")]
    return tuple(dict.fromkeys(found))


def _named(entries: Iterable[PrincipalEntry]) -> _Named:
    users: dict[Principal, None] = {}
    roles: dict[Principal, None] = {}
    others: dict[Principal, None] = {}
    accounts: dict[str, None] = {}
    for entry in dict.fromkeys(entries):
        if entry.value == "*" or entry.type is PrincipalType.CANONICAL_USER:
            continue
        try:
            principal = Principal.of(entry.value)
        except ValueError as error:
            raise Undecidable(f"the principal `{entry.value}`: decided for ARNs, accounts and services") from error
        if principal.account is not None:
            accounts[principal.account] = None
        if not principal.arn.startswith("arn:aws:") and principal.account is not None:
            raise Undecidable(f"the principal `{entry.value}`: decided for the partition `aws`")
        if principal.kind is PrincipalKind.USER:
            users[principal] = None
        elif principal.kind is PrincipalKind.ROLE:
            roles[principal] = None
        elif principal.kind is not PrincipalKind.ROOT:
            others[principal] = None
    return _Named(tuple(users), tuple(roles), tuple(others), tuple(accounts))
