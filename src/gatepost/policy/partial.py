"""The decision on a question that leaves keys open: yes, no, or cannot tell.

Every statement is read twice. In the best reading an Allow that may match does and a Deny that may not does not; in the worst it is
the other way round. `decide` decides both. It is monotone (another Allow never closes the gate, another Deny never opens it), so
each completion of the open keys is decided somewhere between the two: where they agree, that is the answer.

"Cannot tell" may be too careful (two Allows that together cover every value), a definite answer is never wrong; a property test
holds it against `decide` on completions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from gatepost.policy.decide import Decision, Policies, Verdict
from gatepost.policy.explain import Explanation, StatementStep, explain
from gatepost.policy.reading import decide_reading
from gatepost.policy.request import Request
from gatepost.policy.unknown import Unknown


class Answer(Enum):
    """The three answers to "may it?"."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


def combined(answers: Iterable[Answer]) -> Answer:
    """The answer on a call with several needs: all must be met."""
    given = set(answers)
    if Answer.NO in given:
        return Answer.NO
    return Answer.CANNOT_TELL if Answer.CANNOT_TELL in given else Answer.YES


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
    return PartialDecision(explanation, decide_reading(explanation, _at_best), decide_reading(explanation, _at_worst))


def _at_best(step: StatementStep) -> bool:
    return step.matched if step.rule.denies else step.may_match


def _at_worst(step: StatementStep) -> bool:
    return step.may_match if step.rule.denies else step.matched
