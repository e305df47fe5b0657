"""One pattern, as the chain of symbols that it is and as the automaton that reads it.

Theory, in numbered rules:

1.  A symbol is a step (one character of a set) or a loop (any run of characters of a set). The states of the automaton are the
    places between the symbols, and a set of states is the bits of a number.
2.  From a loop over every character all is accepted that is from a place before it, so those places are left out.
3.  Characters that no symbol tells apart are one: the alphabet is each character that a symbol names, a colon where a symbol
    excludes it, and one character that none names. Without regard to case, `k` is also met by the Kelvin sign, whose lower case
    it is; it stands last, for it is nobody's first choice.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

from gatepost.policy.pattern import ANY, STAR, Matcher, matcher
from gatepost.reasoning.undecidable import Undecidable

KELVIN: Final = "\u212a"
PART_STAR: Final = "\ue002"  # a run without colons, as inside one part of an ARN
PART_ANY: Final = "\ue003"
RUNS: Final = re.compile(f"([{STAR}{PART_STAR}])\\1+")
FRESH: Final = "xyzwvuqjaeiou0123456789bcdfghlmnprst~"  # whence the character that no pattern names is taken
Row = tuple[int, int]  # the places that a character steps on from, and those whose loops it runs in


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


def symbols_of(glob: Glob) -> str:
    """The pattern's symbols, no two loops of one kind side by side."""
    return RUNS.sub(r"\1", glob.pattern)


class Automaton:
    """The automaton of one pattern.

    `final` is the last place, as a bit. `left` says of each place how many steps it takes at least from there to the last.
    """

    __slots__ = ("_any", "_folded", "_named", "_part_any", "_stars", "_sure", "final", "left", "skips", "start")

    def __init__(self, glob: Glob) -> None:
        symbols = symbols_of(glob)
        self._folded = glob.folded
        self._named: dict[str, int] = {}
        for place, symbol in enumerate(symbols):
            self._named[symbol] = self._named.get(symbol, 0) | 1 << place
        self._stars, part_stars, self._any, self._part_any = (
            self._named.get(symbol, 0) for symbol in (STAR, PART_STAR, ANY, PART_ANY)
        )
        self.skips = self._stars | part_stars
        self.final = 1 << len(symbols)
        self._sure = self.final >> 1 & self._stars
        self.left = [len(symbols) - place - (self.skips >> place).bit_count() for place in range(len(symbols) + 1)]
        self.start = 1 | (1 & self.skips) << 1

    def row(self, letter: str) -> Row:
        """The places that a letter steps on from, and those whose loops it runs in."""
        steps = self._named.get(letter.lower() if self._folded else letter, 0) | self._any
        return (steps, self._stars) if letter == ":" else (steps | self._part_any, self.skips)

    def after(self, states: int, row: Row) -> int:
        """The states that a letter leads to, with those behind an empty run and without those that rule 2 leaves out."""
        led = (states & row[0]) << 1 | states & row[1]
        stars = led & self._stars
        if stars:
            led &= -1 << stars.bit_length() - 1
        return led | (led & self.skips) << 1

    def is_sure(self, states: int) -> bool:
        """Whether all is accepted from these states."""
        return bool(states & self._sure)

    def accepts(self, text: str) -> bool:
        """Whether a text matches."""
        states = self.start
        for letter in text:
            states = self.after(states, self.row(letter))
        return bool(states & self.final)

    def runs_over(self, glob: Glob) -> bool:
        """Whether it accepts the very symbols of a pattern: a loop inside a loop alone, any character where it takes any.

        Then it accepts every text of the pattern. Where its own wildcards are loops over every character alone, the reverse is
        true too: the symbols are then texts of the pattern, written with characters that this one does not name.
        """
        states = self.start
        for symbol in symbols_of(glob):
            states = self.after(states, self._row_of(symbol, folded=glob.folded))
        return bool(states & self.final)

    def _row_of(self, symbol: str, *, folded: bool) -> Row:
        if symbol == STAR:
            return 0, self._stars
        if symbol == PART_STAR:
            return 0, self.skips
        if symbol == ANY:
            return self._any, self._stars
        if symbol == PART_ANY or (folded and not self._folded and symbol.isalpha()):
            return self._any | self._part_any, self.skips
        return self.row(symbol)


automaton = lru_cache(maxsize=16384)(Automaton)


@lru_cache(maxsize=65536)
def matches(glob: Glob, text: str) -> bool:
    """Whether a text matches."""
    return _test(glob)(text)


@lru_cache(maxsize=16384)
def _test(glob: Glob) -> Matcher:
    """The floor's own walk where the wildcards are its own and case counts; else the automaton, run on the text alone."""
    if not glob.folded and PART_STAR not in glob.pattern and PART_ANY not in glob.pattern:
        return matcher(glob.pattern)
    return automaton(glob).accepts


def filled(glob: Glob, filling: str) -> str:
    """A text of the pattern, each run of it the same."""
    text = symbols_of(glob).replace(STAR, filling).replace(PART_STAR, filling)
    return text.replace(ANY, "x").replace(PART_ANY, "x")


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
