"""The decision on a question that leaves keys open: yes, no, or cannot tell.

Every statement is read twice. In the best reading an Allow that may match does and a Deny that may not does not; in the worst it is
the other way round. `decide` decides both. It is monotone (another Allow never closes the gate, another Deny never opens it), so
each completion of the open keys is decided somewhere between the two: where they agree, that is the answer.

"Cannot tell" may be too careful (two Allows that together cover every value), a definite answer is never wrong; a property test
holds it against `decide` on completions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from gatepost.policy.decide import Decision, LayerKind, Policies, Verdict, decide
from gatepost.policy.explain import Explanation, LayerStep, StatementStep, explain
from gatepost.policy.layer import Layer
from gatepost.policy.match import How, Rule
from gatepost.policy.request import Request
from gatepost.policy.unknown import Unknown


class Answer(Enum):
    """The three answers to "may it?"."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class PartialDecision:
    """The decisions of the best and the worst reading; one and the same where nothing is left open."""

    explanation: Explanation
    best: Decision
    worst: Decision

    @property
    def answer(self) -> Answer:
        """Whether the request is allowed."""
        if self.worst.allowed:
            return Answer.YES
        return Answer.CANNOT_TELL if self.best.allowed else Answer.NO

    @property
    def verdict(self) -> Verdict | None:
        """AWS's verdict; None where it cannot be told, or only that it is one of the two denials."""
        return self.best.verdict if self.best.verdict is self.worst.verdict else None


def decide_partly(request: Request, policies: Policies, unknown: Unknown) -> PartialDecision:
    """The decision for every value of the keys that are left open."""
    explanation = explain(request, policies, unknown)
    if not unknown:
        return PartialDecision(explanation, explanation.decision, explanation.decision)
    return PartialDecision(explanation, _read(explanation, _at_best), _read(explanation, _at_worst))


Reading = Callable[[StatementStep], bool]  # whether a statement has its effect


def _at_best(step: StatementStep) -> bool:
    return step.matched if step.rule.denies else step.may_match


def _at_worst(step: StatementStep) -> bool:
    return step.may_match if step.rule.denies else step.matched


def _read(explanation: Explanation, reading: Reading) -> Decision:
    by_kind: dict[LayerKind, list[Layer]] = {}
    for step in explanation.layers:
        by_kind.setdefault(step.kind, []).append(_ReadLayer(step, reading))

    def one(kind: LayerKind) -> Layer | None:
        return by_kind.get(kind, [None])[0]

    def levels(kind: LayerKind, given: tuple[Layer, ...] | None) -> tuple[Layer, ...] | None:
        return None if given is None else tuple(by_kind.get(kind, ()))

    held = explanation.policies
    identity = one(LayerKind.IDENTITY)
    assert identity is not None  # noqa: S101 -- `Policies.layers` has it always
    read = Policies.of_layers(
        identity,
        one(LayerKind.RESOURCE),
        one(LayerKind.BOUNDARY),
        one(LayerKind.SESSION),
        levels(LayerKind.SCP, held.scps),
        levels(LayerKind.RCP, held.rcps),
    )
    return decide(explanation.request, read)


class _ReadLayer(Layer):
    """A layer of which it is known which statements have their effect; it answers whatever the request."""

    __slots__ = ("_allows", "_denies")

    def __init__(self, step: LayerStep, reading: Reading) -> None:
        super().__init__(target=step.layer.target)
        self.attached, self.rules = step.layer.attached, step.layer.rules
        effective = [statement for statement in step.statements if reading(statement)]
        self._denies = [statement.rule for statement in effective if statement.rule.denies]
        self._allows = [(statement.principal, statement.rule) for statement in effective if not statement.rule.denies]

    def denial(self, request: Request, *, bounded: bool = False) -> Rule | None:  # noqa: ARG002 -- both are in the steps already
        return self._denies[0] if self._denies else None

    def grant(self, request: Request) -> Rule | None:  # noqa: ARG002 -- the same
        return self._allows[0][1] if self._allows else None

    def admission(self, request: Request) -> tuple[How, Rule | None]:  # noqa: ARG002 -- the same
        return max(self._allows, key=lambda each: each[0], default=(How.NOT, None))
