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

from gatepost.policy.model import NOWHERE, Condition, Effect, Operator, Policy
from gatepost.policy.principal import ACCOUNT_DIGITS, Principal, PrincipalKind
from gatepost.policy.question import stranger_context
from gatepost.policy.request import Context
from gatepost.reasoning.choices import SOMEBODY, STRANGERS, accounts_of, federated, unused_name
from gatepost.reasoning.formula import Formula
from gatepost.reasoning.keys import variables_of_statement
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.world import OF_THE_CALLER, World

ARN, ACCOUNT, NAME, ID = "aws:principalarn", "aws:principalaccount", "aws:username", "aws:userid"
OF_SERVICES: Final = frozenset(("aws:principalservicename", "aws:principalservicenameslist"))
WITH_ACCOUNTS: Final = {ACCOUNT: "/", ARN: "/", ID: ":"}  # keys in whose values an account stands, and what it stands before
DIGITS: Final = re.compile(r"(?<![a-z])\d+", re.ASCII)


def settled(principal: Principal) -> dict[str, str | tuple[str, ...] | None]:
    """The keys that a caller settles (None: absent)."""
    context, _ = stranger_context(principal)
    unknown = OF_SERVICES if principal.kind is PrincipalKind.SERVICE else frozenset[str]()
    own = {ID: principal.unique_id} if principal.unique_id is not None else {}
    return {**dict.fromkeys(OF_THE_CALLER - unknown - {ID}), **context, **own}


def others(named: Sequence[Principal], policies: Iterable[Policy]) -> tuple[Principal, ...]:
    """A user, a session of a role and federated users of every account that matters, who stand for all that are not named."""
    accounts = [SOMEBODY, *accounts_of(named), *_compared(policies)]
    stranger = next(account for account in STRANGERS if account not in accounts)
    other = unused_name("someone", named)
    users = [Principal.of(f"arn:aws:iam::{account}:user/{other}") for account in dict.fromkeys((*accounts, stranger))]
    sessions = (_session(f"arn:aws:iam::{user.account}:role/{other}", other) for user in users)
    return tuple(dict.fromkeys((*users, *sessions, *federated((*users, *named), other))))


def _session(role_arn: str, name: str) -> Principal:
    role = Principal.of(role_arn)
    return Principal.of(f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{name}", role_arn=role_arn)


def _compared(policies: Iterable[Policy]) -> Iterator[str]:
    """The accounts that conditions compare the caller's with (rule 3).

    Undecidable where a pattern cuts through the digits of one, and where a variable brings the caller's into another text.
    """
    for policy, statement in ((each, statement) for each in policies for statement in each.statements):
        for variable in variables_of_statement(statement, variables=True):
            if policy.has_variables and variable.key in WITH_ACCOUNTS:
                raise Undecidable(f"`${{{variable.key}}}` is not known: say who asks")
        for condition in statement.conditions:
            if (key := condition.key.lower()) in WITH_ACCOUNTS:
                for value in condition.values:
                    yield from _accounts(condition.key, value, value.partition(WITH_ACCOUNTS[key])[0])


def _accounts(key: str, value: str, head: str) -> Iterator[str]:
    """The accounts in the part of a value in which an account may stand."""
    if key.lower() == ID and head[:1].isalpha():  # the ID of a user or of a role
        return
    for digits in DIGITS.findall(head):
        if len(digits) == ACCOUNT_DIGITS:
            yield digits
        elif "*" in head or "?" in head:
            raise Undecidable(f"{key} is compared with `{value}`: decided for whole accounts, or `*`")
    if "${" in head:
        raise Undecidable(f"{key} is compared with `{value}`: say who asks")


def own_facts(world: World, principal: Principal, named: Sequence[Principal], *, is_other: bool) -> Iterator[Formula]:
    """What holds of the keys of a caller beside whom there are named ones. `is_other`: it stands for all that are not."""
    asked = [name for name in world.keys if name in OF_THE_CALLER]
    if ARN in asked and ID in asked:
        raise Undecidable(f"{ARN} and {ID} say the same in two ways: say who asks")
    own = settled(principal)
    for name in asked:
        if name == ID:
            yield _says(world, "StringLike", ID, (_id(principal),))
            if principal.kind in (PrincipalKind.USER, PrincipalKind.ROLE):
                yield _says(world, "StringNotLike", ID, ("*:*",))
        elif is_other and name == ARN:
            yield from _any_arn(world, principal, named)
        elif is_other and name == NAME and principal.kind is PrincipalKind.USER:
            taken = [each.name for each in named if each.kind is PrincipalKind.USER and each.account == principal.account]
            yield _says(world, "StringLike", NAME, ("?*",))
            yield _says(world, "StringNotLike", NAME, ("*/*", *taken))
        else:
            yield _is(world, name, own.get(name))


def _any_arn(world: World, principal: Principal, named: Sequence[Principal]) -> Iterator[Formula]:
    form, like, unlike = other_arns(principal, named)
    if principal.kind is PrincipalKind.USER and NAME in world.keys:
        yield _says(world, "StringLike", ARN, (form + "${aws:username}", form + "*/${aws:username}"), variables=True)
    yield _says(world, "StringLike", ARN, (like,))
    yield _says(world, "StringNotLike", ARN, unlike)


def other_arns(principal: Principal, named: Sequence[Principal]) -> tuple[str, str, tuple[str, ...]]:
    """With what the ARNs begin of all for whom a caller stands, the pattern that they are like, and those that they are not.

    A session has the ARN of its role. A name is its account's own, whatever the path before it.
    """
    form = f"{(principal.role_arn or principal.arn).rpartition('/')[0]}/"
    taken = [each.role_arn or each.arn for each in named]
    names = tuple(dict.fromkeys(each.rpartition("/")[2] for each in taken if each.startswith(form)))
    paths = (f"{form}*/{name}" for name in names) if principal.kind is not PrincipalKind.FEDERATED_USER else ()
    return form, f"{form}?*", (f"{form}*/", *(f"{form}{name}" for name in names), *paths)


def _id(principal: Principal) -> str:
    """What AWS calls a caller, as a pattern."""
    match principal.kind:
        case PrincipalKind.USER | PrincipalKind.ROLE:
            return "A???????????????*"
        case PrincipalKind.ASSUMED_ROLE:
            return "A???????????????*:??*"
        case PrincipalKind.FEDERATED_USER:
            return f"{principal.account}:??*"
        case PrincipalKind.ROOT:
            return str(principal.account)
    return "?*"


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
    return _session(arn, principal.name)
