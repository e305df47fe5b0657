"""A layer: policies that are asked together, compiled and indexed.

A statement is found by the action first, then by the literal resource it names; only statements with a wildcard or a variable in
their resource are walked. So the time of a decision does not grow with the statements that cannot match.
"""

from collections.abc import Iterable, Mapping, Sequence

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


Tested = tuple[Rule, ResourceTest | None]  # a statement and what is left to be asked of the resource


class _Group:
    """Statements of one action and resource: Denies and Allows apart, as they are asked."""

    __slots__ = ("allows", "denies")

    def __init__(self, rules: Iterable[Tested] = ()) -> None:
        tested = tuple(rules)
        self.denies = tuple(each for each in tested if each[0].denies)
        self.allows = tuple(each for each in tested if not each[0].denies)


class Candidates:
    """The statements of a layer that speak of one action: by the literal resource that they name, and the others.

    `denying`: whether there is a Deny among them. `always` is an Allow of everything without a condition, where there is one.
    """

    __slots__ = ("_literal", "_other", "always", "denying")

    def __init__(self, rules: Iterable[Rule]) -> None:
        literal: dict[str, list[Tested]] = {}
        other: list[Tested] = []
        self.denying = False
        for rule in rules:
            self.denying = self.denying or rule.denies
            literals = literal_resources(rule)
            if literals is None or "*" in literals:
                other.append((rule, resource_test(rule)))
                continue
            for resource in dict.fromkeys(literals):
                literal.setdefault(resource, []).append((rule, None))
        others: tuple[_Group, ...] = (_Group(other),) if other else ()
        self._other = others
        self._literal: Mapping[str, tuple[_Group, ...]] = {
            resource: (_Group(named), *others) for resource, named in literal.items()
        }
        self.always = next((rule for rule, test in other if test is None and not rule.denies and not rule.conditions), None)

    def denial(self, request: Request, bounded: bool) -> Rule | None:
        """A Deny that matches. `bounded`: the caller has a permissions boundary (NotPrincipal does not spare it)."""
        for group in self._literal.get(request.resource, self._other):
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
        if self.always is not None:
            return self.always
        for group in self._literal.get(request.resource, self._other):
            for rule, test in group.allows:
                if (test is None or test(request)) and rule.holds(request.context):
                    return rule
        return None

    def admission(self, request: Request) -> tuple[How, Rule | None]:
        """The Allow of a resource policy that names the caller most directly."""
        best, admitting = How.NOT, None
        for group in self._literal.get(request.resource, self._other):
            for rule, test in group.allows:
                how = rule.how(request.principal)
                if how > best and (test is None or test(request)) and rule.holds(request.context):
                    best, admitting = how, rule
                    if how is How.DIRECT:
                        return best, admitting
        return best, admitting


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
        self._by_action: dict[str, Candidates] = {}

    def candidates(self, action_key: str) -> Candidates:
        """The statements that speak of an action (lower case)."""
        found = self._by_action.get(action_key)
        if found is None:
            found = Candidates(rule for rule in self.rules if speaks_of_action(rule.statement, action_key))
            if len(self._by_action) < MOST_ACTIONS:
                self._by_action[action_key] = found
        return found


EMPTY = Layer()


def layers_of(levels: Sequence[Sequence[AttachedPolicy | Policy]] | None) -> tuple[Layer, ...] | None:
    """The levels of an organization, each a layer; None where there is no organization."""
    return None if levels is None else tuple(Layer(level) for level in levels)
