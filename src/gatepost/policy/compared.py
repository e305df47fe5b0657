"""What a condition compared, and why it holds or does not: in values, and in words for people."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from gatepost.policy.catalogue import spelled
from gatepost.policy.explain import ConditionStep, StatementStep
from gatepost.policy.model import Condition
from gatepost.policy.operators import COMPARISONS, NULL, is_readable, unreadable_values, value_test, variables_of
from gatepost.policy.request import Context
from gatepost.policy.span import signed_span, span
from gatepost.policy.values import read_instant
from gatepost.policy.variables import fill_text, has_value

MOST_SHOWN: Final = 3  # values of the request
KINDS: Final = {"Date": "date", "Numeric": "number", "IpAddress": "address", "Arn": "ARN", "Bool": "`true` or `false`"}


class Outcome(Enum):
    """How a comparison came out, by words that stay the same."""

    HOLDS = "holds"
    DIFFERS = "differs"
    ABSENT = "absent"  # the request does not carry the key
    BARE = "bare-operator"  # on a key of several values: it never matches
    NO_VARIABLE = "no-variable"  # a variable in the values has nothing to stand for it
    UNREADABLE = "unreadable"  # the request's value is no date, number, address or ARN
    OPEN = "open"  # the question leaves the key open


@dataclass(frozen=True, slots=True)
class Compared:
    """One condition compared.

    `expected` are the policy's values, variables filled in (one that has no value stays as it is written); `filled` each variable's
    key and its value, None for none. `deciding` are the values of the request that decide where a set is compared. `distance` is
    the time from the policy's date to the request's.
    """

    expected: tuple[str, ...]
    filled: tuple[tuple[str, str | None], ...]
    actual: str | tuple[str, ...] | None
    outcome: Outcome
    deciding: tuple[str, ...]
    distance: timedelta | None
    words: str


def compare(statement: StatementStep, step: ConditionStep, context: Context) -> Compared:
    """What a condition of a statement compared in a request's context."""
    condition = step.condition
    variables = statement.rule.attached.policy.has_variables
    filled = tuple((each.key, each.value_in(context)) for each in variables_of(condition, variables=variables))
    expected = tuple(fill_text(value, context) if filled else value for value in condition.values)
    if step.depends_on:
        return Compared(expected, filled, step.actual, Outcome.OPEN, (), None, _open_words(condition, step))
    unfilled = bool(filled) and not any(has_value(value, context) for value in condition.values)
    outcome = _outcome(condition, step, unfilled=unfilled)
    deciding = _deciding(statement, step, context)
    distance = _distance(condition, step.actual)
    words = _words(statement, step, outcome, deciding, distance)
    return Compared(expected, filled, step.actual, outcome, deciding, distance, words)


def _outcome(condition: Condition, step: ConditionStep, *, unfilled: bool) -> Outcome:
    operator, actual = condition.operator, step.actual
    if step.holds:
        return Outcome.HOLDS
    if operator.base == NULL:
        return Outcome.DIFFERS
    if actual is None or actual == ():
        return Outcome.ABSENT
    if operator.qualifier is None and isinstance(actual, tuple):
        return Outcome.BARE
    if any(not is_readable(operator, value) for value in _values(actual)):
        return Outcome.UNREADABLE
    return Outcome.NO_VARIABLE if unfilled else Outcome.DIFFERS


def _deciding(statement: StatementStep, step: ConditionStep, context: Context) -> tuple[str, ...]:
    """Of a set, the values that made it hold (`ForAnyValue:`) or fail (`ForAllValues:`)."""
    condition = step.condition
    wanted = {"ForAnyValue": True, "ForAllValues": False}.get(condition.operator.qualifier or "")
    if wanted is None or step.holds is not wanted or step.actual is None:
        return ()
    variables = statement.rule.attached.policy.has_variables
    holds = value_test(condition, statement.rule.statement.effect, context, variables=variables)
    return tuple(value for value in _values(step.actual) if bool(holds(value)) is wanted)


