"""All there is to say of a decision: its steps, what is in the way, what nearly fits, what would mend it, and when it changes."""

from dataclasses import dataclass
from functools import cached_property

from gatepost.policy.decide import Policies
from gatepost.policy.explain import Explanation
from gatepost.policy.near_miss import NearMiss, near_miss
from gatepost.policy.partial import Answer, PartialDecision, decide_partly
from gatepost.policy.remedy import Remedy, remedy
from gatepost.policy.request import Request
from gatepost.policy.shortfall import Shortfall, shortfall
from gatepost.policy.timetable import Timetable, timetable
from gatepost.policy.unknown import NOTHING, Unknown


@dataclass(frozen=True)
class Rationale:
    """A decision, definite or not, and what follows from it. What is costly is found when it is asked for."""

    decision: PartialDecision

    @property
    def explanation(self) -> Explanation:
        """The steps."""
        return self.decision.explanation

    @property
    def answer(self) -> Answer:
        """Whether the request is allowed."""
        return self.decision.answer

    @cached_property
    def shortfall(self) -> Shortfall:
        """What is in the way."""
        return shortfall(self.explanation)

    @cached_property
    def near_misses(self) -> tuple[NearMiss, ...]:
        """For each layer that lacks an Allow, the statement that nearly is one."""
        found = (near_miss(self.explanation, lack) for lack in self.shortfall.lacks)
        return tuple(each for each in found if each is not None)

    @cached_property
    def remedy(self) -> Remedy | None:
        """What would let a denied request through."""
        return remedy(self.explanation, self.shortfall) if self.answer is Answer.NO else None

    @cached_property
    def timetable(self) -> Timetable | None:
        """How the answer changes with the time alone."""
        return timetable(self.explanation)

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The keys on which the answer depends; none where it is definite."""
        if self.answer is not Answer.CANNOT_TELL:
            return ()
        steps = [*(denial.step for denial in self.shortfall.open_denials), *self.shortfall.open_allows]
        return tuple(dict.fromkeys(key for step in steps for key in step.depends_on))


def rationale(request: Request, policies: Policies, unknown: Unknown = NOTHING) -> Rationale:
    """The rationale of a decision."""
    return Rationale(decide_partly(request, policies, unknown))
