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

from gatepost.policy.match import AttachedPolicy, How, Rule, names
from gatepost.policy.model import Condition, Effect, Place, Policy, PrincipalEntry, Statement
from gatepost.policy.operators import Test, compile_condition
from gatepost.policy.request import Context, Request
from gatepost.words.dates import date_in_full
from gatepost.words.listing import counted

FROM: Final = "ses:fromaddress"
MOST_SENDERS: Final = 20  # told apart by their addresses, of those who do the same
NOWHERE: Final = Place(1, 1)
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
class Compared:
    """One value of a condition, as a statement of this effect compares it."""

    condition: Condition
    effect: Effect
    variables: bool


@dataclass(frozen=True, slots=True)
class WithVariable:
    """An entry of `Resource` or `NotResource`."""

    text: str


Distinction = Compared | WithVariable | PrincipalEntry  # what a policy tells requests apart by, beside action and resource


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
            for value in condition.values:
                one = replace(condition, key=condition.key.lower(), values=(value,), place=NOWHERE)
                yield Compared(one, statement.effect, policy.has_variables)


def _is_on_sender(distinction: Distinction) -> bool:
    return (
        isinstance(distinction, Compared) and distinction.condition.key == FROM and "${" not in distinction.condition.values[0]
    )


class _Alike:
    """What is the same of two requests where they are alike."""

    def __init__(self, distinctions: Collection[Distinction]) -> None:
        self._on_request: list[Callable[[Request], Hashable]] = []
        self._by_key: dict[str, list[Test]] = {}
        for each in distinctions:
            match each:
                case Compared(condition, effect, variables):
                    test = compile_condition(condition, effect, variables=variables)
                    self._by_key.setdefault(condition.key, []).append(test)
                case WithVariable(text):
                    self._on_request.append(_rule_on(text).covers)
                case PrincipalEntry():
                    self._on_request.append(partial(_how, each))

    def of(self, request: Request) -> Hashable:
        """The same for requests that are alike, but for their From addresses."""
        who = request.principal
        told = tuple(test(request) for test in self._on_request)
        compared = tuple(_compared(key, tests, request.context) for key, tests in self._by_key.items())
        place = (request.action_key, request.resource, request.resource_account)
        return (who.role_arn or who.user_arn or who.arn, who.kind, *place, told, compared)


def _compared(key: str, tests: Collection[Test], context: Context) -> Hashable:
    """How a key's values compare: all together, and each alone, however many there are of a kind."""
    together = tuple(test(context) for test in tests)
    value = context.get(key)
    if not isinstance(value, tuple):
        return together
    return together, frozenset(tuple(test({**context, key: (each,)}) for test in tests) for each in value)


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


OTHERS: Final = object()


def _uses(groups: Mapping[Hashable, Mapping[object, _Group]]) -> Iterator[Use]:
    for senders in groups.values():
        for group in senders.values():
            yield Use(group.request, group.last, group.count, len(group.senders) == 1)