def _distance(condition: Condition, actual: str | tuple[str, ...] | None) -> timedelta | None:
    if not condition.operator.base.startswith("Date") or not isinstance(actual, str) or len(condition.values) != 1:
        return None
    given, bound = read_instant(actual), read_instant(condition.values[0])
    return None if given is None or bound is None else timedelta(microseconds=(given - bound) / 1000)


# --- words --------------------------------------------------------------------------------------------------------------


def _open_words(condition: Condition, step: ConditionStep) -> str:
    if step.depends_on == (condition.key.lower(),):
        return "not said"
    return f"{', '.join(map(spelled, step.depends_on))} not said"


def _words(
    statement: StatementStep,
    step: ConditionStep,
    outcome: Outcome,
    deciding: tuple[str, ...],
    distance: timedelta | None,
) -> str:
    condition, actual = step.condition, step.actual
    operator = condition.operator
    match outcome:
        case Outcome.ABSENT:
            return "the request carries none"
        case Outcome.BARE:
            return f"never: {condition.key} has several values, and no ForAllValues: or ForAnyValue: is written"
        case Outcome.NO_VARIABLE:
            return f"was {shown(actual)}; the variable has no value in this request"
        case Outcome.UNREADABLE:
            return f"was {shown(actual)}, which is no {_kind(operator.base)}"
        case Outcome.OPEN:
            return "not said"
        case Outcome.HOLDS | Outcome.DIFFERS:
            if actual is None or actual == ():
                return _absent_words(condition) if outcome is Outcome.HOLDS and operator.base != NULL else "absent"
            if distance is not None:
                against = statement.rule.denies is step.holds
                return f"was {_time(condition, actual)} ({_late(distance) if against else _after(distance)})"
            if outcome is Outcome.DIFFERS and (never := unreadable_values(condition)):
                return f"was {shown(actual)}; {shown(never, quoted=True)} is no {_kind(operator.base)}"
            return _set_words(step, outcome, deciding) if operator.qualifier else f"was {shown(actual)}"


def _absent_words(condition: Condition) -> str:
    operator = condition.operator
    if operator.qualifier == "ForAllValues":
        return "absent; ForAllValues: is true of no values"
    return "absent; IfExists lets that pass" if operator.if_exists else "absent; a negated operator takes that for a difference"


def _set_words(step: ConditionStep, outcome: Outcome, deciding: tuple[str, ...]) -> str:
    operator = step.condition.operator
    if operator.qualifier == "ForAnyValue":
        return f"was {shown(deciding)}" if outcome is Outcome.HOLDS else f"was {shown(step.actual)}: none of these"
    if outcome is Outcome.HOLDS:
        return f"was {shown(step.actual)}"
    among = "is" if COMPARISONS[operator.base].negated else "is not"
    return f"{shown(deciding)} {among if len(deciding) == 1 else among.replace('is', 'are')} among them"


def shown(values: str | tuple[str, ...] | None, *, quoted: bool = False) -> str:
    """Values as people read them, no more than the first few."""
    listed = _values(values)
    texts = [f"`{value}`" if quoted or not value.strip() else value for value in listed[:MOST_SHOWN]]
    more = len(listed) - MOST_SHOWN
    return ", ".join(texts) + (f" and {more} more" if more > 0 else "") if texts else "nothing"


def _values(actual: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (actual,) if isinstance(actual, str) else actual or ()


def _kind(base: str) -> str:
    name = base.removeprefix("Not")
    return next((kind for prefix, kind in KINDS.items() if name.startswith(prefix)), "such value")


def _time(condition: Condition, actual: str | tuple[str, ...]) -> str:
    """The request's time; of the same day as the policy's, without the date."""
    text, bound = shown(actual), condition.values[0]
    return text[11:] if "T" in text and text[:11] == bound[:11] else text


def _late(distance: timedelta) -> str:
    return "to the second" if not distance else f"{span(distance)} {'late' if distance > timedelta(0) else 'early'}"


def _after(distance: timedelta) -> str:
    return signed_span(distance, "after", "before")
