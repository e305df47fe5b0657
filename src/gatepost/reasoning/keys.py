"""The condition keys that policies speak of: with which conditions, as what they are compared, and which values stand for all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from gatepost.policy.catalogue import condition_key
from gatepost.policy.match import resource_pattern
from gatepost.policy.model import Condition, Policy, Statement
from gatepost.policy.operators import NULL, variables_of
from gatepost.policy.pattern import is_star
from gatepost.policy.timetable import EPOCH_TIME
from gatepost.policy.variables import Template, Variable
from gatepost.reasoning.candidates import BOOLEANS, UNREADABLE, addresses, contents, instants, numbers, seconds
from gatepost.reasoning.formula import Formula
from gatepost.reasoning.words import variables_in

FAMILIES: Final = {"Date": "Date", "Numeric": "Numeric", "IpAddress": "IPAddress", "Bool": "Bool", "Binary": "Binary"}
TEXT: Final = "text"
TAGS: Final = ("aws:principaltag", "aws:requesttag", "aws:resourcetag")
DISPLAY_NAME: Final = "ses:fromdisplayname"
SECONDS: Final = "seconds"  # of `aws:EpochTime`: compared as a date and as a number


@dataclass(slots=True)
class Key:
    """A condition key of the question. `candidates` is None for text. `is_set` is a literal, or known by its arity.

    `may_be_empty`: the empty text is a value that matters.
    """

    name: str
    family: str  # `text`, or as what its values are compared: one of those in `FAMILIES`, or `SECONDS`
    present: int
    is_set: Formula
    slots: tuple[int, ...]
    candidates: tuple[str, ...] | None
    may_be_empty: bool = False


def tells_empty(name: str, conditions: Iterable[Condition]) -> bool:
    """Whether conditions on a key that may be empty tell the empty text from others: by itself, or by `?` and stars alone."""
    if not (name.partition("/")[0] in TAGS or name == DISPLAY_NAME):
        return False
    return any(not value.strip("*?") and not is_star(value) for each in conditions for value in each.values)


def compared(policies: Iterable[Policy]) -> dict[str, list[Condition]]:
    """The keys (lower case) that policies speak of with the conditions on them; none of a key that is a policy variable alone."""
    found: dict[str, dict[tuple[object, ...], Condition]] = {}
    for policy in policies:
        for statement in policy.statements:
            for condition in statement.conditions:
                same = (condition.operator, condition.values, policy.has_variables)
                found.setdefault(condition.key.lower(), {})[same] = condition
            for variable in variables_of_statement(statement, variables=policy.has_variables):
                found.setdefault(variable.key, {})
    return {name: list(conditions.values()) for name, conditions in found.items()}


def variables_of_statement(statement: Statement, *, variables: bool) -> Iterator[Variable]:
    """The policy variables in a statement's resources and conditions; without `variables` what a template leaves open alone."""
    for condition in statement.conditions:
        if any("${" in value for value in condition.values):
            yield from variables_of(condition, variables=variables)
    patterns = (
        resource_pattern(text, variables=variables)
        for text in (*(statement.resources or ()), *(statement.not_resources or ()))
        if "${" in text
    )
    yield from variables_in(pattern for pattern in patterns if isinstance(pattern, Template))


def candidates_of(name: str, conditions: list[Condition]) -> tuple[str, tuple[str, ...] | None]:
    """As what a key is compared (`world`, rules 3 and 4), and its candidates where that is no text."""
    known = condition_key(name)
    kind = known.type.removeprefix("ArrayOf") if known is not None else "String"
    if kind == "Bool":
        return kind, BOOLEANS
    compared = [condition for condition in conditions if condition.operator.base != NULL]
    if name == EPOCH_TIME:
        return SECONDS, seconds(each for each in compared if family_of(each) == SECONDS)
    other = (family for condition in compared if (family := family_of(condition)) != TEXT)
    family = kind if kind in FAMILIES.values() else next(other, TEXT)
    bounds = tuple(value for each in compared if family_of(each) == family for value in each.values)
    return family, None if family == TEXT else _values_of(family, bounds, {kind})


def family_of(condition: Condition) -> str:
    """As what a condition (any but `Null`) compares its key."""
    name = condition.operator.base.removeprefix("Not")
    family = next((family for prefix, family in FAMILIES.items() if name.startswith(prefix)), TEXT)
    return SECONDS if condition.key.lower() == EPOCH_TIME and family in ("Date", "Numeric") else family


def _values_of(family: str, bounds: tuple[str, ...], kinds: set[str]) -> tuple[str, ...]:
    found = {
        "Date": instants, "Numeric": numbers, "IPAddress": addresses, "Bool": lambda _bounds: BOOLEANS, "Binary": contents,
    }[family](bounds)  # fmt: skip
    # A key that the catalogue calls a date is one; any other may hold what is none.
    return found if family in kinds else (*found, UNREADABLE)
