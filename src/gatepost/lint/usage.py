"""What a log says that an account has used: the requests that were allowed, those alike taken together.

A log is long and its requests are much alike. Two are alike where none of the policies that are linted can tell them apart: the same
kind of caller does the same to the same resource, from the same address, and each value of each condition compares alike with both.
So one of them speaks for all: a policy that compares nothing else allows all of them or none (`Usage.knows`).
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from gatepost.lint.sending import FROM
from gatepost.policy.match import AttachedPolicy, How, Rule, names
from gatepost.policy.model import NOWHERE, Condition, Effect, Operator, Policy, PrincipalEntry, Statement
from gatepost.policy.operators import COMPARISONS, NULL, value_test
from gatepost.policy.request import Context, Request
from gatepost.words.dates import date_in_full
from gatepost.words.listing import counted

MOST_SENDERS: Final = 20  # told apart by their addresses, of those who do the same
OTHERS: Final = object()  # senders past those
Logged = Iterable[tuple[datetime, Request]]


@dataclass(frozen=True, slots=True)
class Use:
    """Requests that are alike: the last of them, when that was, and how many there were.

    `one_sender`: all have the From address of the last, or all have none.
    """

    request: Request
    last: datetime
    count: int
    one_sender: bool = True


@dataclass(frozen=True, slots=True)
class Present:
    """Whether a request carries a key (lower case)."""

    key: str


@dataclass(frozen=True, slots=True)
class Compared:
    """How a key (lower case) compares with one value of a policy, by an operator that is not negated.

    With that of each value, and whether the key is there, it is known how every other form of the operator compares.
    """

    base: str
    key: str
    value: str
    variables: bool

    def compiled(self) -> "Compare":
        """The test of one value in its request's context; None for a value that cannot be read."""
        condition = Condition(Operator(self.base), self.key, (self.value,), NOWHERE)
        if "${" in self.value:  # what it stands for is another text in each request
            return lambda value, context: value_test(condition, Effect.ALLOW, context, variables=self.variables)(value)
        test = value_test(condition, Effect.ALLOW, {}, variables=self.variables)
        return lambda value, _context: test(value)


@dataclass(frozen=True, slots=True)
class WithVariable:
    """An entry of `Resource` or `NotResource`."""

    text: str


Compare = Callable[[str, Context], bool | None]
# What a policy tells requests apart by, beside action and resource.
Distinction = Present | Compared | WithVariable | PrincipalEntry


@dataclass(frozen=True, slots=True)
class Usage:
    """What was allowed to an account's callers, and to others on what it has, since a moment.

    `days` are those from `since` until now; None where the log begins there and does not reach back as far as was asked.
    """

    account: str
    since: datetime
    days: int | None
    uses: tuple[Use, ...] = ()
    distinctions: frozenset[Distinction] = frozenset()

    @property
    def period(self) -> str:
        """When, as part of a sentence: `in the last 90 days`."""
        if self.days is not None:
            return f"in the last {counted(self.days, 'day')}"
        return f"since the log began ({date_in_full(self.since)})"

    def knows(self, policy: Policy) -> bool:
        """Whether the last of each requests that are alike speaks for all of them, when this policy is asked."""
        senders_known = all(use.one_sender for use in self.uses)
        return all(each in self.distinctions or (senders_known and _is_on_sender(each)) for each in distinctions_of(policy))

    def of(self, holders: Collection[str]) -> "Usage | None":
        """What these users, roles and identities (ARNs) have used; all of it for a group, and where nobody is named.

        None for those of another account, of whom the log says nothing.
        """
        ours = [each for each in holders if each.split(":")[4] == self.account]
        if holders and not ours:
            return None
        if not all(each.split(":", 5)[5].startswith(("user/", "role/", "identity/")) for each in ours):
            return self
        return replace(self, uses=tuple(use for use in self.uses if _concerns(use.request, ours))) if ours else self


def _concerns(request: Request, arns: Collection[str]) -> bool:
    who = request.principal
    return any(arn in arns for arn in (who.arn, who.role_arn, who.user_arn, request.resource))


# --- what tells requests apart ------------------------------------------------------------------------------------------


