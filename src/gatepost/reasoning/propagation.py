"""Clauses, and what follows from them by unit propagation alone: enough to follow a solver's proof step by step.

A clause follows (RUP) where its negation, put to the clauses so far, leaves one of them without a literal that may hold, by nothing
but clauses of which a single literal is left. Each step of a solver's proof follows so from what stands before it.
Source: "Verification of Proofs of Unsatisfiability for CNF Formulas", DATE 2003.
"""

from collections.abc import Iterable, Sequence


class Propagation:
    """Clauses that hold, and the literals that they leave no choice for.

    INVARIANT: of each clause two literals are watched, the first two, neither of which is false unless the other is true.
    """

    def __init__(self) -> None:
        self._watched: dict[int, list[list[int]]] = {}
        self._true: set[int] = set()
        self._trail: list[int] = []
        self._contradicts = False

    def add(self, clause: Sequence[int]) -> None:
        """One clause more."""
        literals = sorted(set(clause), key=lambda literal: -literal in self._true)
        if len(literals) > 1:
            for literal in literals[:2]:
                self._watched.setdefault(literal, []).append(literals)
        if not literals or -literals[0] in self._true:
            self._contradicts = True
        elif len(literals) == 1 or -literals[1] in self._true:
            self._contradicts |= not self._holds((literals[0],))

    def implies(self, clause: Iterable[int]) -> bool:
        """Whether a clause follows."""
        if self._contradicts:
            return True
        before = len(self._trail)
        refuted = not self._holds(-literal for literal in clause)
        for literal in self._trail[before:]:
            self._true.discard(literal)
        del self._trail[before:]
        return refuted

    def _holds(self, literals: Iterable[int]) -> bool:
        """Take these literals for true, and what they leave no choice for; whether that is no contradiction."""
        at = len(self._trail)
        if not all(map(self._take, literals)):
            return False
        while at < len(self._trail):
            if not self._spread(-self._trail[at]):
                return False
            at += 1
        return True

    def _take(self, literal: int) -> bool:
        if -literal in self._true:
            return False
        if literal not in self._true:
            self._true.add(literal)
            self._trail.append(literal)
        return True

    def _spread(self, wrong: int) -> bool:
        """A literal has become false: the clauses that watch it watch another, or leave no choice."""
        watching = self._watched.pop(wrong, [])
        kept = self._watched[wrong] = []
        for number, clause in enumerate(watching):
            if clause[0] == wrong:
                clause[0], clause[1] = clause[1], wrong
            other = next((at for at in range(2, len(clause)) if -clause[at] not in self._true), None)
            if clause[0] not in self._true and other is not None:
                clause[1], clause[other] = clause[other], wrong
                self._watched.setdefault(clause[1], []).append(clause)
                continue
            kept.append(clause)
            if not self._take(clause[0]):
                kept += watching[number + 1 :]
                return False
        return True
