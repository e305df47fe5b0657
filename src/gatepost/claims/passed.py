"""Why the Denies do not stop a request that is allowed: in words, and by the code of the lint rule that tells more."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gatepost.policy import catalogue
from gatepost.policy.compared import Outcome, compare, shown
from gatepost.policy.explain import ConditionStep, StatementStep, explain
from gatepost.policy.match import How, Rule
from gatepost.policy.operators import COMPARISONS, NULL
from gatepost.policy.policies import Policies
from gatepost.policy.question import sends
from gatepost.policy.request import Request
from gatepost.policy.spelling import CASE, nearness

NOT_SET: Final = "SES_KEY_NOT_SET_BY_ACTION"
OF_ONE_CASE: Final = "SES_CASE_SENSITIVE_ADDRESS"
FAMILY_GAP: Final = "SES_SEND_FAMILY_GAP"


@dataclass(frozen=True, slots=True)
class Passed:
    """A Deny that does not stop a request: why, and the rule that `gatepost rule` explains (empty where none does)."""

    rule: Rule
    words: str
    code: str = ""


def passed(request: Request, policies: Policies) -> tuple[Passed, ...]:
    """The Denies that are about such a request and do not match it, those that nearly do first."""
    steps = [step for layer in explain(request, policies).layers for step in layer.statements if step.rule.denies]
    found = [(number, each) for step in steps if not step.matched for number, each in _passed(step, request)]
    return tuple(each for _, each in sorted(found, key=lambda pair: pair[0]))


def _passed(step: StatementStep, request: Request) -> Iterator[tuple[int, Passed]]:
    """Why one Deny does not match, with the number of places where it does not; nothing where it is about other things."""
    failing = [each for each in step.conditions if not each.holds]
    places = len(failing) + (not step.action) + (not step.resource) + (step.principal is How.NOT)
    if not step.action:
        denied = [name for name in step.rule.statement.actions or () if name.lower().startswith("ses:")]
        if sends(request.action) and any(sends(name) for name in denied):
            yield places, Passed(step.rule, f"it does not speak of {request.action}", FAMILY_GAP)
    elif not step.resource:
        yield places, Passed(step.rule, f"it does not speak of {request.resource}")
    elif step.principal is How.NOT:
        yield places, Passed(step.rule, f"it does not speak of {request.principal.arn}")
    else:
        yield places, _by_condition(step, failing[0], request)


def _by_condition(step: StatementStep, failing: ConditionStep, request: Request) -> Passed:
    condition = failing.condition
    key = catalogue.spelled(condition.key.lower())
    if failing.actual is None and _is_never_carried(request, condition.key):
        return Passed(step.rule, f"{request.action} carries no {key}", NOT_SET)
    compared = compare(step, failing, request.context)
    listed = shown(compared.expected)
    if compared.outcome is Outcome.DIFFERS and _differs_in_case(failing, compared.expected):
        return Passed(step.rule, f"{key} {shown(failing.actual)} is {listed} in another case", OF_ONE_CASE)
    return Passed(step.rule, f"{key} {condition.operator} {listed}: {compared.words}")


def _is_never_carried(request: Request, key: str) -> bool:
    known = catalogue.action(request.action)
    own = known is not None and key.lower().startswith(f"{known.service}:")
    return own and known is not None and key.lower() not in (each.lower() for each in known.condition_keys)


def _differs_in_case(failing: ConditionStep, expected: tuple[str, ...]) -> bool:
    base = failing.condition.operator.base
    if base == NULL or COMPARISONS[base].negated or not base.startswith("String"):
        return False
    actual = (failing.actual,) if isinstance(failing.actual, str) else failing.actual or ()
    wildcards = COMPARISONS[base].wildcards
    return any(nearness(each, value, wildcards=wildcards) == CASE for value in actual for each in expected)
