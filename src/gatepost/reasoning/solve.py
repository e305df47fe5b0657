"""The lazy loop: a SAT solver for the structure, the theories for what the atoms mean.

The solver proposes an assignment; of it only the literals that make the formula true are taken (`formula.justification`) and, place
by place, the theory looks for a value. Where there is none it says which few literals exclude each other, the solver learns that
and proposes another. Each round excludes an assignment of finitely many atoms, so the loop ends; it is exact because a lemma is
never more than what no request satisfies.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec

from gatepost.reasoning.formula import Formula, clauses, justification
from gatepost.reasoning.globs import Literal, reasons, text_in
from gatepost.reasoning.world import Place, World

SOLVER = "cadical153"


@dataclass(frozen=True, slots=True)
class Model:
    """An assignment that the theories agree to, the patterns that each text must and must not match, candidates as bits."""

    true: frozenset[int]
    texts: dict[Place, tuple[Literal, ...]]
    masks: dict[Place, int]

    def holds(self, atom: int) -> bool:
        """Whether an atom is true in it."""
        return atom in self.true


def is_installed() -> bool:
    """Whether there is a solver to ask."""
    return find_spec("pysat") is not None


def solve(world: World, formula: Formula, learnt: list[list[int]] | None = None) -> Model | None:
    """A model of the formula in this world; None where there is none. The lemmas on the way are added to `learnt`."""
    from pysat.solvers import Solver  # noqa: PLC0415 -- the extra `prove`: all else of lint works without it

    with Solver(name=SOLVER, bootstrap_with=clauses(formula, world.fresh)) as solver:
        while solver.solve():
            true = frozenset(number for number in solver.get_model() if number > 0)
            literals = justification(formula, lambda literal, true=true: (abs(literal) in true) is (literal > 0))  # type: ignore[misc]
            if literals is None:
                raise AssertionError("the clauses hold where their formula does not")
            model = Model(true, _texts(world, literals), _masks(world, literals))
            lemmas = [*_text_lemmas(world, model), *_mask_lemmas(world, literals, model)]
            if not lemmas:
                return model
            for lemma in lemmas:
                solver.add_clause(lemma)
            if learnt is not None:
                learnt += lemmas
    return None


def _texts(world: World, literals: Iterable[int]) -> dict[Place, tuple[Literal, ...]]:
    found: dict[Place, list[Literal]] = {}
    for literal in sorted(literals, key=abs):
        if (meaning := world.patterns.get(abs(literal))) is not None:
            found.setdefault(meaning[0], []).append((meaning[1], literal > 0))
    return {place: tuple(asked) for place, asked in found.items()}


def _masks(world: World, literals: Iterable[int]) -> dict[Place, int]:
    found: dict[Place, int] = {}
    for literal in literals:
        if (meaning := world.masks.get(abs(literal))) is not None:
            place, mask = meaning
            found[place] = found.get(place, -1) & (mask if literal > 0 else ~mask)
    return found


def _text_lemmas(world: World, model: Model) -> Iterable[list[int]]:
    """What no text satisfies: learnt for every slot of the key, for its slots are alike."""
    for (name, at), literals in model.texts.items():
        if _text(literals) is not None:
            continue
        slots = range(len(world.keys[name].slots)) if name in world.keys else (at,)
        for reason in reasons(literals):
            for slot in slots:
                yield [(-1 if to else 1) * world.text((name, slot), glob) for glob, to in reason]


def _mask_lemmas(world: World, literals: Iterable[int], model: Model) -> Iterable[list[int]]:
    for place, mask in model.masks.items():
        every = (1 << len(world.keys[place[0]].candidates or ())) - 1
        if mask & every:
            continue
        kept = [each for each in literals if abs(each) in world.masks and world.masks[abs(each)][0] == place]
        for literal in tuple(kept):
            fewer = [each for each in kept if each != literal]
            if not _masks(world, fewer).get(place, -1) & every:
                kept = fewer
        yield [-literal for literal in kept]


def shortest(literals: tuple[Literal, ...]) -> str:
    """The text that the theory found for these literals."""
    text = _text(literals)
    if text is None:
        raise AssertionError("the model has a text without a value")
    return text


def _text(literals: tuple[Literal, ...]) -> str | None:
    return text_in(frozenset(glob for glob, to in literals if to), frozenset(glob for glob, to in literals if not to))