def distinctions_of(policy: Policy) -> Iterator[Distinction]:
    """By what a policy tells requests apart, beside their action and resource."""
    for statement in policy.statements:
        yield from (*(statement.principals or ()), *(statement.not_principals or ()))
        for text in (*(statement.resources or ()), *(statement.not_resources or ())):
            if policy.has_variables and "${" in text:
                yield WithVariable(text)
        for condition in statement.conditions:
            key = condition.key.lower()
            yield Present(key)
            for value in condition.values if condition.operator.base != NULL else ():
                yield _compared(condition.operator.base, key, value, variables=policy.has_variables)


def _compared(operator: str, key: str, value: str, *, variables: bool) -> Compared:
    base = operator.replace("Not", "", 1) if COMPARISONS[operator].negated else operator
    literal = base == "StringLike" and not any(mark in value for mark in ("*", "?", "$"))
    return Compared("StringEquals" if literal else base, key, value, variables)


def _is_on_sender(distinction: Distinction) -> bool:
    match distinction:
        case Present(key):
            return key == FROM
        case Compared(_, key, value):
            return key == FROM and "${" not in value
    return False


class _Alike:
    """What is the same of two requests where they are alike."""

    def __init__(self, distinctions: Collection[Distinction]) -> None:
        self._on_request: list[Callable[[Request], Hashable]] = []
        self._by_key: dict[str, list[Compare]] = {}
        for each in distinctions:
            match each:
                case Present(key):
                    self._by_key.setdefault(key, [])
                case Compared(_, key):
                    self._by_key.setdefault(key, []).append(each.compiled())
                case WithVariable(text):
                    self._on_request.append(_rule_on(text).covers)
                case PrincipalEntry():
                    self._on_request.append(partial(_how, each))

    def of(self, request: Request) -> Hashable:
        """The same for requests that are alike, but for their From addresses."""
        who = request.principal
        told = tuple(test(request) for test in self._on_request)
        compared = tuple(_outcome(key, tests, request.context) for key, tests in self._by_key.items())
        place = (request.action_key, request.resource, request.resource_account)
        return (who.role_arn or who.user_arn or who.arn, who.kind, *place, told, compared)


def _outcome(key: str, tests: Collection[Compare], context: Context) -> Hashable:
    """How a key's values compare, each alone, however many there are of a kind; None where the key is absent."""
    value = context.get(key)
    if value is None:
        return None
    values = (value,) if isinstance(value, str) else value
    return isinstance(value, str), frozenset((each == "", *(test(each, context) for test in tests)) for each in values)


def _rule_on(resource: str) -> Rule:
    statement = Statement(Effect.ALLOW, actions=("*",), resources=(resource,))
    return Rule(AttachedPolicy(Policy((statement,), version="2012-10-17")), 0, statement)


def _how(entry: PrincipalEntry, request: Request) -> How:
    return names(entry, request.principal)


# --- the log ------------------------------------------------------------------------------------------------------------


class _Group:
    """Requests alike, while the log is read."""

    __slots__ = ("count", "last", "request", "senders")

    def __init__(self, last: datetime, request: Request) -> None:
        self.last, self.request, self.count = last, request, 0
        self.senders: set[object] = set()

    def add(self, time: datetime, request: Request) -> None:
        self.count += 1
        if len(self.senders) < 2:
            self.senders.add(request.context.get(FROM))
        if time >= self.last:
            self.last, self.request = time, request


def uses_of(logged: Logged, distinctions: Collection[Distinction]) -> tuple[Use, ...]:
    """Requests of a log, those alike taken together, in the order in which they were last seen."""
    alike = _Alike(distinctions)
    groups: dict[Hashable, dict[object, _Group]] = {}
    for time, request in logged:
        senders = groups.setdefault(alike.of(request), {})
        sender = request.context.get(FROM)
        known = sender if sender in senders or len(senders) < MOST_SENDERS else OTHERS
        senders.setdefault(known, _Group(time, request)).add(time, request)
    return tuple(sorted(_uses(groups), key=lambda use: use.last))


def _uses(groups: Mapping[Hashable, Mapping[object, _Group]]) -> Iterator[Use]:
    for senders in groups.values():
        for group in senders.values():
            yield Use(group.request, group.last, group.count, len(group.senders) == 1)
