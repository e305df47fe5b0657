"""What a request chooses from a list: its action and its principal, in classes that no statement of the question tells apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, count

from gatepost.policy.catalogue import actions, services
from gatepost.policy.match import covers_action
from gatepost.policy.model import PrincipalEntry, PrincipalType, Statement
from gatepost.policy.principal import ORIGIN_IDENTITY, Principal, PrincipalKind
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


@dataclass(frozen=True, slots=True)
class Actions:
    """Actions: of the known ones these (as bits), and `unlisted`, whether there may be some of a service that is not known."""

    known: int
    unlisted: bool

    @classmethod
    def of(cls, statement: Statement) -> "Actions":
        """Those that a statement may speak of."""
        listed = statement.actions
        return cls(spoken_of(statement), listed is None or not all(map(_is_known, listed)))

    @classmethod
    def of_any(cls, some: Iterable["Actions"]) -> "Actions":
        """Those of any of these."""
        known, unlisted = 0, False
        for each in some:
            known, unlisted = known | each.known, unlisted or each.unlisted
        return cls(known, unlisted)

    def meet(self, others: "Actions") -> bool:
        """Whether there may be one in common."""
        return bool(self.known & others.known) or (self.unlisted and others.unlisted)


@cache
def every_action() -> Actions:
    """All."""
    return Actions((1 << len(known_actions())) - 1, unlisted=True)


@lru_cache(maxsize=8192)
def _is_known(pattern: str) -> bool:
    """Whether an entry of `Action` speaks of actions alone whose service the catalogue knows in full."""
    return pattern.lower().partition(":")[0] in services()


def classes(marks: Iterable[int], every: int) -> list[int]:
    """The coarsest division of things (as bits) by which what is in it of each of these sets is a union of classes."""
    blocks = [every] if every else []
    for mark in dict.fromkeys(marks):
        blocks = [part for block in blocks for part in (block & mark, block & ~mark) if part]
    return blocks


@dataclass(frozen=True, slots=True)
class Named:
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
    named = named_principals(statements)
    accounts = accounts_of(named)
    stranger = next(account for account in STRANGERS if account not in accounts)
    other = unused_name("someone-else", named)
    found = [Principal.of(f"arn:aws:iam::{account}:user/{other}") for account in (*accounts, stranger)]
    return tuple(dict.fromkeys((*found, *named, *federated(named, unused_name("some-session", named)))))


def named_principals(statements: Sequence[Statement]) -> tuple[Principal, ...]:
    """Whom the statements name, sessions of the roles among them, the root users of their accounts, a service and the anonymous."""
    named = named_in(statements)
    session = unused_name("some-session", named.others)
    sessions = (
        Principal.of(f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{session}", role_arn=role.arn)
        for role in named.roles
    )
    roots = tuple(map(Principal.of, named.accounts))
    behind = (
        Principal.of(each.arn, user_arn=user.arn)
        for each in named.others
        for user in (*named.users, *roots)
        if each.kind is PrincipalKind.FEDERATED_USER and user.account == each.account
    )
    nobody = (Principal.of("some-service.amazonaws.com"), Principal.of("*"))
    return tuple(dict.fromkeys((*roots, *named.users, *named.roles, *named.others, *sessions, *behind, *nobody)))


def federated(named: Iterable[Principal], other: str) -> tuple[Principal, ...]:
    """A federated session, of this name, of each user and root user among these."""
    return tuple(
        Principal.of(f"arn:aws:sts::{user.account}:federated-user/{other}", user_arn=user.arn)
        for user in named
        if user.kind in (PrincipalKind.USER, PrincipalKind.ROOT)
    )


def accounts_of(named: Iterable[Principal]) -> tuple[str, ...]:
    """The accounts of these."""
    return tuple(dict.fromkeys(each.account for each in named if each.account is not None))


def unused_name(name: str, named: Sequence[Principal]) -> str:
    """This name, or one like it that none of these has."""
    taken = {each.name for each in named} | {each.role_name for each in named}
    return next(each for each in chain((name,), (f"{name}-{number}" for number in count(2))) if each not in taken)


def named_in(statements: Iterable[Statement]) -> Named:
    """Whom the statements name. Undecidable for unique IDs."""
    return _named(
        entry for statement in statements for entry in (*(statement.principals or ()), *(statement.not_principals or ()))
    )


def _named(entries: Iterable[PrincipalEntry]) -> Named:
    users: dict[Principal, None] = {}
    roles: dict[Principal, None] = {}
    others: dict[Principal, None] = {}
    accounts: dict[str, None] = {}
    for entry in dict.fromkeys(entries):
        if entry.value == "*" or entry.type is PrincipalType.CANONICAL_USER or ORIGIN_IDENTITY.fullmatch(entry.value):
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
    return Named(tuple(users), tuple(roles), tuple(others), tuple(accounts))
