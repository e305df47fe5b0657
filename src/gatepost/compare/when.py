"""When one policy allows what another does not, where that depends on the time."""

from functools import cache

from gatepost.policy.model import Policy
from gatepost.reasoning.in_force import InForce
from gatepost.reasoning.questions import Asker
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.windows import Timeline, line_where


def when_more(old: Policy, new: Policy, asker: Asker) -> Timeline | None:
    """The line on which `new` allows something that `old` does not; None where it is not decided.

    What is in force is the same in many pieces of the line, such as in each of many daily windows, and is asked about once.
    """
    before, after = InForce(old), InForce(new)
    cuts = sorted({*before.cuts, *after.cuts})

    @cache
    def is_more(old_then: Policy, new_then: Policy) -> bool:
        return asker.allows_more(old_then, new_then) is not None

    try:
        return line_where(cuts, lambda second: is_more(before.at(second), after.at(second)))
    except Undecidable:
        return None
