"""Two patterns: whether they exclude each other, and whether the one lies inside the other. Exact; most often without a search.

Theory, in numbered rules:

1.  Two patterns have nothing in common where their heads, before the first loop, or their tails, after the last, name other
    characters at the same place. If both have loops, over every character, that is the only way: else a text begins with the
    longer head, ends with the longer tail and has all that stands between the loops of both in it.
2.  One pattern lies inside another where the other's automaton accepts its very symbols (`Automaton.runs_over`).
3.  What these do not tell the product of the two automata does.
"""

from functools import lru_cache
from typing import Final

from gatepost.policy.pattern import ANY, STAR
from gatepost.reasoning.product import search
from gatepost.reasoning.wildcards import PART_ANY, PART_STAR, Glob, automaton, filled, matches

FILLINGS: Final = ("x", "")
LOOPS: Final = STAR + PART_STAR
ANYS: Final = ANY + PART_ANY
WILD: Final = LOOPS + ANYS


@lru_cache(maxsize=65536)
def apart(one: Glob, other: Glob) -> bool:
    """Whether no text matches both."""
    if _clash(one, other, 1) or _clash(one, other, -1):
        return True
    if _loops_over_all(one) and _loops_over_all(other):
        return False
    for text, glob in ((one, other), (other, one)):
        if any(matches(glob, filled(text, filling)) for filling in FILLINGS):
            return False
        if _is_text(text):
            return True
    return search((one, other), ()) is None


@lru_cache(maxsize=65536)
def inside(one: Glob, other: Glob) -> bool:
    """Whether every text of the one matches the other."""
    if automaton(other).runs_over(one):
        return True
    if not any(symbol in other.pattern for symbol in (ANY, PART_STAR, PART_ANY)):
        return False
    if not all(matches(other, filled(one, filling)) for filling in FILLINGS):
        return False
    return search((one,), (other,)) is None


def _clash(one: Glob, other: Glob, direction: int) -> bool:
    """Whether the heads (`direction` 1) or the tails (-1) name other characters at the same place."""
    no_case = one.folded or other.folded
    for mine, yours in zip(one.pattern[::direction], other.pattern[::direction], strict=False):
        if mine in LOOPS or yours in LOOPS:
            return False
        if mine != yours and mine not in ANYS and yours not in ANYS and not (no_case and _same_letter(one, mine, other, yours)):
            return True
    return False


def _same_letter(one: Glob, mine: str, other: Glob, yours: str) -> bool:
    return (mine.lower() if other.folded else mine) == (yours.lower() if one.folded else yours)


def _is_text(glob: Glob) -> bool:
    return not glob.folded and not any(symbol in WILD for symbol in glob.pattern)


def _loops_over_all(glob: Glob) -> bool:
    return STAR in glob.pattern and PART_STAR not in glob.pattern and PART_ANY not in glob.pattern
