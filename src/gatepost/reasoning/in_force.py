"""What of a policy is in force at a time: its statements whose conditions on the time hold then, without these conditions.

A condition on the time can change at the dates that it names and a second after (`policy.timetable`); between two of these the engine's
own test says whether it holds.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gatepost.policy.match import AttachedPolicy, Rule
from gatepost.policy.model import NOWHERE, Policy, Statement
from gatepost.policy.timetable import FIRST_SECOND, LAST_SECOND, clock, is_on_time, moments
from gatepost.reasoning.undecidable import Undecidable


def timeless(statement: Statement) -> Statement:
    """A statement without its conditions on the time, its name and its place: what two have in common that differ by their dates."""
    conditions = tuple(replace(each, place=NOWHERE) for each in statement.conditions if not is_on_time(each))
    return replace(statement, sid=None, start=NOWHERE, end=NOWHERE, conditions=conditions)


def without_times(statement: Statement) -> Statement:
    """A statement without its conditions on the time."""
    return replace(statement, conditions=tuple(each for each in statement.conditions if not is_on_time(each)))


def from_each(cuts: Sequence[int]) -> Sequence[int]:
    """A second of each piece that these make of the line of time."""
    return [cuts[0] - 1, *cuts] if cuts else [0]


class TimedStatement:
    """A statement, and the pieces of the line of time on which its conditions on the time hold.

    `cuts` are the seconds at which that may change. One that `compares_text` may be in force or not where its other dates hold.
    """

    def __init__(self, rule: Rule) -> None:
        conditions = rule.statement.conditions
        tests = dict(zip(conditions, rule.conditions, strict=True))
        timed = [condition for condition in conditions if is_on_time(condition)]
        as_text = [condition for condition in timed if condition.operator.base.startswith("String")]
        seconds = {second for each in timed for second in moments(each) or ()}
        self.cuts = sorted(second for second in seconds if FIRST_SECOND < second <= LAST_SECOND)
        self.effect = rule.statement.effect
        self.compares_text = bool(as_text)
        self.timeless = timeless(rule.statement)
        at_each = [clock(second) for second in from_each(self.cuts)]
        self._holds = [all(tests[each](context) for each in timed if each not in as_text) for context in at_each]

    def holds(self, second: int) -> bool:
        """Whether it is in force; of one that compares the time as text, whether it may be."""
        return self._holds[bisect_right(self.cuts, second)]


def timed_statements(policy: Policy) -> list[TimedStatement]:
    """The statements of a policy."""
    attached = AttachedPolicy(policy)
    return [TimedStatement(Rule(attached, number, statement)) for number, statement in enumerate(policy.statements)]


def cuts_of(parts: Iterable[TimedStatement]) -> list[int]:
    """The seconds at which what is in force may change."""
    return sorted({cut for part in parts for cut in part.cuts})


class InForce:
    """A policy over time; `cuts` are the seconds at which it may say something else."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._parts = timed_statements(policy)
        self.cuts = cuts_of(self._parts)

    def at(self, second: int) -> Policy:
        """What is in force at a second; Undecidable where a statement that compares the time as text may be."""
        parts = [part for part in self._parts if part.holds(second)]
        if any(part.compares_text for part in parts):
            raise Undecidable("the time is compared as text")
        return Policy(tuple(part.timeless for part in parts), self._policy.version)
