"""A decision with every step: each layer, policy, statement, element and condition, with actual values beside expected ones.

The same tests as `decide` runs; a property test holds the two equal.
"""

from dataclasses import dataclass

from gatepost.policy.decide import Decision, LayerKind, Policies, decide
from gatepost.policy.layer import Layer
from gatepost.policy.match import AttachedPolicy, How, Rule, resource_test, speaks_of_action
from gatepost.policy.model import Condition
from gatepost.policy.request import Request
from gatepost.policy.variables import VARIABLE, Variable, read_template


@dataclass(frozen=True, slots=True)
class ConditionStep:
    """One condition: what it wants, what the request carries (None: the key is absent), and whether it holds."""

    condition: Condition
    actual: str | tuple[str, ...] | None
    holds: bool


@dataclass(frozen=True, slots=True)
class StatementStep:
    """One statement: which of its elements speak of the request."""

    attached: AttachedPolicy
    index: int
    rule: Rule
    action: bool
    resource: bool
    principal: How
    conditions: tuple[ConditionStep, ...]

    @property
    def matched(self) -> bool:
        """Whether the statement has its effect on the request."""
        spoken_of = self.action and self.resource and self.principal is not How.NOT
        return spoken_of and all(step.holds for step in self.conditions)


@dataclass(frozen=True, slots=True)
class LayerStep:
    """One layer and its statements, in the order in which they stand."""

    kind: LayerKind
    layer: Layer
    statements: tuple[StatementStep, ...]

    @property
    def matched(self) -> tuple[StatementStep, ...]:
        """The statements that have their effect."""
        return tuple(step for step in self.statements if step.matched)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and the steps to it."""

    request: Request
    policies: Policies
    decision: Decision
    layers: tuple[LayerStep, ...]

    @property
    def missing_context(self) -> tuple[str, ...]:
        """Keys that statements about this action ask for and the request does not carry, as they are written."""
        wanted: dict[str, str] = {}
        for layer in self.layers:
            for step in layer.statements:
                if step.action and step.principal is not How.NOT:
                    for key in keys_of(step.rule):
                        wanted.setdefault(key.lower(), key)
        return tuple(key for lower, key in wanted.items() if lower not in self.request.context)


def explain(request: Request, policies: Policies) -> Explanation:
    """The decision of `decide`, with every step."""
    layers = tuple(_layer(kind, layer, request, policies) for kind, layer in policies.layers())
    return Explanation(request, policies, decide(request, policies), layers)


def _layer(kind: LayerKind, layer: Layer, request: Request, policies: Policies) -> LayerStep:
    return LayerStep(kind, layer, tuple(_statement(kind, rule, request, policies) for rule in layer.rules))


def _statement(kind: LayerKind, rule: Rule, request: Request, policies: Policies) -> StatementStep:
    covers = resource_test(rule)
    how = rule.how(request.principal) if kind in (LayerKind.RESOURCE, LayerKind.RCP) else How.DIRECT
    if how is How.NOT and rule.denies and rule.statement.not_principals is not None and policies.boundary is not None:
        how = How.DIRECT  # NotPrincipal spares nobody who has a permissions boundary
    return StatementStep(
        rule.attached,
        rule.index,
        rule,
        speaks_of_action(rule.statement, request.action_key),
        covers is None or covers(request),
        how,
        tuple(
            ConditionStep(condition, request.context.get(condition.key.lower()), test(request.context))
            for condition, test in zip(rule.statement.conditions, rule.conditions, strict=True)
        ),
    )


def keys_of(rule: Rule) -> tuple[str, ...]:
    """The condition keys that a statement asks for: its conditions' and its variables'."""
    statement = rule.statement
    keys = [condition.key for condition in statement.conditions]
    if rule.attached.policy.has_variables:
        texts = [*(statement.resources or ()), *(statement.not_resources or ())]
        texts += [value for condition in statement.conditions for value in condition.values]
        keys += [
            found.group(1).partition(",")[0].strip()
            for text in texts
            for found in VARIABLE.finditer(text)
            if _is_key(found.group())
        ]
    return tuple(dict.fromkeys(keys))


def _is_key(text: str) -> bool:
    template = read_template(text, wildcards=False)
    return not isinstance(template, str) and any(isinstance(part, Variable) for part in template.parts)
