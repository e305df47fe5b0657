"""A decision with every step: each layer, policy, statement, element and condition, with actual values beside expected ones.

The same tests as `decide` runs; a property test holds the two equal. Where a question leaves keys open (`policy.unknown`), a step
says on which of them it depends, and the decision is `policy.partial`'s.
"""

from dataclasses import dataclass

from gatepost.policy.decide import Decision, LayerKind, Policies, decide
from gatepost.policy.layer import Layer
from gatepost.policy.match import AttachedPolicy, How, Rule, speaks_of_action
from gatepost.policy.model import Condition
from gatepost.policy.request import Request
from gatepost.policy.unknown import NOTHING, Unknown, find_condition, find_resource
from gatepost.policy.variables import VARIABLE, Variable, read_template

NOTICES_BOUNDARY = (LayerKind.RESOURCE, LayerKind.IDENTITY)  # as `decide` asks them


@dataclass(frozen=True, slots=True)
class ConditionStep:
    """One condition: what it wants, what the request carries (None: the key is absent), and whether it holds.

    `depends_on` are the keys that are left open and decide it: where there are any, it is not known whether it holds.
    """

    condition: Condition
    actual: str | tuple[str, ...] | None
    holds: bool
    depends_on: tuple[str, ...] = ()

    @property
    def may_hold(self) -> bool:
        """Whether it holds, or does for some value of a key that is left open."""
        return self.holds or bool(self.depends_on)


@dataclass(frozen=True, slots=True)
class StatementStep:
    """One statement: which of its elements speak of the request. `resource_depends_on` is as a condition's `depends_on`."""

    attached: AttachedPolicy
    index: int
    rule: Rule
    action: bool
    resource: bool
    principal: How
    conditions: tuple[ConditionStep, ...]
    resource_depends_on: tuple[str, ...] = ()

    @property
    def matched(self) -> bool:
        """Whether the statement has its effect on the request, whatever is left open."""
        spoken_of = self.action and self.resource and self.principal is not How.NOT
        return spoken_of and all(step.holds for step in self.conditions)

    @property
    def may_match(self) -> bool:
        """Whether it has its effect for some values of what is left open, as far as can be told."""
        spoken_of = self.action and (self.resource or bool(self.resource_depends_on)) and self.principal is not How.NOT
        return spoken_of and all(step.may_hold for step in self.conditions)

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The keys, left open, on which it depends whether the statement has its effect."""
        keys = [*self.resource_depends_on, *(key for step in self.conditions for key in step.depends_on)]
        return tuple(dict.fromkeys(keys)) if self.may_match else ()


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
    """A decision and the steps to it. Where keys are left open the decision takes them for absent."""

    request: Request
    policies: Policies
    decision: Decision
    layers: tuple[LayerStep, ...]
    unknown: Unknown = NOTHING

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

    def of_kind(self, kind: LayerKind) -> tuple[LayerStep, ...]:
        """The layers of a kind: one for each level where it has levels, none where none is attached."""
        return tuple(layer for layer in self.layers if layer.kind is kind)


def explain(request: Request, policies: Policies, unknown: Unknown = NOTHING) -> Explanation:
    """The decision of `decide`, with every step."""
    bounded = policies.boundary is not None
    layers = []
    for kind, layer in policies.layers():
        walked = _Walk(request, kind, unknown, bounded=bounded and kind in NOTICES_BOUNDARY)
        layers.append(LayerStep(kind, layer, tuple(map(walked.statement, layer.rules))))
    return Explanation(request, policies, decide(request, policies), tuple(layers), unknown)


class _Walk:
    """The steps through one layer."""

    __slots__ = ("_action_key", "_bounded", "_context", "_names", "_request", "_unknown")

    def __init__(self, request: Request, kind: LayerKind, unknown: Unknown, *, bounded: bool) -> None:
        self._request = request
        self._action_key = request.action_key
        self._context = request.context
        self._names = kind is LayerKind.RESOURCE
        self._bounded = bounded
        self._unknown = unknown

    def statement(self, rule: Rule) -> StatementStep:
        if self._unknown:
            covers, resource_depends_on = find_resource(rule, self._request, self._unknown)
            conditions = self._conditions_left_open(rule)
        else:
            covers, resource_depends_on = rule.covers(self._request), ()
            conditions = self._conditions(rule) if rule.statement.conditions else ()
        action = speaks_of_action(rule.statement, self._action_key)
        return StatementStep(rule.attached, rule.index, rule, action, covers, self._how(rule), conditions, resource_depends_on)

    def _how(self, rule: Rule) -> How:
        if not self._names and not rule.denies:
            return How.DIRECT  # what a layer without principals allows, it allows whomever it is about
        how = rule.how(self._request.principal)
        if how is How.NOT and self._bounded and rule.denies and rule.statement.not_principals is not None:
            return How.DIRECT  # NotPrincipal spares nobody who has a permissions boundary
        return how

    def _conditions(self, rule: Rule) -> tuple[ConditionStep, ...]:
        context = self._context
        tested = zip(rule.statement.conditions, rule.conditions, strict=True)
        return tuple(
            [ConditionStep(condition, context.get(condition.key.lower()), test(context)) for condition, test in tested]
        )

    def _conditions_left_open(self, rule: Rule) -> tuple[ConditionStep, ...]:
        context = self._context
        return tuple(
            ConditionStep(
                condition,
                context.get(condition.key.lower()),
                *find_condition(rule, condition, test, context, self._unknown),
            )
            for condition, test in zip(rule.statement.conditions, rule.conditions, strict=True)
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
