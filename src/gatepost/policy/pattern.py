"""Wildcards: `*` is any run of characters, the empty one too, and `?` is any single one.

A pattern is matched by a greedy two-pointer walk: at a mismatch only the last star is tried again, one character further. The
worst case is pattern times text; an expression that backtracks over every star would hang on eight of them.

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


def glob(pattern: str, text: str) -> bool:
    """Whether the whole of `text` matches `pattern` (wildcards as `STAR` and `ANY`)."""
    p = t = 0
    star = mark = -1
    while t < len(text):
        if p < len(pattern) and (pattern[p] == ANY or (pattern[p] == text[t] and pattern[p] != STAR)):
            p += 1
            t += 1
        elif p < len(pattern) and pattern[p] == STAR:
            star, mark = p, t
            p += 1
        elif star >= 0:
            mark += 1
            p, t = star + 1, mark
        else:
            return False
    return all(character == STAR for character in pattern[p:])


def matcher(pattern: str) -> Matcher:
    """The quickest test that says the same as `glob(pattern, …)`."""
    if ANY in pattern:
        return lambda text: glob(pattern, text)
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
