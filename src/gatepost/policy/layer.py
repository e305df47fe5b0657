"""A layer: policies that are asked together, compiled and indexed.

A statement is found by the action first, then by the literal resource it names; only statements with a wildcard or a variable in
their resource are walked. So the time of a decision does not grow with the statements that cannot match.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gatepost.policy.match import (
    AttachedPolicy,
    How,
    PolicySource,
    ResourceTest,
    Rule,
    literal_resources,
    resource_test,
    speaks_of_action,
)
from gatepost.policy.model import Policy
from gatepost.policy.request import Request

MOST_ACTIONS = 4096  # remembered a layer; a caller can ask for any text


@dataclass(slots=True)
class _Group:
    """Statements of one action: Denies before Allows, as they are asked."""

    denies: list[tuple[Rule, ResourceTest | None]] = field(default_factory=list)
    allows: list[tuple[Rule, ResourceTest | None]] = field(default_factory=list)

    def add(self, rule: Rule, test: ResourceTest | None) -> None:
        (self.denies if rule.denies else self.allows).append((rule, test))


@dataclass(slots=True)
class _Candidates:
    literal: dict[str, _Group] = field(default_factory=dict)
    other: _Group = field(default_factory=_Group)


NOTHING = _Group()


class Layer:
    """Policies asked together; what they say about a request is the union of their statements.

    `target` is the ARN of the root, unit or account to which the policies of an organization's level are attached.
    """

    __slots__ = ("_by_action", "attached", "rules", "target")

    def __init__(self, policies: Iterable[AttachedPolicy | Policy] = (), target: str = "") -> None:
        self.target = target
        self.attached = tuple(
            policy if isinstance(policy, AttachedPolicy) else AttachedPolicy(policy, PolicySource.GIVEN, f"{number}")
            for number, policy in enumerate(policies, 1)
        )
        self.rules = tuple(
            Rule(attached, index, statement)
            for attached in self.attached
            for index, statement in enumerate(attached.policy.statements)
        )
        self._by_action: dict[str, _Candidates] = {}

    def denial(self, request: Request, *, bounded: bool = False) -> Rule | None:
        """A Deny that matches. `bounded`: the caller has a permissions boundary (NotPrincipal does not spare it)."""
        candidates = self._by_action.get(request.action_key) or self._candidates(request.action_key)
        for group in (candidates.literal.get(request.resource, NOTHING), candidates.other):
            for rule, test in group.denies:
                if (
                    (test is None or test(request))
                    and rule.holds(request.context)
                    and (rule.how(request.principal) is not How.NOT or (bounded and rule.statement.not_principals is not None))
                ):
                    return rule
        return None

    def grant(self, request: Request) -> Rule | None:
        """An Allow that matches, whoever it names (identity policies, boundaries, session and control policies)."""
        candidates = self._by_action.get(request.action_key) or self._candidates(request.action_key)
        for group in (candidates.literal.get(request.resource, NOTHING), candidates.other):
            for rule, test in group.allows:
                if (test is None or test(request)) and rule.holds(request.context):
                    return rule
        return None

    def admission(self, request: Request) -> tuple[How, Rule | None]:
        """The Allow of a resource policy that names the caller most directly."""
        candidates = self._by_action.get(request.action_key) or self._candidates(request.action_key)
        best, admitting = How.NOT, None
        for group in (candidates.literal.get(request.resource, NOTHING), candidates.other):
            for rule, test in group.allows:
                how = rule.how(request.principal)
                if how > best and (test is None or test(request)) and rule.holds(request.context):
                    best, admitting = how, rule
                    if how is How.DIRECT:
                        return best, admitting
        return best, admitting

    def _candidates(self, action_key: str) -> _Candidates:
        found = _Candidates()
        for rule in self.rules:
            if not speaks_of_action(rule.statement, action_key):
                continue
            literals = literal_resources(rule)
            if literals is None or "*" in literals:
                found.other.add(rule, resource_test(rule))
                continue
            for resource in dict.fromkeys(literals):
                found.literal.setdefault(resource, _Group()).add(rule, None)
        if len(self._by_action) < MOST_ACTIONS:
            self._by_action[action_key] = found
        return found


EMPTY = Layer()


def layers_of(levels: Sequence[Sequence[AttachedPolicy | Policy]] | None) -> tuple[Layer, ...] | None:
    """The levels of an organization, each a layer; None where there is no organization."""
    return None if levels is None else tuple(Layer(level) for level in levels)
