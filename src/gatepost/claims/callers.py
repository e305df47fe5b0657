"""Callers that stand for all: whom policies and claim name, and of each account that matters somebody whom they do not."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gatepost.claims.who import Home, Who, WhoKind
from gatepost.policy.model import Statement
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.question import ANY_SESSION, stranger_context
from gatepost.reasoning.choices import STRANGERS, principals
from gatepost.reasoning.situation import PRINCIPAL_ARN, AnyText
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.world import OF_THE_CALLER

SOMEBODY: Final = "intern"  # a user, or a role, of whom only the policies are known
OF_ACCOUNTS: Final = ("aws:principalaccount", PRINCIPAL_ARN)
OF_SERVICES: Final = ("aws:principalservicename", "aws:principalservicenameslist")
ACCOUNT: Final = re.compile(r"\d{12}")
STRANGER_NAMES: Final = ("someone-else", "some-session")  # whom `choices.principals` invents


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller, the keys that it settles (None: absent), and those that are open because it stands for others."""

    principal: Principal
    known: Mapping[str, str | tuple[str, ...] | None]
    open_keys: Mapping[str, AnyText] = field(default_factory=dict)

    @classmethod
    def named(cls, principal: Principal) -> "Caller":
        """Somebody who is named: what is called open of it is so."""
        return cls(principal, _settled(principal), {"aws:userid": AnyText()})


def callers(statements: Sequence[Statement], entries: Iterable[Who], home: Home) -> Iterator[Caller]:
    """Callers of every kind that the statements of policies and the entries of a claim tell apart, strangers first.

    Undecidable where a pattern cuts through the digits of an account.
    """
    entries = tuple(entries)
    named = [*principals(statements), *(instance for who in entries for instance in who.instances(home))]
    named = [each for each in dict.fromkeys(named) if each.name not in STRANGER_NAMES and each.name != SOMEBODY]
    accounts = [home.account, *(each.account for each in named if each.account is not None), *_accounts_compared(statements)]
    accounts += [who.name for who in entries if who.kind is WhoKind.ACCOUNT]
    stranger = next(account for account in STRANGERS if account not in accounts)
    for account in dict.fromkeys((*accounts, stranger)):
        yield from _strangers(account, named)
    yield from map(Caller.named, named)


def _strangers(account: str, named: Sequence[Principal]) -> Iterator[Caller]:
    """A user, a session of a role and a federated user of an account, none of whom is named."""
    user = Principal.of(f"arn:aws:iam::{account}:user/{SOMEBODY}")
    of_role = f"arn:aws:iam::{account}:role/{SOMEBODY}"
    session = Principal.of(f"arn:aws:sts::{account}:assumed-role/{SOMEBODY}/{ANY_SESSION}", role_arn=of_role)
    federated = Principal.of(f"arn:aws:sts::{account}:federated-user/{SOMEBODY}", user_arn=user.arn)
    for principal, form in ((user, f"arn:aws:iam::{account}:user/"), (session, f"arn:aws:iam::{account}:role/"),
                            (federated, f"arn:aws:sts::{account}:federated-user/")):  # fmt: skip
        others = [form + "?*/"]
        for each in named:
            if each.account == account:
                last = (each.role_name or each.name) if principal is session else each.name
                others += [f"{form}{last}", f"{form}*/{last}"] if principal is session else [each.arn]
        known = {key: value for key, value in _settled(principal).items() if key not in (PRINCIPAL_ARN, "aws:username")}
        open_keys = {PRINCIPAL_ARN: AnyText((form + "?*",), tuple(dict.fromkeys(others))), "aws:userid": AnyText()}
        if principal is user:
            open_keys["aws:username"] = AnyText()
        else:
            known["aws:username"] = None
        yield Caller(principal, known, open_keys)


def _settled(principal: Principal) -> dict[str, str | tuple[str, ...] | None]:
    """The keys that who asks settles; what a service is called by other names is not known."""
    context, _ = stranger_context(principal)
    unknown = OF_SERVICES if principal.kind is PrincipalKind.SERVICE else ()
    return {**dict.fromkeys(OF_THE_CALLER - {"aws:userid", *unknown}), **context}


def _accounts_compared(statements: Iterable[Statement]) -> Iterator[str]:
    """The accounts that conditions compare the caller's with."""
    for statement in statements:
        for condition in statement.conditions:
            if condition.key.lower() not in OF_ACCOUNTS:
                continue
            for value in condition.values:
                parts = value.split(":")
                account = value if condition.key.lower() != PRINCIPAL_ARN else parts[4] if len(parts) > 5 else "*"
                if ACCOUNT.fullmatch(account):
                    yield account
                elif account != "*" and any(mark in account for mark in "*?$"):
                    raise Undecidable(f"{condition.key} is compared with `{value}`: decided for whole accounts, or `*`")
