"""Formulas over numbered atoms, in negation normal form.

A formula is a literal (the number of an atom, negative where it is negated), an `And` or an `Or`. `And(())` is true, `Or(())` false.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    parts: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    parts: "tuple[Formula, ...]"


Formula = int | And | Or
TRUE: Final = And(())
FALSE: Final = Or(())


def conj(formulas: Iterable[Formula]) -> Formula:
    """The conjunction, flattened."""
    parts: list[Formula] = []
    for formula in formulas:
        if isinstance(formula, Or) and not formula.parts:
            return FALSE
        if isinstance(formula, And):
            parts += formula.parts
        else:
            parts.append(formula)
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def disj(formulas: Iterable[Formula]) -> Formula:
    """The disjunction, flattened."""
    parts: list[Formula] = []
    for formula in formulas:
        if isinstance(formula, And) and not formula.parts:
            return TRUE
        if isinstance(formula, Or):
            parts += formula.parts
        else:
            parts.append(formula)
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def negated(formula: Formula) -> Formula:
    """The negation, pushed down to the literals."""
    if isinstance(formula, int):
        return -formula
    parts = tuple([-part if isinstance(part, int) else negated(part) for part in formula.parts])
    return Or(parts) if isinstance(formula, And) else And(parts)


def clauses(formula: Formula, fresh: Callable[[], int]) -> list[list[int]]:
    """Clauses that hold exactly where the formula can be made to; `fresh` numbers a new atom.

    A formula in negation normal form needs one direction of each definition only (Plaisted and Greenbaum).
    """
    found: list[list[int]] = []

    def add(part: Formula, unless: list[int]) -> None:
        if isinstance(part, int):
            found.append([*unless, part])
        elif isinstance(part, And):
            for each in part.parts:
                add(each, unless)
        else:
            clause = [*unless]
            found.append(clause)
            for each in part.parts:
                if isinstance(each, int):
                    clause.append(each)
                else:
                    name = fresh()
                    clause.append(name)
                    add(each, [-name])

    add(formula, [])
    return found


def justification(formula: Formula, holds: Callable[[int], bool]) -> set[int] | None:
    """Literals that make the formula true in an assignment; None where it is false.

    INVARIANT: whatever satisfies these literals satisfies the formula. What the assignment says of other atoms is of no account,
    so the theories are asked of no more than matters.
    """
    if isinstance(formula, int):
        return {formula} if holds(formula) else None
    if isinstance(formula, And):
        needed: set[int] = set()
        for part in formula.parts:
            if isinstance(part, int):
                if not holds(part):
                    return None
                needed.add(part)
                continue
            reason = justification(part, holds)
            if reason is None:
                return None
            needed |= reason
        return needed
    for part in formula.parts:
        if isinstance(part, int):
            if holds(part):
                return {part}
            continue
        reason = justification(part, holds)
        if reason is not None:
            return reason
    return None
