"""One way to read a question: for each statement, whether it has its effect. `decide` decides it like any other.

A reading stands for what is not known (`policy.partial`), or for what might be otherwise (`policy.shortfall`). Each statement that has
its effect is put in its layer's place as one without resource and conditions, which names whom it named.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from gatepost.policy.decide import Decision, LayerKind, Policies, decide
from gatepost.policy.explain import Explanation, LayerStep, StatementStep
from gatepost.policy.layer import Layer
from gatepost.policy.match import AttachedPolicy, Rule
from gatepost.policy.model import VERSION_2012, Effect, Policy, PrincipalEntry, PrincipalType, Statement
from gatepost.policy.principal import Principal, PrincipalKind

Reading = Callable[[StatementStep], bool]  # whether a statement has its effect
Level = tuple[LayerKind, int]  # a layer's kind, and its number in the order of its levels
EVERYTHING: Final = ("*",)
# Names nobody: a resource's policy that says nothing of the request is there all the same.
SILENT: Final = Statement(Effect.ALLOW, principals=(), actions=EVERYTHING, resources=EVERYTHING)


def decide_reading(explanation: Explanation, reading: Reading, added: Collection[Level] = ()) -> Decision:
    """The decision where statements have their effect as a reading says, and the layers `added` an Allow besides.

    Its rules are those of the explanation.
    """
    read = _Read(explanation, reading, added)
    decision = decide(explanation.request, read.policies())
    return replace(decision, rules=tuple(read.original(rule) for rule in decision.rules))


class _Read:
    """The policies of a reading, and which statement each of theirs stands for."""

    def __init__(self, explanation: Explanation, reading: Reading, added: Collection[Level]) -> None:
        self._explanation = explanation
        self._reading = reading
        self._added = added
        self._originals: dict[int, Rule] = {}
        self._attached: list[AttachedPolicy] = []  # held, as the originals are known by their identity

    def original(self, rule: Rule) -> Rule:
        """The statement for which one of these stands; one that was added stands for itself."""
        return self._originals.get(id(rule.attached), rule)

    def policies(self) -> Policies:
        """The policies that `decide` is asked."""
        held = self._explanation.policies
        levels = {kind: self._levels(kind) for kind in LayerKind}

        def one(kind: LayerKind) -> Layer | None:
            return levels[kind][0] if levels[kind] else None

        return Policies.of_layers(
            levels[LayerKind.IDENTITY][0],
            one(LayerKind.RESOURCE),
            one(LayerKind.BOUNDARY),
            one(LayerKind.SESSION),
            None if held.scps is None else levels[LayerKind.SCP],
            None if held.rcps is None else levels[LayerKind.RCP],
        )

    def _levels(self, kind: LayerKind) -> tuple[Layer, ...]:
        found = [self._layer(kind, step, number) for number, step in enumerate(self._explanation.of_kind(kind))]
        if not found and (kind, 0) in self._added:
            found.append(Layer([_alone(self._allow(kind))]))
        return tuple(found)

    def _layer(self, kind: LayerKind, step: LayerStep, number: int) -> Layer:
        stand_ins = [self._stand_in(statement) for statement in step.statements if self._reading(statement)]
        if (kind, number) in self._added:
            stand_ins.append(_alone(self._allow(kind)))
        if kind is LayerKind.RESOURCE and step.statements and not stand_ins:
            stand_ins.append(_alone(SILENT))
        return Layer(stand_ins, step.layer.target)

    def _stand_in(self, step: StatementStep) -> AttachedPolicy:
        said = step.rule.statement
        unconditional = Statement(
            said.effect,
            principals=said.principals,
            not_principals=said.not_principals,
            actions=EVERYTHING,
            resources=EVERYTHING,
        )
        stand_in = _alone(unconditional)
        self._attached.append(stand_in)
        self._originals[id(stand_in)] = step.rule
        return stand_in

    def _allow(self, kind: LayerKind) -> Statement:
        principals = (entry_of(self._explanation.request.principal),) if kind is LayerKind.RESOURCE else None
        return Statement(Effect.ALLOW, principals=principals, actions=EVERYTHING, resources=EVERYTHING)


def _alone(statement: Statement) -> AttachedPolicy:
    return AttachedPolicy(Policy((statement,), VERSION_2012))


def entry_of(principal: Principal) -> PrincipalEntry:
    """The entry of `Principal` that names a caller, a session by its role, which stays."""
    match principal.kind:
        case PrincipalKind.SERVICE:
            return PrincipalEntry(PrincipalType.SERVICE, principal.arn)
        case PrincipalKind.FEDERATED:
            return PrincipalEntry(PrincipalType.FEDERATED, principal.arn)
        case _:
            return PrincipalEntry(PrincipalType.AWS, principal.role_arn or principal.arn)
