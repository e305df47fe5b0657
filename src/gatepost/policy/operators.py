"""The operator table: how each condition operator compares a request's value with a policy's values.

Theory, in numbered rules (IAM User Guide, "Condition operators", "Multivalued context keys"):

1.  A policy's values are OR-ed by a positive operator; a negated one (`…NotEquals`, `…NotLike`, `NotIpAddress`) is their NOR.
2.  A key that the request does not carry: a positive operator does not match, a negated one does, `…IfExists` does, and `Null`
    says which it is. An empty set of values is an absent key.
3.  `ForAllValues` asks it of every value of the request and is true of none; `ForAnyValue` asks for one and is false of none,
    also where the operator is negated or ends in `IfExists`. A single-valued key is a set of one. A set of empty strings is empty.
4.  A bare operator, negated and `IfExists` forms too, never matches a multi-valued key that is present, even with one value.
5.  A value that cannot be read (no number, no date, no address, no ARN) does not match. Where AWS's answer is contested or
    unknown (`NumericNotEquals`, addresses, negated ARNs), the safer reading is taken: a Deny that may apply applies, an Allow
    that may not does not. The table below marks these operators `uncertain`.
6.  What a policy's value that cannot be read would match is not known either: a Deny applies unless its other values rule it
    out, an Allow holds by its other values alone, and never where it is negated. (An ARN pattern without six parts is known to be
    like no ARN; only its negated forms are uncertain.)
"""

import base64
import binascii
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from gatepost.policy.model import Condition, Effect, Operator
from gatepost.policy.pattern import glob, matcher, wild
from gatepost.policy.values import arn_parts, read_address, read_instant, read_number, read_range
from gatepost.policy.variables import Template, Variable, read_template, read_unresolved

Context = Mapping[str, str | tuple[str, ...]]
Test = Callable[[Context], bool]
Matches = Callable[[str], bool | None]  # one request value against the policy's values; None: it cannot be read
Holds = Callable[[str], bool | None]  # one request value against the whole operator; None is no


@dataclass(frozen=True, slots=True)
class Comparison:
    """One base operator. `matches` builds, from the policy's values, the test of one request value (rule 1 without negation)."""

    name: str
    matches: Callable[[tuple[str, ...]], Matches]
    negated: bool = False
    variables: bool = False
    wildcards: bool = False
    uncertain: bool = False  # rule 5: a Deny applies to a request value that cannot be read


# --- strings ------------------------------------------------------------------------------------------------------------


def _equal(values: tuple[str, ...]) -> Matches:
    if len(values) == 1:
        return values[0].__eq__
    return frozenset(values).__contains__


def _like(patterns: tuple[str, ...]) -> Matches:
    tests = tuple(matcher(pattern) for pattern in patterns)
    if len(tests) == 1:
        return tests[0]
    return lambda value: any(test(value) for test in tests)


def _equal_ignoring_case(values: tuple[str, ...]) -> Matches:
    # Lower case, not case folding: `ß` is not `ss` (observed on AWS's simulator).
    lowered = frozenset(value.lower() for value in values)
    return lambda value: value.lower() in lowered


def _like_ignoring_case(patterns: tuple[str, ...]) -> Matches:
    tests = tuple(matcher(_lowered(pattern)) for pattern in patterns)
    return lambda value: any(test(_lowered(value)) for test in tests)


def _lowered(text: str) -> str:
    # A letter for a letter, so that `?` stays one character.
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


# --- numbers, dates, addresses ------------------------------------------------------------------------------------------


def _ordered(read: Callable[[str], Any], holds: Callable[[Any, Any], bool]) -> Callable[[tuple[str, ...]], Matches]:
    def build(values: tuple[str, ...]) -> Matches:
        bounds = tuple(bound for value in values if (bound := read(value)) is not None)

        if len(bounds) == 1:
            only = bounds[0]

            def against_one(value: str) -> bool | None:
                given = read(value)
                return None if given is None else holds(given, only)

            return against_one

        def against_any(value: str) -> bool | None:
            given = read(value)
            return None if given is None else any(holds(given, bound) for bound in bounds)

        return against_any

    return build


