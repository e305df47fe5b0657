"""Callers that stand for all: whom policies and claim name, and of each account that matters somebody whom they do not."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from gatepost.claims.who import Home, Who, WhoKind, session_of
from gatepost.policy.model import Statement
from gatepost.policy.offline import partition_of
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.question import ANY_SESSION
from gatepost.reasoning.choices import STRANGERS, named_in
from gatepost.reasoning.own_keys import other_arns, settled
from gatepost.reasoning.situation import PRINCIPAL_ARN, USER_NAME, AnyText
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.witness import INTERN

SOMEBODY: Final = (INTERN, "trainee", "visitor", *(f"visitor-{number}" for number in range(1000)))  # of whom nothing is said
PRINCIPAL_ACCOUNT: Final = "aws:principalaccount"
ACCOUNT: Final = re.compile(r"\d{12}")
OF_ACCOUNT: Final = re.compile(r"arn:[^*?:]*:[^*?:]*:[^*?:]*:(\d{12}|\*)(?::|$)")


class StandsFor(Enum):
    """Whom a caller stands for."""

    ITSELF = "itself"
    ITS_ACCOUNT = "all of its account who are not named"
    EVERYBODY = "all of any account that is not named"


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller, the keys that it settles (None: absent), and those that are open because it stands for others."""

    principal: Principal
    known: Mapping[str, str | tuple[str, ...] | None]
    open_keys: Mapping[str, AnyText] = field(default_factory=dict)
    stands_for: StandsFor = StandsFor.ITSELF

    @classmethod
    def named(cls, principal: Principal) -> "Caller":
        """Somebody who is named: what is called open of it is so."""
        whom = StandsFor.EVERYBODY if principal.kind is PrincipalKind.ANONYMOUS else StandsFor.ITSELF
        return cls.with_open(principal, {"aws:userid": AnyText()}, whom)

    @classmethod
    def with_open(cls, principal: Principal, keys: Mapping[str, AnyText], whom: StandsFor = StandsFor.ITSELF) -> "Caller":
        """Somebody of whom these keys are open; the others that a caller settles are known."""
        known = {key: value for key, value in settled(principal).items() if key not in keys}
        return cls(principal, known, keys, whom)


def callers(statements: Sequence[Statement], entries: Iterable[Who], home: Home) -> Iterator[Caller]:
    """Callers of every kind that the statements of policies and the entries of a claim tell apart, strangers first.

    Undecidable for unique IDs, and where a pattern cuts through the digits of an account.
    """
    entries = tuple(entries)
    written = named_in(statements)
    claimed = [instance for who in entries for instance in who.instances(home)]
    found = (*written.users, *written.others, *claimed)
    # Beside a session that is named stand the role's others.
    roles = (*written.roles, *(Principal.of(each.role_arn) for each in found if each.role_arn is not None))
    named = tuple(dict.fromkeys((*found, *map(session_of, roles))))
    accounts = [home.account, *written.accounts, *(each.account for each in claimed if each.account is not None)]
    accounts += [*_accounts_compared(statements), *(who.name for who in entries if who.kind is WhoKind.ACCOUNT)]
    stranger = next(account for account in STRANGERS if account not in accounts)
    for account in dict.fromkeys((*accounts, stranger)):
        whom = StandsFor.EVERYBODY if account == stranger else StandsFor.ITS_ACCOUNT
        yield from (replace(each, stands_for=whom) for each in _strangers(account, named, home.partition))
    yield from map(Caller.named, named)
    for each in named:
        if each.kind is PrincipalKind.USER:
            yield _federated(each, named)
    yield from map(Caller.named, (Principal.of("some-service.amazonaws.com"), Principal.of("*")))


def _strangers(account: str, named: Sequence[Principal], partition: str) -> Iterator[Caller]:
    """A user, a session of a role and a federated user of an account, none of whom is named, and its root user."""
    taken = {name for each in named for name in (each.name, each.role_name)}
    somebody = next(name for name in SOMEBODY if name not in taken)
    user = Principal.of(f"arn:{partition}:iam::{account}:user/{somebody}")
    yield _standing_for(user, named)
    yield _standing_for(session_of(Principal.of(f"arn:{partition}:iam::{account}:role/{somebody}")), named)
    yield _federated(user, named)
    root = Principal.of(f"arn:{partition}:iam::{account}:root")
    yield Caller.named(root)
    yield _federated(root, named)


def _federated(user: Principal, named: Sequence[Principal]) -> Caller:
    """Any federated session of a user, but those that are named."""
    session = f"arn:{partition_of(user.arn)}:sts::{user.account}:federated-user/{ANY_SESSION}"
    return _standing_for(Principal.of(session, user_arn=user.arn), named)


def _standing_for(principal: Principal, named: Sequence[Principal]) -> Caller:
    """A caller that stands for all of its account and kind who are not named."""
    _, like, unlike = other_arns(principal, named)
    open_keys = {PRINCIPAL_ARN: AnyText((like,), unlike), "aws:userid": AnyText()}
    if principal.kind is PrincipalKind.USER:
        taken = (each.name for each in named if each.kind is PrincipalKind.USER and each.account == principal.account)
        open_keys[USER_NAME] = AnyText(unlike=("*/*", "*:*", *taken))
    return Caller.with_open(principal, open_keys)


def _accounts_compared(statements: Iterable[Statement]) -> Iterator[str]:
    """The accounts that conditions compare the caller's with. What else they say tells no two accounts apart."""
    for statement in statements:
        for condition in statement.conditions:
            for value in condition.values if condition.key.lower() in (PRINCIPAL_ACCOUNT, PRINCIPAL_ARN) else ():
                arn = OF_ACCOUNT.match(value)
                if arn is not None or ACCOUNT.fullmatch(value):
                    account = value if arn is None else arn.group(1)
                    if account != "*":
                        yield account
                elif any(digit.isdigit() for digit in value.partition("/")[0]):
                    raise Undecidable(f"{condition.key} is compared with `{value}`: decided for whole accounts, or `*`")
