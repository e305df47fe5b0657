"""The proof that no request is as it is sought: clauses, lemmas of the theories and a solver's steps, checked without a solver.

Theory, in numbered rules:

1.  The clauses hold where the formula does (`formula.clauses`). Whoever checks poses the question anew, from the documents, and
    expects the very same ones.
2.  A lemma is about one place: no text matches these patterns and none of those; no candidate is among all of these. It holds
    whatever the policies say, and is checked by itself, by the product of the patterns' automata (`product`).
3.  From clauses and lemmas each step follows by unit propagation (`propagation`), and the last is empty: they contradict.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile, zip_longest
from typing import Final

from gatepost.reasoning.formula import Formula, clauses
from gatepost.reasoning.layer import Space
from gatepost.reasoning.meanings import Meaning, meanings_of, pattern
from gatepost.reasoning.product import search
from gatepost.reasoning.propagation import Propagation
from gatepost.reasoning.solve import solve
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.world import Place, World

PROOF_SOLVER: Final = "glucose4"  # it writes down its steps
Clause = tuple[int, ...]
Posed = tuple[Space, Formula]


class Unproved(Exception):
    """A refutation that does not hold: where, and why."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")


@dataclass(frozen=True, slots=True)
class Refutation:
    """Why no request is as it is sought. `meanings` are those of the question's atoms; any others name parts of the formula."""

    meanings: Mapping[int, Meaning]
    clauses: tuple[Clause, ...]
    lemmas: tuple[Clause, ...]
    steps: tuple[Clause, ...]


def refute(posed: Posed) -> Refutation | None:
    """The refutation of what was posed; None where our own engine does not refute it."""
    space, formula = posed
    learnt: list[list[int]] = []
    try:
        if solve(space.world, formula, learnt) is not None:
            return None
    except Undecidable:
        return None
    meanings = meanings_of(space)
    stated, lemmas = _clauses(formula, meanings), tuple(dict.fromkeys(map(tuple, learnt)))
    return Refutation(meanings, stated, lemmas, tuple(_steps((*stated, *lemmas))))


def _clauses(formula: Formula, meanings: Iterable[int]) -> tuple[Clause, ...]:
    """The clauses of a formula; parts of it are named by numbers that mean nothing else."""
    numbers = count(1 + max(meanings, default=0))
    return tuple(map(tuple, clauses(formula, lambda: next(numbers))))


def _steps(given: Sequence[Clause]) -> Iterator[Clause]:
    """A solver's steps to the empty clause, without those by which it forgets clauses."""
    from pysat.solvers import Solver  # noqa: PLC0415 -- the extra `prove`, as in `solve`

    if all(given):
        with Solver(name=PROOF_SOLVER, bootstrap_with=given, with_proof=True) as solver:
            if solver.solve():
                raise AssertionError("clauses and lemmas do not contradict, though the engine found them to")
            steps = (tuple(map(int, line.split()[:-1])) for line in solver.get_proof() if not line.startswith("d"))
            yield from takewhile(bool, steps)
    yield ()


# --- checking -----------------------------------------------------------------------------------------------------------


def check(refutation: Refutation, posed: Posed) -> None:
    """Nothing where the refutation is one of what was posed; else Unproved."""
    space, formula = posed
    literals = _Literals(space.world, refutation.meanings, meanings_of(space))
    expected = _clauses(formula, refutation.meanings)
    for number, (found, own) in enumerate(zip_longest(refutation.clauses, expected), 1):
        if found != own:
            raise Unproved(f"clause {number}", f"expected {_told(own)}, found {_told(found)}")
    for number, lemma in enumerate(refutation.lemmas, 1):
        literals.check(f"lemma {number}", lemma)
    _check_steps(refutation)


def _check_steps(refutation: Refutation) -> None:
    known = Propagation()
    for clause in (*refutation.clauses, *refutation.lemmas):
        known.add(clause)
    for number, step in enumerate(refutation.steps, 1):
        if not known.implies(step):
            raise Unproved(f"step {number}", f"{_told(step)} does not follow from what stands before it")
        known.add(step)
    if not refutation.steps or refutation.steps[-1]:
        raise Unproved(f"step {len(refutation.steps) + 1}", "expected the empty clause at the end, found nothing")


class _Literals:
    """The atoms of a refutation, held against those of the question posed anew."""

    def __init__(self, world: World, found: Mapping[int, Meaning], own: Mapping[int, Meaning]) -> None:
        for number, meaning in own.items():
            if found.get(number) != meaning:
                raise Unproved(f"atom {number}", f"expected {meaning}, found {found.get(number, 'nothing')}")
        self._masks = dict(world.masks)
        self._sizes = {name: len(key.candidates or ()) for name, key in world.keys.items()}
        self._patterns = dict(world.patterns)
        # A lemma may speak of another value of the same key.
        places = {(name, at) for name, key in world.keys.items() for at in range(len(key.slots))}
        alike = {
            _frozen(pattern(place, glob)): (place, glob)
            for (name, _), glob in world.patterns.values()
            for place in places
            if place[0] == name
        }
        for number in found.keys() - own.keys():
            meant = alike.get(_frozen(found[number]))
            if meant is None or number <= world.last:
                raise Unproved(f"atom {number}", f"{found[number]} is nothing that the question speaks of")
            self._patterns[number] = meant

    def check(self, place: str, lemma: Clause) -> None:
        """Unproved for a lemma that some value contradicts."""
        atoms = {abs(literal) for literal in lemma}
        if not lemma or len({self._place(atom) for atom in atoms}) != 1 or None in map(self._place, atoms):
            raise Unproved(place, f"expected patterns or candidates of one place, found {_told(lemma)}")
        if atoms <= self._masks.keys():
            self._check_masks(place, lemma)
        elif atoms <= self._patterns.keys():
            self._check_patterns(place, lemma)
        else:
            raise Unproved(place, f"expected patterns alone or candidates alone, found {_told(lemma)}")

    def _place(self, atom: int) -> Place | None:
        return (self._patterns.get(atom) or self._masks.get(atom) or (None,))[0]

    def _check_masks(self, place: str, lemma: Clause) -> None:
        (name, _), _ = self._masks[abs(lemma[0])]
        left = (1 << self._sizes[name]) - 1
        for literal in lemma:
            mask = self._masks[abs(literal)][1]
            left &= mask if literal < 0 else ~mask
        if left:
            raise Unproved(place, f"a candidate contradicts it: number {left.bit_length()} of its key")

    def _check_patterns(self, place: str, lemma: Clause) -> None:
        wanted, unwanted = (
            [self._patterns[abs(literal)][1] for literal in lemma if (literal < 0) is negative] for negative in (True, False)
        )
        try:
            text = search(wanted, unwanted)
        except Undecidable as error:
            raise Unproved(place, str(error)) from None
        if text is not None:
            raise Unproved(place, f"a text contradicts it: `{text}`")


def _frozen(meaning: Meaning) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in meaning.items()))


def _told(clause: Clause | None) -> str:
    return "nothing" if clause is None else f"`{' '.join(map(str, (*clause, 0)))}`"
