"""Wildcards: `*` is any run of characters, the empty one too, and `?` is any single one.

A pattern without `?` is matched by the string searches of Python, part by part. One with `?` is matched by a nondeterministic automaton
whose states are the bits of one integer: a few operations on it for each character of the text, whatever the pattern. So no pattern
and no text make a match cost more than in proportion to the text (times a 64th of the pattern); an expression that backtracks over
every star would hang on eight of them, and a greedy walk costs pattern times text.
Source: Baeza-Yates and Gonnet, "A New Approach to Text Searching" (shift-and), with a self-loop for each star.

Inside this package a wildcard is a character of its own (`STAR`, `ANY`), so that a literal `*`, written `${*}` or brought in by
a variable's value, is only itself. `wild` turns a policy's text into that form.
"""

from collections.abc import Callable
from typing import Final

STAR: Final = "\ue000"  # private use: no policy document may hold it (its characters end at U+00FF)
ANY: Final = "\ue001"
WILD: Final = {ord("*"): STAR, ord("?"): ANY}
Matcher = Callable[[str], bool]


def wild(text: str) -> str:
    """A policy's text with its wildcards in the package's own form."""
    return text.translate(WILD)


def is_star(text: str) -> bool:
    """Whether a policy's pattern is of stars alone, and so matches every text. An empty one matches the empty text alone."""
    return text != "" and not text.strip("*")


def glob(pattern: str, text: str) -> bool:
    """Whether the whole of `text` matches `pattern` (wildcards as `STAR` and `ANY`)."""
    return matcher(pattern)(text)


def automaton(pattern: str) -> Matcher:
    """The test of any pattern, `?` among it.

    State i: the first i characters of the pattern (without stars) have been matched.
    """
    any_here = loops = 0
    by_character: dict[str, int] = {}
    size = 0
    for character in pattern:
        bit = 1 << size
        if character == STAR:
            loops |= bit
            continue
        if character == ANY:
            any_here |= bit
        else:
            by_character[character] = by_character.get(character, 0) | bit
        size += 1
    taken = {character: bits | any_here for character, bits in by_character.items()}
    accepted = 1 << size

    def test(text: str) -> bool:
        states = 1
        for character in text:
            states = ((states & taken.get(character, any_here)) << 1) | (states & loops)
            if not states:
                return False
        return states & accepted != 0

    return test


def matcher(pattern: str) -> Matcher:
    """The quickest test of a pattern."""
    if ANY in pattern:
        return automaton(pattern)
    parts = pattern.split(STAR)
    if len(parts) == 1:
        return pattern.__eq__
    first, last = parts[0], parts[-1]
    middle = tuple(part for part in parts[1:-1] if part)
    if middle:
        return _in_order(first, middle, last)
    return _ends(first, last)


def _in_order(first: str, middle: tuple[str, ...], last: str) -> Matcher:
    """The text begins so, ends so, and has the parts between in their order: each is taken where it first comes."""
    least = len(first) + len(last)

    def test(text: str) -> bool:
        if len(text) < least or not text.startswith(first) or not text.endswith(last):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            found = text.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True

    return test


def _ends(first: str, last: str) -> Matcher:
    if not first and not last:
        return lambda _text: True
    if not last:
        return lambda text: text.startswith(first)
    if not first:
        return lambda text: text.endswith(last)
    least = len(first) + len(last)
    return lambda text: len(text) >= least and text.startswith(first) and text.endswith(last)


def is_literal(pattern: str) -> bool:
    """Whether a pattern (in the package's form) matches one text alone."""
    return STAR not in pattern and ANY not in pattern