def _in_range(values: tuple[str, ...]) -> Matches:
    ranges = tuple(block for value in values if (block := read_range(value)) is not None)
    if len(ranges) == 1:
        only_family, first, last = ranges[0]

        def in_one(value: str) -> bool | None:
            address = read_address(value)
            return None if address is None else address[0] == only_family and first <= address[1] <= last

        return in_one

    def test(value: str) -> bool | None:
        address = read_address(value)
        if address is None:
            return None
        family, number = address
        return any(first <= number <= last for of, first, last in ranges if of == family)

    return test


# --- ARNs, booleans, bytes ----------------------------------------------------------------------------------------------


def _arn_like(patterns: tuple[str, ...]) -> Matches:
    split = tuple(parts for pattern in patterns if (parts := arn_pattern(pattern)) is not None)

    def test(value: str) -> bool | None:
        parts = arn_parts(value)
        if parts is None:
            return None
        return any(all(map(glob, pattern, parts)) for pattern in split)

    return test


def arn_pattern(pattern: str) -> tuple[str, ...] | None:
    """The six parts of an ARN pattern (wildcards in the package's own form); None where it has no six."""
    parts = pattern.split(":", 5)
    if len(parts) < 6 and parts[-1].endswith(wild("*")):
        parts += [wild("*")] * (6 - len(parts))
    return tuple(parts) if len(parts) == 6 else None


def _boolean(values: tuple[str, ...]) -> Matches:
    wanted = frozenset(value.lower() for value in values)

    def test(value: str) -> bool | None:
        lowered = value.lower()
        return lowered in wanted if lowered in ("true", "false") else None

    return test


def _bytes(values: tuple[str, ...]) -> Matches:
    wanted = frozenset(content for value in values if (content := _decoded(value)) is not None)

    def test(value: str) -> bool | None:
        content = _decoded(value)
        return None if content is None else content in wanted

    return test


@lru_cache(maxsize=1024)
def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


# --- the table ----------------------------------------------------------------------------------------------------------


def _family(prefix: str, read: Callable[[str], object], *, uncertain: bool) -> tuple[Comparison, ...]:
    return (
        Comparison(f"{prefix}Equals", _ordered(read, operator.eq)),
        Comparison(f"{prefix}NotEquals", _ordered(read, operator.eq), negated=True, uncertain=uncertain),
        Comparison(f"{prefix}LessThan", _ordered(read, operator.lt)),
        Comparison(f"{prefix}LessThanEquals", _ordered(read, operator.le)),
        Comparison(f"{prefix}GreaterThan", _ordered(read, operator.gt)),
        Comparison(f"{prefix}GreaterThanEquals", _ordered(read, operator.ge)),
    )


def _pair(name: str, not_name: str, comparison: Comparison) -> tuple[Comparison, ...]:
    return (
        replace(comparison, name=name),
        replace(comparison, name=not_name, negated=True, uncertain=True),
    )


NULL: Final = "Null"
# What IAM lacks: claims (`gatepost.claims`) compare addresses so. No policy can say it, `read_operator` does not know it.
LIKE_IGNORING_CASE: Final = "StringLikeIgnoreCase"
COMPARISONS: Final[Mapping[str, Comparison]] = {
    comparison.name: comparison
    for comparison in (
        *_pair("StringEquals", "StringNotEquals", Comparison("", _equal, variables=True)),
        *_pair(
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            Comparison("", _equal_ignoring_case, variables=True),
        ),
        *_pair("StringLike", "StringNotLike", Comparison("", _like, variables=True, wildcards=True)),
        Comparison(LIKE_IGNORING_CASE, _like_ignoring_case, wildcards=True),
        *_family("Numeric", read_number, uncertain=True),
        *_family("Date", read_instant, uncertain=False),
        Comparison("Bool", _boolean),
        Comparison("BinaryEquals", _bytes),
        *_pair("IpAddress", "NotIpAddress", Comparison("", _in_range, uncertain=True)),
        *_pair("ArnEquals", "ArnNotEquals", Comparison("", _arn_like, variables=True, wildcards=True)),
        *_pair("ArnLike", "ArnNotLike", Comparison("", _arn_like, variables=True, wildcards=True)),
    )
}
QUALIFIERS: Final = ("ForAllValues", "ForAnyValue")
IF_EXISTS: Final = "IfExists"
WRITTEN: Final = tuple(name for name in COMPARISONS if name != LIKE_IGNORING_CASE)
OPERATOR_NAMES: Final = (*WRITTEN, *(f"{name}{IF_EXISTS}" for name in WRITTEN), NULL)


