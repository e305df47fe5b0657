"""One way to read a question: for each statement, whether it has its effect. `decide` decides it like any other.

A reading stands for what is not known (`policy.partial`), or for what might be otherwise (`policy.shortfall`).
"""

from collections.abc import Callable, Mapping

from gatepost.policy.decide import Decision, LayerKind, Policies, decide
from gatepost.policy.explain import Explanation, LayerStep, StatementStep
from gatepost.policy.layer import EMPTY, Layer
from gatepost.policy.match import AttachedPolicy, How, Rule
from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.request import Request

Reading = Callable[[StatementStep], bool]  # whether a statement has its effect
Level = tuple[LayerKind, int]  # a layer's kind, and its number in the order of its levels
ADDED = Rule(AttachedPolicy(Policy(())), 0, Statement(Effect.ALLOW))  # stands for an Allow that is not there
Added = Mapping[Level, How]  # an Allow that a layer has besides, and how it names the caller


def decide_reading(explanation: Explanation, reading: Reading, added: Added | None = None) -> Decision:
    """The decision where statements have their effect as a reading says, with Allows that are added."""
    return decide(explanation.request, _read(explanation, reading, added or {}))


def _read(explanation: Explanation, reading: Reading, added: Added) -> Policies:
    layers: dict[LayerKind, list[Layer]] = {kind: [] for kind in LayerKind}
    for step in explanation.layers:
        of_kind = layers[step.kind]
        of_kind.append(ReadLayer(step, reading, added.get((step.kind, len(of_kind)))))
    if not layers[LayerKind.SESSION] and (LayerKind.SESSION, 0) in added:
        layers[LayerKind.SESSION].append(ReadLayer(LayerStep(LayerKind.SESSION, EMPTY, ()), reading, How.DIRECT))

    def one(kind: LayerKind) -> Layer | None:
        return layers[kind][0] if layers[kind] else None

    held = explanation.policies
    (identity,) = layers[LayerKind.IDENTITY]
    return Policies.of_layers(
        identity,
        one(LayerKind.RESOURCE),
        one(LayerKind.BOUNDARY),
        one(LayerKind.SESSION),
        None if held.scps is None else tuple(layers[LayerKind.SCP]),
        None if held.rcps is None else tuple(layers[LayerKind.RCP]),
    )


class ReadLayer(Layer):
    """A layer of which it is known which statements have their effect; it answers whatever the request."""

    __slots__ = ("_allows", "_denies")

    def __init__(self, step: LayerStep, reading: Reading, added: How | None = None) -> None:
        super().__init__(target=step.layer.target)
        self.attached, self.rules = step.layer.attached, step.layer.rules
        effective = [statement for statement in step.statements if reading(statement)]
        self._denies = [statement.rule for statement in effective if statement.rule.denies]
        self._allows = [(statement.principal, statement.rule) for statement in effective if not statement.rule.denies]
        if added is not None:
            self._allows.append((added, ADDED))
            self.rules = (*self.rules, ADDED)

    def denial(self, request: Request, *, bounded: bool = False) -> Rule | None:  # noqa: ARG002 -- both are in the steps already
        """The first Deny that has its effect."""
        return self._denies[0] if self._denies else None

    def grant(self, request: Request) -> Rule | None:  # noqa: ARG002 -- the same
        """The first Allow that has its effect."""
        return self._allows[0][1] if self._allows else None

    def admission(self, request: Request) -> tuple[How, Rule | None]:  # noqa: ARG002 -- the same
        """The Allow that names the caller most directly."""
        best: tuple[How, Rule | None] = (How.NOT, None)
        for how, rule in self._allows:
            if how > best[0]:
                best = how, rule
        return best
