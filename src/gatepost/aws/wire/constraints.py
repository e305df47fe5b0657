"""What a model asks of an input beyond its types: members that must be there, lengths, patterns, enumerations, ranges.

A check is compiled once per shape. It walks a converted value and adds one `Problem` for each constraint that fails, told in
AWS's words: ``Value at 'policyName' failed to satisfy constraint: Member must have length less than or equal to 64``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Final, NamedTuple

from botocore.model import ListShape, MapShape, Shape, StructureShape

NUMBERS: Final = ("integer", "long", "float", "double")
LONGEST_SAID_AGAIN: Final = 256  # characters of a value that its own refusal repeats
MOST_PROBLEMS: Final = 20  # that an answer tells, or a few more


class Constraint(Enum):
    """What a value can fail, by the words of those services that answer a `Reason`."""

    REQUIRED = "INPUT_REQUIRED"
    MOST_LENGTH = "MAX_LENGTH_EXCEEDED"
    LEAST_LENGTH = "MIN_LENGTH_EXCEEDED"
    MOST_VALUE = "MAX_VALUE_EXCEEDED"
    LEAST_VALUE = "MIN_VALUE_EXCEEDED"
    PATTERN = "INVALID_PATTERN"
    KNOWN = "INVALID_ENUM"


class Problem(NamedTuple):
    """One constraint that failed, and where. `value` is None where it is a list, is secret or is too long to be said again."""

    path: str
    constraint: Constraint
    told: str
    value: str | None = None

    def __str__(self) -> str:
        return f"Value at '{self.path}' failed to satisfy constraint: {self.told}"

    def with_value(self) -> str:
        """As STS words it: `Value 'a b' at 'roleSessionName' failed …`, `Value null at 'roleArn' failed …`."""
        if self.constraint is Constraint.REQUIRED:
            return f"Value null at '{self.path}' failed to satisfy constraint: {self.told}"
        value = "" if self.value is None else f" '{self.value}'"
        return f"Value{value} at '{self.path}' failed to satisfy constraint: {self.told}"

    def without_known_values(self) -> str:
        """As IAM words it, which does not list what an enumeration has."""
        return str(self).partition(" value set: [")[0] + " value set" if self.constraint is Constraint.KNOWN else str(self)


Check = Callable[[Any, str, list[Problem]], None]  # a converted value, its path, the problems


def lower_first(name: str) -> str:
    """`PolicyName` → `policyName`, as error paths and CloudTrail write members."""
    return name[:1].lower() + name[1:]


class Checks:
    """The checks of one service's shapes."""

    def __init__(self) -> None:
        self._structures: dict[str, Check | None] = {}

    def of(self, shape: Shape) -> Check | None:
        """The check of a shape, None where it asks for nothing."""
        if isinstance(shape, StructureShape):
            return self._of_structure(shape)
        if isinstance(shape, ListShape):
            return self._of_list(shape)
        if isinstance(shape, MapShape):
            return self._of_map(shape)
        tests = _scalar_tests(shape)
        if not tests:
            return None

        secret = bool(shape.metadata.get("sensitive"))

        def check(value: Any, path: str, problems: list[Problem]) -> None:  # noqa: ANN401 -- a scalar of the model
            for holds, constraint, told in tests:
                if not holds(value):
                    problems.append(Problem(path, constraint, told, None if secret else _said_again(value)))

        return check

    def _of_structure(self, shape: StructureShape) -> Check | None:
        if shape.name in self._structures:
            return self._structures[shape.name]
        members: dict[str, tuple[str, Check]] = {}
        required = {name: lower_first(name) for name in shape.required_members}

        def check(value: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
            for name, told in required.items():
                if name not in value:
                    at = f"{path}.{told}" if path else told
                    problems.append(Problem(at, Constraint.REQUIRED, "Member must not be null"))
            for name, each in value.items():
                told_and_check = members.get(name)
                if told_and_check is not None:
                    told, of_member = told_and_check
                    of_member(each, f"{path}.{told}" if path else told, problems)

        self._structures[shape.name] = check
        for name, member in shape.members.items():
            of_member = self.of(member)
            if of_member is not None:
                members[name] = (lower_first(name), of_member)
        if not members and not required:
            self._structures[shape.name] = None
            return None
        return check

    def _of_list(self, shape: ListShape) -> Check | None:
        of_item = self.of(shape.member)
        tests = _length_tests(shape.metadata)
        if of_item is None and not tests:
            return None

        def check(value: Sequence[Any], path: str, problems: list[Problem]) -> None:
            _length(value, path, problems, tests)
            if of_item is not None:
                for number, item in enumerate(value, 1):
                    if len(problems) >= MOST_PROBLEMS:
                        return
                    of_item(item, f"{path}.{number}.member", problems)

        return check

    def _of_map(self, shape: MapShape) -> Check | None:
        of_key, of_value = self.of(shape.key), self.of(shape.value)
        tests = _length_tests(shape.metadata)
        if of_key is None and of_value is None and not tests:
            return None

        def check(value: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
            _length(value, path, problems, tests)
            for key, item in value.items():
                if len(problems) >= MOST_PROBLEMS:
                    return
                if of_key is not None:
                    of_key(key, f"{path}.{key}.key", problems)
                if of_value is not None:
                    of_value(item, f"{path}.{key}.member", problems)

        return check


def _said_again(value: Any) -> str | None:  # noqa: ANN401 -- a scalar of the model
    text = value if isinstance(value, str) else None if isinstance(value, bytes) else str(value)
    return text if text is not None and len(text) <= LONGEST_SAID_AGAIN else None


Tests = Sequence[tuple[Callable[[Any], bool], Constraint, str]]


def _length(value: Any, path: str, problems: list[Problem], tests: Tests) -> None:  # noqa: ANN401 -- a list or a map
    for holds, constraint, told in tests:
        if not holds(value):
            problems.append(Problem(path, constraint, told))


def _scalar_tests(shape: Shape) -> Tests:
    if shape.type_name in NUMBERS:
        return _range_tests(shape.metadata)
    if shape.type_name not in ("string", "blob"):
        return ()
    tests = [*_length_tests(shape.metadata)]
    pattern = _compiled(shape.metadata.get("pattern")) if shape.type_name == "string" else None
    if pattern is not None:
        matches = pattern.fullmatch
        tests.append(
            (
                lambda value: matches(value) is not None,
                Constraint.PATTERN,
                f"Member must satisfy regular expression pattern: {shape.metadata['pattern']}",
            )
        )
    if getattr(shape, "enum", None):
        known = frozenset(shape.enum)
        told = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        tests.append((known.__contains__, Constraint.KNOWN, told))
    return tests


def _length_tests(metadata: Mapping[str, Any]) -> Tests:
    tests: list[tuple[Callable[[Any], bool], Constraint, str]] = []
    least, most = metadata.get("min"), metadata.get("max")
    if most is not None:
        told = f"Member must have length less than or equal to {most}"
        tests.append((lambda value: len(value) <= most, Constraint.MOST_LENGTH, told))
    if least:
        told = f"Member must have length greater than or equal to {least}"
        tests.append((lambda value: len(value) >= least, Constraint.LEAST_LENGTH, told))
    return tests


def _range_tests(metadata: Mapping[str, Any]) -> Tests:
    tests: list[tuple[Callable[[Any], bool], Constraint, str]] = []
    least, most = metadata.get("min"), metadata.get("max")
    if most is not None:
        told = f"Member must have value less than or equal to {most}"
        tests.append((lambda value: value <= most, Constraint.MOST_VALUE, told))
    if least is not None:
        told = f"Member must have value greater than or equal to {least}"
        tests.append((lambda value: value >= least, Constraint.LEAST_VALUE, told))
    return tests


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    """The model's pattern; None for the few that Python cannot read (Unicode classes)."""
    if pattern is None:
        return None
    try:
        return re.compile(pattern, re.ASCII)
    except re.error:
        return None
