"""Whether statements may cover another one: a few requests, decided at once, that spare the solver most of its questions.

A statement is covered where everything that it speaks of is spoken of by others too. One request that is not refutes it, and is
found without a proof: most statements name an action, or a resource, that no other does.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from gatepost.lint.document import Document
from gatepost.lint.reach import claim, found, part
from gatepost.policy.match import AttachedPolicy, Rule, speaks_of_action
from gatepost.policy.model import Statement
from gatepost.policy.principal import Principal
from gatepost.policy.request import Request
from gatepost.reasoning.choices import covered, known_actions
from gatepost.reasoning.undecidable import Undecidable

DOMAIN: Final = "arn:aws:ses:us-east-1:111122223333:identity/example.com"
SOMEBODY: Final = Principal.of("arn:aws:iam::111122223333:user/someone")
ALWAYS: Final = {"aws:currenttime": "2026-01-01T00:00:00Z", "aws:epochtime": "1767225600", "aws:securetransport": "true"}


def share_services(one: Statement, other: Statement) -> bool:
    """Whether two statements may speak of actions of one service."""
    if one.actions is None or other.actions is None:
        return True
    first, second = _services(one.actions), _services(other.actions)
    return "*" in first or "*" in second or not first.isdisjoint(second)


@lru_cache(maxsize=1024)
def _services(actions: tuple[str, ...]) -> frozenset[str]:
    return frozenset(each.partition(":")[0].lower() for each in actions)


def may_cover(document: Document, statements: Sequence[Statement], one: Statement) -> bool:
    """Whether each of a few requests of which one statement speaks is spoken of by some of these.

    INVARIANT: where this says no, the solver would too: it leaves only what needs a proof.
    """
    policy = part(document, *statements)
    rules = [Rule(AttachedPolicy(policy), number, each) for number, each in enumerate(statements)]
    named = [(request, not one.conditions) for request in _probes(one)]
    example = () if not one.conditions else _example_of(document, one)
    return all(any(_speaks(rule, request, known=known) for rule in rules) for request, known in (*named, *example))


def _speaks(rule: Rule, request: Request, *, known: bool) -> bool:
    """Whether a statement speaks of a request; of its conditions only where all of the request is known."""
    return (
        speaks_of_action(rule.statement, request.action_key)
        and rule.covers(request)
        and (not known or rule.holds(request.context))
    )


def _probes(one: Statement) -> Iterator[Request]:
    """A request for each action that a statement names, and one for each resource."""
    if one.actions is None or one.resources is None or any("$" in each for each in one.resources):
        return
    actions = [_action(each) for each in one.actions]
    resources = [DOMAIN if each == "*" else _filled(each) for each in one.resources]
    for action, resource in (*((action, resources[0]) for action in actions), *((actions[0], each) for each in resources)):
        yield Request.of_normalised(SOMEBODY, action, resource, None, ALWAYS)


def _action(pattern: str) -> str:
    """An action that an entry covers: a known one, where it is of a service that is known in full."""
    known = covered(pattern)
    return known_actions()[(known & -known).bit_length() - 1] if known else _filled(pattern)


def _filled(pattern: str) -> str:
    return re.sub(r"[*?]", "x", pattern)


def _example_of(document: Document, one: Statement) -> tuple[tuple[Request, bool], ...]:
    """A whole request of which the statement speaks: a small question, which spares most of the large ones."""
    try:
        request = found(document, lambda asker: asker.allows_anything(part(document, claim(one))))
    except Undecidable:
        return ()
    if request is None:
        return ()
    whole = {**ALWAYS, **request.context}
    return ((Request.of_normalised(request.principal, request.action, request.resource, None, whole), True),)