def read_operator(text: str) -> Operator | None:
    """`ForAnyValue:StringLikeIfExists` in its parts; None where it is no operator. `Null` takes neither prefix nor suffix."""
    qualifier, colon, rest = text.rpartition(":")
    if colon and qualifier not in QUALIFIERS:
        return None
    base = rest.removesuffix(IF_EXISTS)
    if base == NULL:
        return Operator(NULL) if text == NULL else None
    if base not in WRITTEN:
        return None
    return Operator(base, qualifier or None, base != rest)


# --- from a condition to a test -----------------------------------------------------------------------------------------


def compile_condition(condition: Condition, effect: Effect, *, variables: bool) -> Test:
    """The test of one condition in a statement of this effect. `variables`: whether `${…}` is one in this policy."""
    operator, key = condition.operator, condition.key.lower()
    if operator.base == NULL:
        return _null(key, condition.values)
    comparison = COMPARISONS[operator.base]
    literals, templates = patterns_of(condition, variables=variables)
    when_absent = holds_when_absent(operator)
    if templates:
        return _filled_test(key, comparison, literals, templates, effect, operator.qualifier, when_absent=when_absent)
    return _test(key, _holds(comparison, literals, effect), operator.qualifier, when_absent=when_absent)


def value_test(condition: Condition, effect: Effect, context: Context, *, variables: bool) -> Holds:
    """Whether one value of the request satisfies a condition (any but `Null`): what the whole test asks of each."""
    literals, templates = patterns_of(condition, variables=variables)
    filled = tuple(pattern for template in templates if (pattern := template.fill(context)) is not None)
    return _holds(COMPARISONS[condition.operator.base], literals + filled, effect)


def holds_when_absent(operator: Operator) -> bool:
    """Rule 2: whether an operator without a set prefix holds of a key that the request does not carry."""
    return operator.base != NULL and (COMPARISONS[operator.base].negated or operator.if_exists)


def holds_of_none(operator: Operator) -> bool:
    """Rules 2 and 3: whether an operator (any but `Null`), with a set prefix or without, holds of a key that is not carried."""
    if operator.qualifier is not None:
        return operator.qualifier == "ForAllValues"
    return holds_when_absent(operator)


def is_readable(operator: Operator, value: str) -> bool:
    """Rule 5: whether a request's value is what an operator (any but `Null`) compares: a date, a number, an address, an ARN."""
    return COMPARISONS[operator.base].matches(())(value) is not None


def unreadable_values(condition: Condition) -> tuple[str, ...]:
    """Rule 6: the policy's own values that the operator cannot compare with anything; with variables in them they are not judged."""
    if condition.operator.base == NULL:
        return ()
    comparison = COMPARISONS[condition.operator.base]
    judged = (value for value in condition.values if not (comparison.variables and "${" in value))
    return tuple(value for value in judged if not _readable(comparison, (wild(value),)))


def variables_of(condition: Condition, *, variables: bool) -> tuple[Variable, ...]:
    """The policy variables in a condition's values, once each."""
    if condition.operator.base == NULL:
        return ()
    _, templates = patterns_of(condition, variables=variables)
    return tuple(dict.fromkeys(part for template in templates for part in template.parts if isinstance(part, Variable)))


