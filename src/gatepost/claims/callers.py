"""Callers that stand for all: whom policies and claim name, and of each account that matters somebody whom they do not."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from gatepost.claims.who import Home, Who, WhoKind
from gatepost.policy.model import Statement
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.question import ANY_SESSION, stranger_context
from gatepost.reasoning.choices import STRANGERS, principals
from gatepost.reasoning.situation import PRINCIPAL_ARN, AnyText
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.witness import INTERN
from gatepost.reasoning.world import OF_THE_CALLER

SOMEBODY: Final = INTERN  # a user, or a role, of whom only the policies are known
PRINCIPAL_ACCOUNT: Final = "aws:principalaccount"
OF_SERVICES: Final = ("aws:principalservicename", "aws:principalservicenameslist")
ACCOUNT: Final = re.compile(r"\d{12}")
OF_ACCOUNT: Final = re.compile(r"arn:[^*?:]*:[^*?:]*:[^*?:]*:(\d{12}|\*)(?::|$)")
SOMEBODY_ELSE, SOME_SESSION = "someone-else", "some-session"  # whom `choices.principals` invents


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
        return cls(principal, _settled(principal), {"aws:userid": AnyText()}, whom)


def callers(statements: Sequence[Statement], entries: Iterable[Who], home: Home) -> Iterator[Caller]:
    """Callers of every kind that the statements of policies and the entries of a claim tell apart, strangers first.

    Undecidable where a pattern cuts through the digits of an account.
    """
    entries = tuple(entries)
    found = (*principals(statements), *(instance for who in entries for instance in who.instances(home)))
    named = [each for each in dict.fromkeys(found) if each.name not in (SOMEBODY_ELSE, SOMEBODY)]
    accounts = [home.account, *(each.account for each in named if each.account is not None), *_accounts_compared(statements)]
    accounts += [who.name for who in entries if who.kind is WhoKind.ACCOUNT]
    stranger = next(account for account in STRANGERS if account not in accounts)
    for account in dict.fromkeys((*accounts, stranger)):
        whom = StandsFor.EVERYBODY if account == stranger else StandsFor.ITS_ACCOUNT
        yield from (replace(each, stands_for=whom) for each in _strangers(account, named))
    for each in named:
        yield _federated(each, named) if _is_any_session(each) else Caller.named(each)


def _strangers(account: str, named: Sequence[Principal]) -> Iterator[Caller]:
    """A user, a session of a role and a federated user of an account, none of whom is named, and its root user."""
    user = Principal.of(f"arn:aws:iam::{account}:user/{SOMEBODY}")
    others = [each.arn for each in named if each.account == account and each.kind is PrincipalKind.USER]
    yield _standing_for(user, user.arn.removesuffix(SOMEBODY), others)
    role = f"arn:aws:iam::{account}:role/{SOMEBODY}"
    session = Principal.of(f"arn:aws:sts::{account}:assumed-role/{SOMEBODY}/{ANY_SESSION}", role_arn=role)
    form = role.removesuffix(SOMEBODY)
    roles = dict.fromkeys(each.role_name for each in named if each.account == account and each.role_name is not None)
    # A role's path does not tell: a session is named by the role's name alone.
    yield _standing_for(session, form, [pattern for name in roles for pattern in (f"{form}{name}", f"{form}*/{name}")])
    yield _federated(Principal.of(f"arn:aws:sts::{account}:federated-user/{SOMEBODY}", user_arn=user.arn), named)
    yield Caller.named(Principal.of(account))


def _federated(session: Principal, named: Sequence[Principal]) -> Caller:
    """Any federated session of a user, but those that are named."""
    others = [each.arn for each in named if each.kind is PrincipalKind.FEDERATED_USER and not _is_any_session(each)]
    return _standing_for(session, f"arn:aws:sts::{session.account}:federated-user/", others)


def _standing_for(principal: Principal, form: str, others: Iterable[str]) -> Caller:
    """A caller that stands for all whose ARN begins so, but for these and what is no name."""
    open_keys = {PRINCIPAL_ARN: AnyText((f"{form}?*",), (f"{form}*/", *others)), "aws:userid": AnyText()}
    if principal.kind is PrincipalKind.USER:
        open_keys["aws:username"] = AnyText()
    return Caller(principal, {key: value for key, value in _settled(principal).items() if key not in open_keys}, open_keys)


def _is_any_session(principal: Principal) -> bool:
    return principal.kind is PrincipalKind.FEDERATED_USER and principal.name == SOME_SESSION


def _settled(principal: Principal) -> dict[str, str | tuple[str, ...] | None]:
    """The keys that who asks settles; what a service is called by other names is not known."""
    context, _ = stranger_context(principal)
    unknown = OF_SERVICES if principal.kind is PrincipalKind.SERVICE else ()
    return {**dict.fromkeys(OF_THE_CALLER - {"aws:userid", *unknown}), **context}


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
