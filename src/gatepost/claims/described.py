"""A claim as statements: Allows that describe requests, Denies that take some out (`reasoning.situation` asks for them so).

Requests are described as they come: an action is asked on the resource types that it needs, and on `*` where it has none; of an
action that does not carry a key nothing is said by it (`read`, rule 2).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gatepost.claims.claim import Claim, Exempt, Term, means
from gatepost.claims.errors import ClaimError
from gatepost.claims.named import FROM, RECIPIENTS
from gatepost.claims.read import condition_of
from gatepost.claims.who import Home
from gatepost.policy.catalogue import Action, actions, resource_arn, services
from gatepost.policy.match import covers_action, speaks_of_action
from gatepost.policy.model import VERSION_2012, Condition, Effect, Operator, Place, Policy, Statement
from gatepost.policy.principal import Principal
from gatepost.policy.question import sends
from gatepost.policy.values import arn_parts
from gatepost.reasoning.choices import FAMILIAR

PART: Final = re.compile(r"\$\{[^}]*\}")
NO_RESOURCE: Final = "?"  # as a pattern: one character. Every other resource is an ARN, so this is `*` alone
BY_ACTION: Final = (FROM, RECIPIENTS)


@dataclass(frozen=True, slots=True)
class Alike:
    """Actions that are asked on the same types of resource (`*`: on none) and carry the same of the keys that claims speak of."""

    actions: tuple[str, ...]
    service: str
    types: tuple[str, ...]
    carried: tuple[str, ...]


def described(claim: Claim, principal: Principal, home: Home) -> Policy:
    """The requests of one caller that a claim speaks of. ClaimError where there can be none whoever asks, or a group is unknown."""
    spoken = _described(claim, home.account, home.region, home.partition)
    if not spoken:
        raise ClaimError(f"none of {', '.join(claim.actions)} is asked on {', '.join(claim.resources)}")
    taken_out = (_exempt(each) for each in claim.exempt if means(each.who, principal, home))
    return Policy((*(spoken if means(claim.who, principal, home) else ()), *taken_out), version=VERSION_2012)


def without_key(claim: Claim) -> dict[str, tuple[str, ...]]:
    """For each term on a key that some of the actions do not carry, as written: those actions."""
    return {
        term.text: missing
        for term in claim.terms
        if term.key in BY_ACTION
        and (
            missing := tuple(name for alike in _alike(claim.actions) if term.key not in alike.carried for name in alike.actions)
        )
    }


@lru_cache(maxsize=64)
def _described(claim: Claim, account: str, region: str | None, partition: str) -> tuple[Statement, ...]:
    return tuple(_statements(claim, Home(account, region, partition)))


def _statements(claim: Claim, home: Home) -> Iterator[Statement]:
    for alike in _alike(claim.actions):
        resources = tuple(_asked_on(alike, claim.resources, home))
        if resources:
            said = (term for term in claim.terms if term.key not in BY_ACTION or term.key in alike.carried)
            yield Statement(Effect.ALLOW, actions=alike.actions, resources=resources, conditions=tuple(map(_condition, said)))
    resources = tuple(each for each in claim.resources if each == "*" or arn_parts(each) is not None)
    if claim.resources and not resources:
        return
    conditions = tuple(_condition(term) for term in claim.terms if term.key not in BY_ACTION)
    for pattern in claim.actions:
        if pattern == "*":
            unlisted = tuple(f"{service}:*" for service in services())
            yield Statement(Effect.ALLOW, not_actions=unlisted, resources=resources or ("*",), conditions=conditions)
        elif pattern.partition(":")[0].lower() not in services():
            yield Statement(Effect.ALLOW, actions=(pattern,), resources=resources or ("*",), conditions=conditions)


def _condition(term: Term) -> Condition:
    return condition_of(term, if_exists=term.in_doubt and term.key not in BY_ACTION)


def _exempt(each: Exempt) -> Statement:
    shown = (
        Condition(Operator("Null"), term.key, ("false",), Place(1, term.column))
        for term in each.terms
        if term.in_doubt and term.operator.qualifier == "ForAllValues"
    )
    return Statement(Effect.DENY, actions=("*",), resources=("*",), conditions=(*map(condition_of, each.terms), *shown))


# --- actions ------------------------------------------------------------------------------------------------------------


def is_of_something(pattern: str) -> bool:
    """Whether a policy's entry of `Action` covers an action that there is, or may be in a service that the catalogue does not know."""
    return bool(_alike((pattern,))) or pattern.partition(":")[0].lower() not in services()


def speaks_of_claimed(patterns: tuple[str, ...], statement: Statement) -> bool:
    """Whether a statement is about one of the actions that a claim's patterns cover."""
    listed = (name for alike in _alike(patterns) for name in alike.actions)
    return any(speaks_of_action(statement, name.lower()) for name in (*listed, *patterns))


@lru_cache(maxsize=256)
def _alike(patterns: tuple[str, ...]) -> tuple[Alike, ...]:
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for service in services():
        for action in actions(service):
            name = f"{service}:{action.name}"
            if any(covers_action(pattern, name.lower()) for pattern in patterns):
                carried = tuple(key for key in BY_ACTION if key in action.condition_keys)
                found.setdefault((service, _types(action), carried), []).append(name)
    # What people know best stands first, and so is shown first.
    known_best = sorted(found.items(), key=lambda pair: (FAMILIAR[0] not in pair[1], not any(map(sends, pair[1]))))
    return tuple(Alike(tuple(names), *same) for same, names in known_best)


def _types(action: Action) -> tuple[str, ...]:
    """What an action is asked on: a send on an identity, others on each type that they need, or on those that they may name and `*`."""
    needed = tuple(kind for kind, needs in action.resource_types.items() if needs)
    return ("identity",) if "identity" in needed else needed or (*action.resource_types, "*")


def _asked_on(alike: Alike, wanted: tuple[str, ...], home: Home) -> Iterator[str]:
    for each in wanted or ("*",):
        kind, _, name = each.partition("/")
        if each == "*":
            yield from (NO_RESOURCE if of == "*" else _form(alike.service, of, "*", home) for of in alike.types)
        elif arn_parts(each) is not None:
            yield from () if alike.types == ("*",) else (each,)
        elif kind in alike.types:
            yield _form(alike.service, kind, name, home)


def _form(service: str, kind: str, name: str, home: Home) -> str:
    """The ARN of a resource of the account by its name; `*` is any, in any region. Without a region it is meant in each."""
    known = resource_arn(service, kind).replace("${Partition}", home.partition).replace("${Account}", home.account)
    if name != "*" and home.region is not None:
        known = known.replace("${Region}", home.region)
    head, _, last = known.rpartition(":")
    return f"{PART.sub('*', head)}:{PART.sub('*', last) if name == '*' else last.partition('${')[0] + name}"
