"""The wildcard theory: a text that matches all of these patterns and none of those, or the proof that there is none.

Theory, in numbered rules:

1.  A pattern is a chain of symbols, each a step (one character of a set) or a loop (any run of characters of a set). So it is an
    automaton whose states are the places between the symbols, and a set of states is the bits of a number.
2.  The state of the product is one such number a pattern. It is made as it is met; the search is by breadth, so that the text
    found is a shortest one. A wanted pattern without a living state ends a branch; an unwanted one without is forgotten.
3.  Characters that no symbol tells apart are one: the alphabet is each character that a symbol names, a colon where a symbol
    excludes it, and one character that none names. Without regard to case, `k` is also met by the Kelvin sign, whose lower case
    it is; it stands last, for it is nobody's first choice.
4.  Where there is no such text, the smallest reasons come first: two patterns that exclude each other, one inside another, or
    one that has no text. Only where no pair is to blame are literals left out one by one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

from gatepost.policy.pattern import ANY, STAR
from gatepost.reasoning.undecidable import Undecidable

FILLINGS: Final = ("", "x", "someone@example.net")
KELVIN: Final = "\u212a"
PART_STAR: Final = "\ue002"  # a run without colons, as inside one part of an ARN
PART_ANY: Final = "\ue003"
RUNS: Final = re.compile(f"([{STAR}{PART_STAR}])\\1+")
MOST_STATES: Final = 20_000
FRESH: Final = "xyzwvuqjaeiou0123456789bcdfghlmnprst~"  # whence the character that no pattern names is taken


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern (wildcards in `policy.pattern`'s form, or those of one part); `folded`: in lower case, met by any case."""

    pattern: str
    folded: bool = False


def folded(text: str) -> Glob:
    """A pattern without regard to case; Undecidable where lower case is more than a letter for a letter."""
    if not text.replace(STAR, "").replace(ANY, "").isascii():
        raise Undecidable(f"`{text}` is compared without regard to case: decided for ASCII alone")
    return Glob(text.lower(), folded=True)


def in_parts(parts: Iterable[str]) -> Glob:
    """The pattern of an ARN, whose wildcards stay inside their part; in the sixth they may run over colons."""
    *first, last = parts
    bounded = (part.replace(STAR, PART_STAR).replace(ANY, PART_ANY) for part in first)
    return Glob(":".join((*bounded, last)))


class _Automaton:
    """One pattern. `step` says what a letter leads on from; no two loops of one kind stand side by side."""

    __slots__ = ("_any", "_folded", "_named", "_part_any", "_part_stars", "_stars", "final", "skips", "start")

    def __init__(self, glob: Glob) -> None:
        symbols = RUNS.sub(r"\1", glob.pattern)
        self._folded = glob.folded
        self._named: dict[str, int] = {}
        for place, symbol in enumerate(symbols):
            self._named[symbol] = self._named.get(symbol, 0) | 1 << place
        self._stars, self._part_stars, self._any, self._part_any = (
            self._named.get(symbol, 0) for symbol in (STAR, PART_STAR, ANY, PART_ANY)
        )
        self.skips = self._stars | self._part_stars
        self.final = 1 << len(symbols)
        self.start = 1 | (1 & self.skips) << 1

    def row(self, letter: str) -> tuple[int, int]:
        """The places that a letter steps on from, and those whose loops it runs in."""
        steps = self._named.get(letter.lower() if self._folded else letter, 0) | self._any
        return (steps, self._stars) if letter == ":" else (steps | self._part_any, self.skips)

    def after(self, states: int, row: tuple[int, int]) -> int:
        """The states that a letter leads to, with those behind an empty run."""
        led = (states & row[0]) << 1 | states & row[1]
        return led | (led & self.skips) << 1


_automaton = lru_cache(maxsize=16384)(_Automaton)


