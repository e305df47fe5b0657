"""What is written otherwise: statements paired with each other, element by element.

A statement is paired with one that says the same wherever it stands, else with one of its Sid, else with the one that it is most
like. So a statement that was moved is no change, and one that was edited is shown whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from gatepost.policy.elements import elements
from gatepost.policy.model import NOWHERE, Policy, PrincipalType, Statement

LEAST_LIKENESS: Final = 0.4  # shared entries among all, for two statements without a common Sid to be versions of one
PRINCIPALS: Final = ("Principal", "NotPrincipal")


@dataclass(frozen=True, slots=True)
class ElementChange:
    """An element by its name (`Condition StringLike ses:FromAddress`), and what it says in each version; None where it is absent."""

    name: str
    old: tuple[str, ...] | None
    new: tuple[str, ...] | None

    @property
    def same(self) -> bool:
        """Whether both say the same, in whatever order."""
        return self.old is not None and self.new is not None and sorted(self.old) == sorted(self.new)


@dataclass(frozen=True, slots=True)
class StatementChange:
    """A statement that is written otherwise; `old` is None for a new one, `new` for one that is gone."""

    old: Statement | None
    new: Statement | None
    elements: tuple[ElementChange, ...]

    @property
    def name(self) -> str:
        """Its Sid in the newer version, or nothing."""
        return (self.new.sid if self.new else None) or (self.old.sid if self.old else None) or ""


def written_changes(old: Policy, new: Policy) -> tuple[StatementChange, ...]:
    """The statements that are not written in both: in the order of the newer version, then those that are gone."""
    left = [replace(each, start=NOWHERE, end=NOWHERE) for each in old.statements]
    right = [replace(each, start=NOWHERE, end=NOWHERE) for each in new.statements]
    for statement in tuple(right):
        twin = next((each for each in left if _entries(each) == _entries(statement)), None)
        if twin is not None:
            left.remove(twin)
            right.remove(statement)
    found = []
    for statement in right:
        other = _version_of(statement, left)
        if other is not None:
            left.remove(other)
        found.append(_change(other, statement))
    return (*found, *(_change(each, None) for each in left))


def _version_of(statement: Statement, others: Sequence[Statement]) -> Statement | None:
    named = [each for each in others if statement.sid and each.sid == statement.sid]
    if named:
        return named[0]
    alike = [(_likeness(each, statement), each) for each in others if each.effect is statement.effect]
    likeness, most = max(alike, key=lambda pair: pair[0], default=(0.0, None))
    return most if likeness >= LEAST_LIKENESS else None


def _likeness(one: Statement, other: Statement) -> float:
    first, second = _entries(one), _entries(other)
    return len(first & second) / len(first | second)


def _entries(statement: Statement) -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, values in _by_name(statement).items() for value in values or ("",))


def _change(old: Statement | None, new: Statement | None) -> StatementChange:
    before = _by_name(old) if old else {}
    after = _by_name(new) if new else {}
    names = dict.fromkeys((*before, *after))
    return StatementChange(old, new, tuple(ElementChange(name, before.get(name), after.get(name)) for name in names))


def _by_name(statement: Statement) -> dict[str, tuple[str, ...]]:
    """The elements of a statement by name, in the order in which they are read; all principals are one."""
    found: dict[str, tuple[str, ...]] = {}
    for path, values in elements(statement):
        element, *rest = path
        if element in PRINCIPALS:
            kind = "" if rest == [PrincipalType.AWS.value] else f"{rest[0]} "
            found[element] = (*found.get(element, ()), *(f"{kind}{value}" for value in values))
        else:
            found[" ".join(path)] = values
    return found
