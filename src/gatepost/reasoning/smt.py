"""A question as SMT-LIB 2.6, for any general solver that knows strings, and a solver's model read back.

Each text of a request is a string constant and each pattern a regular expression, whose wildcards are what they mean: the package's
own characters for them (`policy.pattern`) never reach a solver. The ordered and finite keys are on their lines (`lines`). The same
text does for z3 and cvc5.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain
from urllib.parse import quote

from gatepost.reasoning.candidates import UNREADABLE
from gatepost.reasoning.equations import equation, matches
from gatepost.reasoning.formula import And, Formula, negated
from gatepost.reasoning.keys import TEXT
from gatepost.reasoning.lines import SORTS, Lines, bounds, meaning, written
from gatepost.reasoning.terms import Value, read_values
from gatepost.reasoning.wildcards import FRESH, Glob, alphabet_of
from gatepost.reasoning.world import RESOURCE, Place


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solver says: a model there is (`sat`, with the values asked for), none (`unsat`), or neither in its time."""

    verdict: str  # "sat", "unsat", "unknown"
    values: str = ""  # what `get-value` printed


Decider = Callable[[str, float], Answer]  # a question as SMT-LIB and seconds


@dataclass(frozen=True)
class Question:
    """A question to a general solver: whether a formula has a model in this world."""

    world: Lines
    formula: Formula

    def text(self) -> str:
        """The question in SMT-LIB: declarations, the formula, `check-sat` and `get-value`."""
        return f"(set-option :produce-models true)\n{self.asked()}\n{self.values_asked()}\n"

    def asked(self) -> str:
        """The same without asking for values."""
        wanted = self.formula.parts if isinstance(self.formula, And) else (self.formula,)
        return "\n".join((
            "(set-logic ALL)",
            *(f"(declare-const {name} {sort})" for name, sort in self._constants()),
            *(f"(define-fun a{atom} () Bool {says})" for atom, says in self._meanings.items() if says is not None),
            *(f"(assert {fact})" for fact in (*self._facts(), *map(_written, wanted))),
            "(check-sat)",
        ))  # fmt: skip

    def values_asked(self) -> str:
        """The command that asks for the values of a model."""
        return f"(get-value ({' '.join(name for name, _ in self._constants())}))"

    def model(self, answer: Answer) -> "Values":
        """The values of an answer that there is a model."""
        values = read_values(answer.values)
        texts = [value for value in values.values() if isinstance(value, str)]
        return Values(self.world, values, _familiar(texts, (glob for _, glob in self.world.patterns.values())))

    def _constants(self) -> Iterator[tuple[str, str]]:
        """One for the value at each place, and where that has an order one that says whether it can be read; the free atoms."""
        for place in self._places():
            family = self.world.family(place)
            yield f"|{name_of(place)}|", SORTS.get(family, "String")
            if family != TEXT:
                yield f"|{name_of(place)}.read|", "Bool"
        yield from ((f"a{atom}", "Bool") for atom in self.free)

    @property
    def free(self) -> tuple[int, ...]:
        """The atoms that a solver may hold true or false as it likes: they mean nothing but themselves."""
        return tuple(atom for atom, says in self._meanings.items() if says is None)

    @cached_property
    def _meanings(self) -> Mapping[int, str | None]:
        """The atoms of the formula, and what each means; None for one that means nothing but itself."""
        return {atom: self._says(atom) for atom in sorted(set(_atoms(self.formula)))}

    def _places(self) -> Iterator[Place]:
        world = self.world
        yield from dict.fromkeys(
            (
                *(place for place, _ in world.patterns.values()),
                *(each.place for each in world.comparisons.values()),
                *((key, 0) for _, word in world.words.values() if word is not None for key in sorted(word.keys)),
            )
        )

    def _says(self, atom: int) -> str | None:
        world = self.world
        if atom in world.patterns:
            place, glob = world.patterns[atom]
            return matches(f"|{name_of(place)}|", glob)
        if atom in world.comparisons:
            compared = world.comparisons[atom]
            return meaning(name_of(compared.place), world.family(compared.place), compared)
        place, word = world.words.get(atom, (RESOURCE, None))
        if word is None or any(world.family((key, 0)) != TEXT for key in word.keys):
            return None
        return equation(f"|{name_of(place)}|", word, {key: f"|{name_of((key, 0))}|" for key in word.keys})

    def _facts(self) -> Iterator[str]:
        for place in self._places():
            family = self.world.family(place)
            between = bounds(name_of(place), family)
            if between is not None:
                yield between
            if family != TEXT and UNREADABLE not in (self.world.keys[place[0]].candidates or ()):
                yield f"|{name_of(place)}.read|"


@dataclass(frozen=True, slots=True)
class Values:
    """A solver's model: which atoms hold, and the value at a place as a request has it."""

    world: Lines
    values: Mapping[str, Value]
    letters: Mapping[int, str]  # instead of letters that the question does not name and people do not know

    def holds(self, atom: int) -> bool:
        """Whether an atom that has no meaning of its own holds; one that the solver was not asked about does not."""
        return self.values.get(f"a{atom}") is True

    def value(self, place: Place) -> str | None:
        """The value at a place; None where the question said nothing of it."""
        name, family = name_of(place), self.world.family(place)
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value and value.translate(dict(self.letters))
        readable = self.values.get(f"{name}.read") is True
        return written(family, value if isinstance(value, bool) else Fraction(value)) if readable else UNREADABLE


def _familiar(texts: Iterable[str], globs: Iterable[Glob]) -> Mapping[int, str]:
    """A familiar letter for each letter of these texts that no pattern names: to the patterns all those are alike."""
    named = {":", *alphabet_of(globs)[1:]}
    letters = (letter for letter in chain(FRESH, map(chr, range(0x4E00, 0x9FFF))) if letter not in named)
    return {ord(letter): next(letters) for letter in dict.fromkeys("".join(texts)) if letter not in named}


def name_of(place: Place) -> str:
    """The name of a place among a solver's constants: printable ASCII without `|` and the backslash."""
    return f"{quote(place[0], safe=':/@-.')}.{place[1]}"


def _atoms(formula: Formula) -> Iterator[int]:
    if isinstance(formula, int):
        yield abs(formula)
    else:
        for part in formula.parts:
            yield from _atoms(part)


def _written(formula: Formula) -> str:
    """The term of a formula, by `and` and `not` alone.

    So what a formula and its negation share is the same term, though the negation stands in the leaves: with `or`, z3 decides few
    questions whether one policy allows what another does not.
    """
    if isinstance(formula, int):
        return f"a{formula}" if formula > 0 else f"(not a{-formula})"
    if isinstance(formula, And):
        return f"(and true {' '.join(map(_written, formula.parts))})"
    return f"(not {_written(negated(formula))})"
