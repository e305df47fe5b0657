"""One condition as a clause: what must be so for it to hold, a missing key and several values included.

It says what `policy.operators` does; the rules named here are those of that module.
"""

from collections.abc import Callable
from typing import Final

from gatepost.policy.model import Condition, Operator
from gatepost.policy.operators import COMPARISONS, NULL, holds_when_absent
from gatepost.policy.timetable import EPOCH_TIME
from gatepost.words.dates import date_of_seconds
from gatepost.words.keys import BOOLEANS, KeyWords, key_words
from gatepost.words.listing import listed, value

# What is said of one value before the policy's values. Of the negated forms: with one value, and with several.
POSITIVE: Final = {
    "StringEquals": "is exactly",
    "StringEqualsIgnoreCase": "is, in whatever case,",
    "StringLike": "is like",
    "StringLikeIgnoreCase": "is, in whatever case, like",  # of claims alone; no policy can say it
    "NumericEquals": "is the number",
    "NumericLessThan": "is less than",
    "NumericLessThanEquals": "is at most",
    "NumericGreaterThan": "is greater than",
    "NumericGreaterThanEquals": "is at least",
    "DateEquals": "is the date",
    "DateLessThan": "is before",
    "DateLessThanEquals": "is before or at",
    "DateGreaterThan": "is after",
    "DateGreaterThanEquals": "is at or after",
    "Bool": "is",
    "BinaryEquals": "is, decoded from base64,",
    "IpAddress": "is in",
    "ArnEquals": "is an ARN like",
    "ArnLike": "is an ARN like",
}
NEGATED: Final = {
    "StringNotEquals": ("is not exactly", "is exactly none of"),
    "StringNotEqualsIgnoreCase": ("is not, in whatever case,", "is, in whatever case, none of"),
    "StringNotLike": ("is not like", "is like none of"),
    "NumericNotEquals": ("is not the number", "is none of the numbers"),
    "DateNotEquals": ("is not the date", "is none of the dates"),
    "NotIpAddress": ("is not in", "is in none of"),
    "ArnNotEquals": ("is not an ARN like", "is an ARN like none of"),
    "ArnNotLike": ("is not an ARN like", "is an ARN like none of"),
}


def condition_words(condition: Condition) -> str:
    """The clause of a condition, without capital letter and full stop."""
    key, operator = key_words(condition.key), condition.operator
    if operator.base == NULL:
        return _null(key, condition.values)
    predicate = _predicate(operator.base, condition.values, _dated if key.name.lower() == EPOCH_TIME else value)
    match operator.qualifier:
        case "ForAllValues":
            return _of_each(key, predicate)
        case "ForAnyValue":
            return _of_any(key, predicate)
        case _ if key.takes_many:
            return _of_a_list(key, operator, predicate)
        case _:
            return _alone(key, condition, predicate)


def _dated(seconds: str) -> str:
    """Seconds since 1970, with the date that nobody reads in them."""
    date = date_of_seconds(seconds)
    return f"{value(seconds)} ({date})" if date else value(seconds)


def _predicate(base: str, values: tuple[str, ...], written: Callable[[str], str]) -> str:
    """What is said of one value (rule 1)."""
    negated = COMPARISONS[base].negated
    if not values:
        return "is anything, for no value is listed" if negated else "is one of the values listed, and none is"
    shown = tuple(map(written, values))
    if not negated:
        return f"{POSITIVE[base]} {listed(shown, 'or')}"
    one, many = NEGATED[base]
    return f"{one} {shown[0]}" if len(shown) == 1 else f"{many} {listed(shown)}"


def _alone(key: KeyWords, condition: Condition, predicate: str) -> str:
    """An operator without a set prefix, of a single value (rules 2 and 4)."""
    clause = f"{key.subject} {predicate}"
    words = BOOLEANS.get(key.name.lower())
    if words is not None and condition.operator.base == "Bool" and len(condition.values) == 1:
        (wanted,) = condition.values
        if wanted.lower() in ("true", "false"):
            clause = f"{words[wanted.lower() == 'false']} ({key.name} is {wanted})"
    if not key.takes_one:
        clause += ", as a single value"
    absent = holds_when_absent(condition.operator) and not key.always_there
    return f"{clause} (or is not given)" if absent else clause


def _of_each(key: KeyWords, predicate: str) -> str:
    """`ForAllValues` (rule 3): true of no value at all."""
    if key.takes_one:
        return f"{key.subject} {predicate}{'' if key.always_there else ' (or is not given)'}"
    return f"each {_member(key)} {predicate} (or there is none)"


def _of_any(key: KeyWords, predicate: str) -> str:
    """`ForAnyValue` (rule 3): false of no value at all."""
    if key.takes_one:
        return f"{key.subject} {'' if key.always_there else 'is given and '}{predicate}"
    return f"at least one {_member(key)} {predicate}"


def _of_a_list(key: KeyWords, operator: Operator, predicate: str) -> str:
    """Rule 4: an operator without a set prefix never matches a list, not even of one."""
    so = "so only where it is not given" if holds_when_absent(operator) else "never so"
    return f"the list {key.name} as a whole {predicate} ({so}: {operator} without ForAllValues or ForAnyValue matches no list)"


def _null(key: KeyWords, values: tuple[str, ...]) -> str:
    """`Null`: whether the key is given at all."""
    wanted = {each.lower() for each in values}
    listed_values = listed(tuple(map(value, values)), "or") or "no value"
    if {"true", "false"} <= wanted:
        return f"{key.subject} is given or is not (always so: Null {listed_values})"
    if "false" in wanted:
        return f"at least one {_member(key)} is given" if key.takes_many else f"{key.subject} is given"
    if "true" in wanted:
        return f"no {_member(key)} is given" if key.takes_many else f"{key.subject} is not given"
    return f"{key.subject} is neither given nor not (never so: Null is true or false, not {listed_values})"


def _member(key: KeyWords) -> str:
    if key.takes_many:
        return f"{key.one} ({key.name})"
    return f"value of {key.name}"
