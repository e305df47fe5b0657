"""When the answer changes by the time alone: a window that opens, or closes.

`aws:CurrentTime` and `aws:EpochTime` are whole seconds, and statements compare them with constants; so the answer can change at the
constants only, or a second after. It is decided anew at each of these.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from gatepost.policy.decide import Policies, decide
from gatepost.policy.explain import Explanation
from gatepost.policy.match import How, Rule
from gatepost.policy.model import Condition
from gatepost.policy.operators import NULL
from gatepost.policy.partial import Answer, decide_partly
from gatepost.policy.request import Request
from gatepost.policy.unknown import Unknown
from gatepost.policy.values import BILLION, EPOCH, read_instant, read_number

CURRENT_TIME: Final = "aws:currenttime"
EPOCH_TIME: Final = "aws:epochtime"
MOST_MOMENTS: Final = 1000  # of a decision each
FIRST_SECOND: Final = -62_135_596_800  # of the year 1
LAST_SECOND: Final = 253_402_300_799  # of the year 9999


@dataclass(frozen=True, slots=True)
class Change:
    """From `second` (since 1970) on the answer is `answer`; `rules` are the statements that name this time."""

    second: int
    answer: Answer
    rules: tuple[Rule, ...]

    @property
    def time(self) -> str:
        """The second as `aws:CurrentTime` has it."""
        return told(self.second)


@dataclass(frozen=True, slots=True)
class Timetable:
    """How the answer changes with the time, all else being the same. `first` is the answer before any change."""

    now: int
    first: Answer
    changes: tuple[Change, ...]

    @property
    def next_change(self) -> Change | None:
        """The first change still to come; None where the answer stays for ever."""
        return next((change for change in self.changes if change.second > self.now), None)

    @property
    def last_change(self) -> Change | None:
        """The change that made the answer what it is; None where it was never otherwise."""
        return next((change for change in reversed(self.changes) if change.second <= self.now), None)


def timetable(explanation: Explanation) -> Timetable | None:
    """The timetable of a request; None where time plays no part, or a part that is no window (a pattern on the date's text)."""
    request = explanation.request
    now = _now(request)
    if now is None:
        return None
    named: dict[int, list[Rule]] = {}
    for rule, condition in _timed(explanation):
        bounds = moments(condition)
        if bounds is None:
            return None
        for second in bounds:
            named.setdefault(second, []).append(rule)
    if not named or len(named) > MOST_MOMENTS:
        return None
    seconds = sorted(second for second in named if 0 < second <= LAST_SECOND)
    if not seconds:
        return None
    answer = first = _answer(request, explanation.policies, explanation.unknown, seconds[0] - 1)
    changes = []
    for second in seconds:
        then = _answer(request, explanation.policies, explanation.unknown, second)
        if then is not answer:
            changes.append(Change(second, then, tuple(dict.fromkeys(named[second]))))
            answer = then
    return Timetable(now, first, tuple(changes)) if changes else None


def told(second: int) -> str:
    """A second since 1970 as `aws:CurrentTime` has it."""
    return (EPOCH + timedelta(seconds=second)).isoformat()[:19] + "Z"


def clock(second: int) -> dict[str, str]:
    """What the two keys of the time say at a second since 1970."""
    return {CURRENT_TIME: told(second), EPOCH_TIME: str(second)}


def at(request: Request, moment: datetime) -> Request:
    """The same request at another time."""
    second = int(moment.astimezone(UTC).timestamp())
    return _at_second(request, second)


def _at_second(request: Request, second: int) -> Request:
    context = {**request.context, **{key: value for key, value in clock(second).items() if key in request.context}}
    return Request.of_normalised(request.principal, request.action, request.resource, request.resource_account, context)


def _answer(request: Request, policies: Policies, unknown: Unknown, second: int) -> Answer:
    asked = _at_second(request, second)
    if unknown:
        return decide_partly(asked, policies, unknown).answer
    return Answer.YES if decide(asked, policies).allowed else Answer.NO


def _now(request: Request) -> int | None:
    given = request.context.get(CURRENT_TIME, request.context.get(EPOCH_TIME))
    instant = read_instant(given) if isinstance(given, str) else None
    return None if instant is None else instant // BILLION


def _timed(explanation: Explanation) -> Iterator[tuple[Rule, Condition]]:
    """The conditions on the time, in statements about such a request."""
    for layer in explanation.layers:
        for step in layer.statements:
            if step.action and step.principal is not How.NOT:
                for each in step.conditions:
                    if is_on_time(each.condition) and each.condition.operator.base != NULL:
                        yield step.rule, each.condition


def is_on_time(condition: Condition) -> bool:
    """Whether a condition asks for the time."""
    return condition.key.lower() in (CURRENT_TIME, EPOCH_TIME)


def moments(condition: Condition) -> Iterable[int] | None:
    """The seconds at which a condition on the time can change; None for one that compares text."""
    base = condition.operator.base
    if base.startswith("Date"):
        bounds = [Decimal(instant) / BILLION for value in condition.values if (instant := read_instant(value)) is not None]
    elif base.startswith("Numeric"):
        bounds = [number for value in condition.values if (number := read_number(value)) is not None]
    else:
        return None
    return [second for bound in bounds for second in (int(bound // 1), int(bound // 1) + 1)]