def alphabet_of(globs: Iterable[Glob]) -> str:
    """One character for each class that the patterns tell apart (rule 3), the plainest first."""
    named: dict[str, None] = {}
    odd = ""
    for glob in globs:
        for symbol in glob.pattern:
            if symbol in (PART_STAR, PART_ANY):
                named[":"] = None
            elif symbol not in (STAR, ANY):
                named[symbol] = None
                if glob.folded:
                    named[symbol.upper()] = None
                    odd = KELVIN if symbol == "k" else odd
    fresh: str = next(letter for letter in chain(FRESH, map(chr, range(0x4E00, 0x9FFF))) if letter not in named)
    return fresh + "".join(sorted(named, key=lambda letter: (not letter.islower(), letter))) + odd


@lru_cache(maxsize=65536)
def text_in(wanted: frozenset[Glob], unwanted: frozenset[Glob]) -> str | None:
    """A text that matches every `wanted` and no `unwanted` pattern; None where there is none.

    A wanted pattern filled in is tried first, for it is quick and reads well; else the text is a shortest one.

    Undecidable past `MOST_STATES` states of the product.
    """
    if wanted & unwanted:
        return None
    guess = _guess(wanted, unwanted)
    if guess is not None:
        return guess
    machines = [_automaton(glob) for glob in (*wanted, *unwanted)]
    least = len(wanted)
    letters = {
        tuple(machine.row(letter) for machine in machines): letter for letter in reversed(alphabet_of(wanted | unwanted))
    }
    start = tuple(machine.start for machine in machines)
    seen, layer = {start}, [(start, "")]
    while layer:
        following = []
        for states, text in layer:
            if all(
                (state & machine.final != 0) is (at < least)
                for at, (state, machine) in enumerate(zip(states, machines, strict=True))
            ):
                return text
            for rows, letter in reversed(letters.items()):
                after = tuple(
                    [
                        machine.after(state, row) if state else 0
                        for machine, state, row in zip(machines, states, rows, strict=True)
                    ]
                )
                if after not in seen and all(after[:least]):
                    seen.add(after)
                    following.append((after, text + letter))
        if len(seen) > MOST_STATES:
            raise Undecidable(f"{len(machines)} patterns on one value: not decided within {MOST_STATES} states")
        layer = following
    return None


def _guess(wanted: frozenset[Glob], unwanted: frozenset[Glob]) -> str | None:
    for glob in sorted(wanted, key=lambda glob: (-len(glob.pattern), glob.pattern)):
        for filling in FILLINGS:
            text = filled(glob, filling)
            if all(matches(each, text) for each in wanted) and not any(matches(each, text) for each in unwanted):
                return text
    return None


def filled(glob: Glob, filling: str) -> str:
    """A text of the pattern, each run of it the same."""
    text = RUNS.sub(r"\1", glob.pattern).replace(STAR, filling).replace(PART_STAR, filling)
    return text.replace(ANY, "x").replace(PART_ANY, "x")


@lru_cache(maxsize=65536)
def matches(glob: Glob, text: str) -> bool:
    """Whether a text matches: the same automaton, run on the text alone."""
    machine = _automaton(glob)
    states = machine.start
    for character in text:
        states = machine.after(states, machine.row(character))
    return bool(states & machine.final)


Literal = tuple[Glob, bool]  # a pattern and whether it is to match


def reasons(literals: tuple[Literal, ...]) -> list[tuple[Literal, ...]]:
    """Small sets of these literals that no text satisfies, where there is none for all of them (rule 4)."""
    wanted = [literal for literal in literals if literal[1]]
    pairs = [
        (first, second)
        for at, first in enumerate(wanted)
        for second in (*wanted[at + 1 :], *(literal for literal in literals if not literal[1]))
        if _text((first, second)) is None
    ]
    if pairs:
        return list(pairs)
    kept = literals
    for literal in literals:
        fewer = tuple(each for each in kept if each != literal)
        if _text(fewer) is None:
            kept = fewer
    return [kept]


def _text(literals: Iterable[Literal]) -> str | None:
    given = tuple(literals)
    return text_in(frozenset(glob for glob, to in given if to), frozenset(glob for glob, to in given if not to))
