"""Two patterns: whether they exclude each other, and whether the one lies inside the other. Exact; most often without a search.

Theory, in numbered rules:

1.  Two patterns have nothing in common where their heads, before the first loop, or their tails, after the last, name other
    characters at the same place. If both have loops, over every character, that is the only way: else a text begins with the
    longer head, ends with the longer tail and has all that stands between the loops of both in it.
2.  One pattern lies inside another where the other's automaton accepts its very symbols (`Automaton.runs_over`). If the other's
    wildcards are all loops over every character, that is the only way, and the symbols may be read as letters that it does not name.
3.  What these do not tell the product of the two automata does.
"""

import re
from functools import lru_cache
from typing import Final

from gatepost.policy.pattern import ANY, STAR
from gatepost.reasoning.product import search
from gatepost.reasoning.wildcards import PART_ANY, PART_STAR, Glob, automaton, filled, matches

FILLINGS: Final = ("x", "")
LOOPS: Final = STAR + PART_STAR
LOOP: Final = re.compile(f"[{LOOPS}]")
ANYS: Final = ANY + PART_ANY
WILD: Final = LOOPS + ANYS


@lru_cache(maxsize=65536)
def apart(one: Glob, other: Glob) -> bool:
    """Whether no text matches both."""
    if _clash(one, other):
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
    if _clash(one, other):
        return False
    loops_alone = not any(symbol in other.pattern for symbol in (ANY, PART_STAR, PART_ANY))
    if loops_alone and not (one.folded or other.folded):
        return matches(other, one.pattern)
    if automaton(other).runs_over(one):
        return True
    if loops_alone or not all(matches(other, filled(one, filling)) for filling in FILLINGS):
        return False
    return search((one,), (other,)) is None


def _clash(one: Glob, other: Glob) -> bool:
    """Whether the heads or the tails name other characters at the same place."""
    (head, tail), (other_head, other_tail) = _ends(one.pattern), _ends(other.pattern)
    if _is_plain(one) and _is_plain(other):
        heads = head.startswith(other_head) or other_head.startswith(head)
        return not (heads and (tail.endswith(other_tail) or other_tail.endswith(tail)))
    return _differ(one, head, other, other_head) or _differ(one, tail[::-1], other, other_tail[::-1])


@lru_cache(maxsize=65536)
def _ends(pattern: str) -> tuple[str, str]:
    """What is before the first loop and what is after the last; of a pattern without a loop twice the whole."""
    first, *_ = parts = LOOP.split(pattern)
    return first, parts[-1]


def _is_plain(glob: Glob) -> bool:
    """Whether each symbol between its loops is the very character that it stands for."""
    return not (glob.folded or ANY in glob.pattern or PART_ANY in glob.pattern)


def _differ(one: Glob, head: str, other: Glob, other_head: str) -> bool:
    no_case = one.folded or other.folded
    return any(
        mine != yours and mine not in ANYS and yours not in ANYS and not (no_case and _same_letter(one, mine, other, yours))
        for mine, yours in zip(head, other_head, strict=False)
    )


def _same_letter(one: Glob, mine: str, other: Glob, yours: str) -> bool:
    return (mine.lower() if other.folded else mine) == (yours.lower() if one.folded else yours)


def _is_text(glob: Glob) -> bool:
    return not glob.folded and not any(symbol in WILD for symbol in glob.pattern)


def _loops_over_all(glob: Glob) -> bool:
    return STAR in glob.pattern and PART_STAR not in glob.pattern and PART_ANY not in glob.pattern
