"""The nearest miss: of the Allows in a layer that lacks one, the statement that fails in the fewest places, and what is wrong there."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from gatepost.policy.catalogue import action as known_action
from gatepost.policy.compared import Outcome, compare
from gatepost.policy.explain import Explanation, StatementStep
from gatepost.policy.match import How
from gatepost.policy.model import Condition
from gatepost.policy.operators import COMPARISONS, NULL
from gatepost.policy.request import Request
from gatepost.policy.shortfall import Lack
from gatepost.policy.spelling import arn_nearness, nearness

AKIN: Final = 0.65  # how much of two actions' names must agree for one to be meant by the other
RAW_FORMS: Final = {"ses:sendemail": "ses:sendrawemail", "ses:sendrawemail": "ses:sendemail"}


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a statement fails. `condition` is its number in the statement, for a condition; `hint` what nearly fits."""

    element: str  # "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", or a condition's key
    expected: tuple[str, ...]
    words: str
    hint: str | None = None
    condition: int | None = None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A statement that would have allowed, but for some places."""

    lack: Lack
    step: StatementStep
    places: tuple[Place, ...]


def near_miss(explanation: Explanation, lack: Lack) -> NearMiss | None:
    """The Allow of a lacking layer that fails in the fewest places; None where none is about anything like the request.

    A place where the value is nearly right counts half.
    """
    if lack.layer is None:
        return None
    found: list[tuple[float, NearMiss]] = []
    for step in lack.layer.statements:
        if step.rule.denies or step.may_match:
            continue
        places = tuple(_places(step, explanation.request))
        if _is_about(step, explanation.request, places):
            found.append((sum(0.5 if place.hint else 1 for place in places), NearMiss(lack, step, places)))
    return min(found, key=lambda each: each[0], default=(0.0, None))[1]


def _is_about(step: StatementStep, request: Request, places: tuple[Place, ...]) -> bool:
    """Whether the statement is about such a request at all: its action or one much like it, and something of the rest."""
    spoken_of = step.action or any(_akin(pattern, request.action) for pattern in step.rule.statement.actions or ())
    elements = 2 + (step.principal is How.NOT) + len(step.conditions)
    return spoken_of and len(places) < elements


def _akin(pattern: str, action: str) -> bool:
    return SequenceMatcher(None, pattern.lower(), action.lower()).ratio() >= AKIN


def _places(step: StatementStep, request: Request) -> Iterable[Place]:
    statement = step.rule.statement
    if not step.action:
        yield Place(*_listed("Action", statement.actions, statement.not_actions), request.action, _action_hint(step, request))
    if not step.resource and not step.resource_depends_on:
        named = _listed("Resource", statement.resources, statement.not_resources)
        yield Place(*named, request.resource, _resource_hint(step, request))
    if step.principal is How.NOT:
        entries = tuple(entry.value for entry in statement.principals or ()) if statement.principals is not None else None
        others = tuple(entry.value for entry in statement.not_principals or ())
        named = _listed("Principal", entries, others)
        yield Place(*named, request.principal.arn, _near_any(named[1], request.principal.arn, arns=True))
    for number, each in enumerate(step.conditions):
        if not each.may_hold:
            compared = compare(step, each, request.context)
            hint = None
            if compared.outcome is Outcome.DIFFERS:
                actual = compared.deciding or ((each.actual,) if isinstance(each.actual, str) else each.actual or ())
                hint = _condition_hint(each.condition, compared.expected, actual)
            yield Place(each.condition.key, compared.expected, compared.words, hint, number)


def _listed(element: str, named: tuple[str, ...] | None, excepted: tuple[str, ...] | None) -> tuple[str, tuple[str, ...]]:
    return (element, named) if named is not None else (f"Not{element}", excepted or ())


# --- hints --------------------------------------------------------------------------------------------------------------


def _action_hint(step: StatementStep, request: Request) -> str | None:
    patterns = step.rule.statement.actions or ()
    if RAW_FORMS.get(request.action_key) in {pattern.lower() for pattern in patterns}:
        return "the raw form is an action of its own"
    return None


def _resource_hint(step: StatementStep, request: Request) -> str | None:
    if request.resource == "*":
        known = known_action(request.action)
        return f"{request.action} has no resource: `*` alone grants it" if known and not known.resource_types else None
    return _near_any(step.rule.statement.resources or (), request.resource, arns=True)


def _near_any(expected: Iterable[str], actual: str, *, arns: bool) -> str | None:
    near = (arn_nearness(each, actual) if arns else nearness(each, actual, wildcards=False) for each in expected)
    return next(filter(None, near), None)


def _condition_hint(condition: Condition, expected: tuple[str, ...], actual: tuple[str, ...]) -> str | None:
    base = condition.operator.base
    if base == NULL or COMPARISONS[base].negated or not base.startswith(("String", "Arn")):
        return None
    wildcards = COMPARISONS[base].wildcards
    for value in actual:
        for each in expected:
            near = nearness(each, value, wildcards=wildcards)
            if near is not None:
                return near
    return None
