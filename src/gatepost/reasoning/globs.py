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

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gatepost.policy.pattern import ANY, STAR
from gatepost.reasoning.undecidable import Undecidable

KELVIN: Final = "\u212a"
PART_STAR: Final = "\ue002"  # a run without colons, as inside one part of an ARN
PART_ANY: Final = "\ue003"
LOOPS: Final = (STAR, PART_STAR)
MOST_STATES: Final = 20_000
FRESH: Final = "xyzwvuqjaeiou0123456789bcdfghlmnprst~"  # whence the character that no pattern names is taken


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern (wildcards in `policy.pattern`'s form, or those of one part); `folded`: in lower case, met by any case."""

    pattern: str
    folded: bool = False


def folded(text: str) -> Glob:
    """The pattern of a text without regard to case; Undecidable where lower case is more than a letter for a letter."""
    if not text.isascii():
        raise Undecidable(f"`{text}` is compared without regard to case: decided for ASCII alone")
    return Glob(text.lower(), folded=True)


def in_parts(parts: Iterable[str]) -> Glob:
    """The pattern of an ARN, whose wildcards stay inside their part; in the sixth they may run over colons."""
    *first, last = parts
    bounded = (part.replace(STAR, PART_STAR).replace(ANY, PART_ANY) for part in first)
    return Glob(":".join((*bounded, last)))


class _Automaton:
    """One pattern over one alphabet. `steps[letter]` and `loops[letter]` are the states that a letter leads on from."""

    __slots__ = ("final", "loops", "skips", "start", "steps")

    def __init__(self, glob: Glob, alphabet: str) -> None:
        symbols = glob.pattern
        self.final = 1 << len(symbols)
        self.skips = sum(1 << place for place, symbol in enumerate(symbols) if symbol in LOOPS)
        self.steps = tuple(_places(symbols, letter, folded=glob.folded) for letter in alphabet)
        self.loops = tuple(
            sum(1 << place for place, symbol in enumerate(symbols) if symbol == STAR or (symbol == PART_STAR and letter != ":"))
            for letter in alphabet
        )
        self.start = self._closed(1)

    def _closed(self, states: int) -> int:
        """With what is reached by passing over loops: an empty run."""
        while (more := states | (states & self.skips) << 1) != states:
            states = more
        return states

    def after(self, states: int, letter: int) -> int:
        return self._closed((states & self.steps[letter]) << 1 | states & self.loops[letter])


def _places(symbols: str, letter: str, *, folded: bool) -> int:
    """The places whose symbol is a step by this letter."""
    plain = letter.lower() if folded else letter
    return sum(
        1 << place for place, symbol in enumerate(symbols) if symbol in (ANY, plain) or (symbol == PART_ANY and letter != ":")
    )


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
    fresh: str = next(letter for letter in (*FRESH, *map(chr, range(0x4E00, 0x9FFF))) if letter not in named)
    return fresh + "".join(sorted(named, key=lambda letter: (not letter.islower(), letter))) + odd


@lru_cache(maxsize=65536)
def text_in(wanted: frozenset[Glob], unwanted: frozenset[Glob]) -> str | None:
    """A shortest text that matches every `wanted` and no `unwanted` pattern; None where there is none.

    Undecidable past `MOST_STATES` states of the product.
    """
    if wanted & unwanted:
        return None
    alphabet = alphabet_of(wanted | unwanted)
    machines = [_Automaton(glob, alphabet) for glob in (*wanted, *unwanted)]
    least, finals = len(wanted), [machine.final for machine in machines]
    start = tuple(machine.start for machine in machines)
    seen, layer = {start}, [(start, "")]
    while layer:
        following = []
        for states, text in layer:
            if all((state & final != 0) is (at < least) for at, (state, final) in enumerate(zip(states, finals, strict=True))):
                return text
            for letter, character in enumerate(alphabet):
                after = tuple(
                    machine.after(state, letter) if state else 0 for machine, state in zip(machines, states, strict=True)
                )
                if after not in seen and all(after[:least]):
                    seen.add(after)
                    following.append((after, text + character))
        if len(seen) > MOST_STATES:
            raise Undecidable(f"{len(machines)} patterns on one value: not decided within {MOST_STATES} states")
        layer = following
    return None


def matches(glob: Glob, text: str) -> bool:
    """Whether a text matches: the same automaton, run on the text alone."""
    letters = "".join(dict.fromkeys(text)) or "x"
    machine = _automaton(glob, letters)
    states = machine.start
    for character in text:
        states = machine.after(states, letters.index(character))
    return bool(states & machine.final)


@lru_cache(maxsize=8192)
def _automaton(glob: Glob, letters: str) -> _Automaton:
    return _Automaton(glob, letters)


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