def patterns_of(condition: Condition, *, variables: bool) -> tuple[tuple[str, ...], tuple[Template, ...]]:
    """The values without variables, and those with."""
    comparison = COMPARISONS[condition.operator.base]
    parts = tuple(_template(comparison, value, variables=variables) for value in condition.values)
    return (
        tuple(part for part in parts if isinstance(part, str)),
        tuple(part for part in parts if isinstance(part, Template)),
    )


def _test(key: str, holds: Holds, qualifier: str | None, *, when_absent: bool) -> Test:
    """Rules 2 to 4: which values of the request are asked, and what an absent key means."""
    if qualifier == "ForAllValues":
        return lambda context: all(map(holds, _values_of(context, key)))
    if qualifier == "ForAnyValue":
        return lambda context: any(map(holds, _values_of(context, key)))

    def test(context: Context) -> bool:
        value = context.get(key)
        if isinstance(value, str):
            return holds(value) is True
        return when_absent if not value else False  # rule 4: several values, or one of a set

    return test


def _filled_test(
    key: str,
    comparison: Comparison,
    literals: tuple[str, ...],
    templates: tuple[Template, ...],
    effect: Effect,
    qualifier: str | None,
    *,
    when_absent: bool,
) -> Test:
    """The test where policy variables stand in the values: compared anew for each request.

    An absent variable matches nothing, so a negated operator over it holds (IAM User Guide, policy variables).
    """

    def test(context: Context) -> bool:
        filled = tuple(pattern for template in templates if (pattern := template.fill(context)) is not None)
        return _test(key, _holds(comparison, literals + filled, effect), qualifier, when_absent=when_absent)(context)

    return test


def _holds(comparison: Comparison, values: tuple[str, ...], effect: Effect) -> Holds:
    """Whether one request value satisfies the operator: rules 1, 5 and 6."""
    matches, negated, denies = comparison.matches(values), comparison.negated, effect is Effect.DENY
    applies = denies and comparison.uncertain
    if not negated and not denies:
        return matches  # what cannot be read (None) does not hold
    if not _readable(comparison, values):
        return _perhaps(matches, negated=negated, applies=applies) if denies else lambda _value: False
    if not negated and not applies:
        return matches

    def holds(value: str) -> bool:
        matched = matches(value)
        return applies if matched is None else matched is not negated

    return holds


def _perhaps(matches: Matches, *, negated: bool, applies: bool) -> Holds:
    """A Deny beside a policy value that cannot be read: it may hold, unless a value that can be read rules it out."""

    def holds(value: str) -> bool:
        matched = matches(value)
        return applies if matched is None else not (matched and negated)

    return holds


def _values_of(context: Context, key: str) -> tuple[str, ...]:
    value = context.get(key)
    if isinstance(value, str):
        return (value,) if value else ()
    return value if value and any(value) else ()


def _null(key: str, values: tuple[str, ...]) -> Test:
    wanted = frozenset(value.lower() for value in values)
    return lambda context: ("false" if context.get(key) not in (None, ()) else "true") in wanted


def _template(comparison: Comparison, value: str, *, variables: bool) -> str | Template:
    if comparison.variables:
        return (read_template if variables else read_unresolved)(value, wildcards=comparison.wildcards)
    return wild(value) if comparison.wildcards else value


def _boolean_value(text: str) -> bool | None:
    return True if text.lower() in ("true", "false") else None


READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "Numeric": read_number,
    "Date": read_instant,
    "IpAddress": read_range,
    "Arn": arn_pattern,
    "Bool": _boolean_value,
    "Binary": _decoded,
}
LIKE_NO_ARN: Final = ("ArnEquals", "ArnLike")


def _readable(comparison: Comparison, values: tuple[str, ...]) -> bool:
    """Whether every policy value is what the operator compares (rule 6)."""
    if comparison.name in LIKE_NO_ARN:
        return True
    name = comparison.name.removeprefix("Not")
    for prefix, read in READERS.items():
        if name.startswith(prefix):
            return all(read(value) is not None for value in values)
    return True
