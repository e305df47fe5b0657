"""The keys that say who asks, where nobody in particular does: what kind of caller may have which.

Theory, in numbered rules:

1.  A caller that a statement names settles its keys; what AWS calls it otherwise (`aws:userid`) stays open.
2.  A caller that stands for others of its account and kind has any name that nobody has who is named: a user has its name and an ARN
    that ends in it, a session the ARN of its role and no user name, a federated user its own.
3.  Accounts are whole: one that conditions compare with has callers of each kind, and so has one that none names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gatepost.policy.model import Condition, Effect, Operator, Place, Policy
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.question import stranger_context
from gatepost.policy.request import Context
from gatepost.reasoning.choices import SOMEBODY, STRANGERS
from gatepost.reasoning.formula import Formula
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.world import OF_THE_CALLER, World

ARN, ACCOUNT, NAME, ID = "aws:principalarn", "aws:principalaccount", "aws:username", "aws:userid"
OF_SERVICES: Final = frozenset(("aws:principalservicename", "aws:principalservicenameslist"))
TWELVE: Final = re.compile(r"\d{12}")
NOWHERE: Final = Place(1, 1)
OTHER: Final = "someone"  # the name of who stands for others


def settled(principal: Principal) -> dict[str, str | tuple[str, ...] | None]:
    """The keys that a caller settles (None: absent)."""
    context, _ = stranger_context(principal)
    unknown = OF_SERVICES if principal.kind is PrincipalKind.SERVICE else frozenset[str]()
    own = {ID: principal.unique_id} if principal.unique_id is not None else {}
    return {**dict.fromkeys(OF_THE_CALLER - unknown - {ID}), **context, **own}


def everybody(named: Sequence[Principal], policies: Iterable[Policy]) -> tuple[Principal, ...]:
    """A user, a session of a role and a federated user of every account that matters, who stand for all that are not named; these."""
    named = [each for each in named if each.name != "someone-else"]
    accounts = [SOMEBODY, *(each.account for each in named if each.account is not None), *_compared(policies)]
    stranger = next(account for account in STRANGERS if account not in accounts)
    others = (each for account in dict.fromkeys((*accounts, stranger)) for each in _of(account))
    return tuple(dict.fromkeys((*others, *named)))


def stands_for_others(principal: Principal) -> bool:
    """Whether a caller stands for others of its kind, whose names are other."""
    if principal.kind is PrincipalKind.ASSUMED_ROLE:
        return principal.role_name == OTHER
    return principal.name == OTHER or (principal.kind is PrincipalKind.FEDERATED_USER and principal.name == "some-session")


def _of(account: str) -> Iterator[Principal]:
    user = Principal.of(f"arn:aws:iam::{account}:user/{OTHER}")
    role = f"arn:aws:iam::{account}:role/{OTHER}"
    yield user
    yield Principal.of(f"arn:aws:sts::{account}:assumed-role/{OTHER}/{OTHER}", role_arn=role)
    yield Principal.of(f"arn:aws:sts::{account}:federated-user/{OTHER}", user_arn=user.arn)


def _compared(policies: Iterable[Policy]) -> Iterator[str]:
    """The accounts that conditions compare the caller's with. Undecidable where a pattern cuts through the digits of one."""
    for policy in policies:
        for condition in (each for statement in policy.statements for each in statement.conditions):
            key = condition.key.lower()
            if key not in (ACCOUNT, ARN):
                continue
            for value in condition.values:
                parts = value.split(":")
                account = value if key == ACCOUNT else parts[4] if len(parts) > 5 else "*"
                if TWELVE.fullmatch(account):
                    yield account
                elif account != "*" and any(mark in account for mark in "*?$"):
                    raise Undecidable(f"{condition.key} is compared with `{value}`: decided for whole accounts, or `*`")


def own_facts(world: World, principal: Principal, callers: Sequence[Principal]) -> Iterator[Formula]:
    """What holds of the keys of a caller, beside whom there are these."""
    is_other = stands_for_others(principal)
    named = [each for each in callers if not stands_for_others(each)]
    asked = [name for name in world.keys if name in OF_THE_CALLER]
    if ARN in asked and ID in asked:
        raise Undecidable(f"{ARN} and {ID} say the same in two ways: say who asks")
    own = settled(principal)
    for name in asked:
        if name == ID:
            yield _says(world, "StringLike", ID, _ids(principal))
        elif is_other and name == ARN:
            yield from _any_arn(world, principal, named)
        elif is_other and name == NAME and principal.kind is PrincipalKind.USER:
            taken = [each.name for each in named if each.kind is PrincipalKind.USER and each.account == principal.account]
            yield _says(world, "StringLike", NAME, ("?*",))
            yield _says(world, "StringNotLike", NAME, ("*/*", *taken))
        else:
            yield _is(world, name, own.get(name))


def _any_arn(world: World, principal: Principal, named: Sequence[Principal]) -> Iterator[Formula]:
    form = f"{(principal.role_arn or principal.arn).rpartition('/')[0]}/"
    taken = [each.role_arn or each.arn for each in named]
    names = [each.rpartition("/")[2] for each in taken if each.startswith(form)]
    if principal.kind is PrincipalKind.USER and NAME in world.keys:
        yield _says(world, "StringLike", ARN, (form + "${aws:username}", form + "*/${aws:username}"), variables=True)
    yield _says(world, "StringLike", ARN, (form + "?*",))
    paths = [f"{form}*/{name}" for name in names] if principal.kind is not PrincipalKind.FEDERATED_USER else []
    yield _says(world, "StringNotLike", ARN, (form + "*/", *(form + name for name in names), *paths))


def _ids(principal: Principal) -> tuple[str, ...]:
    match principal.kind:
        case PrincipalKind.USER | PrincipalKind.ROLE:
            return ("A???????????????*",)
        case PrincipalKind.ASSUMED_ROLE:
            return ("A???????????????*:??*",)
        case PrincipalKind.FEDERATED_USER:
            return (f"{principal.account}:??*",)
        case PrincipalKind.ROOT:
            return (str(principal.account),)
    return ("?*",)


def _is(world: World, name: str, value: str | tuple[str, ...] | None) -> Formula:
    if value is None:
        return _says(world, "Null", name, ("true",))
    operator = "Bool" if world.keys[name].family == "Bool" else "StringEquals"
    return _says(world, operator, name, (value,) if isinstance(value, str) else value)


def _says(world: World, operator: str, name: str, values: tuple[str, ...], *, variables: bool = False) -> Formula:
    return world.condition(Condition(Operator(operator), name, values, NOWHERE), Effect.ALLOW, variables=variables)


def caller_in(context: Context, principal: Principal) -> Principal:
    """Who asks in a request, by the name or the ARN in its context, where this caller stands for others."""
    arn, name = context.get(ARN), context.get(NAME)
    if principal.kind is PrincipalKind.USER and not isinstance(arn, str) and isinstance(name, str):
        arn = f"{principal.arn.rpartition('/')[0]}/{name}"
    if not isinstance(arn, str):
        return principal
    if principal.kind is not PrincipalKind.ASSUMED_ROLE:
        return Principal.of(arn, user_arn=principal.user_arn)
    role = Principal.of(arn)
    return Principal.of(f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{principal.name}", role_arn=arn)
