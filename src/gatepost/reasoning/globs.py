"""The wildcard theory: a text that matches all of these patterns and none of those, or the proof that there is none.

Theory, in numbered rules:

1.  The pairs are judged first (`pairs`): two wanted patterns that are apart, or a wanted one inside an unwanted one, have no text.
2.  What says nothing new is left out: a wanted pattern around another wanted one, an unwanted one inside another or apart from a
    wanted one.
3.  What is left is tried on likely texts: each wanted pattern filled in, and all of them one behind the other.
4.  Only then the product of their automata is searched (`product`).
5.  Where there is no text, the smallest reasons come first: the pairs to blame. Only where no pair is to blame are literals left out
    one by one, as long as that is little work: a reason that is larger than it need be is one all the same.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from typing import Final

from gatepost.policy.pattern import STAR
from gatepost.reasoning.pairs import apart, inside
from gatepost.reasoning.product import MOST_STATES, search
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.wildcards import Glob, filled, folded, in_parts, matches, symbols_of

__all__ = ["Glob", "Literal", "filled", "folded", "in_parts", "matches", "reasons", "text_in"]

FILLINGS: Final = ("", "x", "someone@example.net")
STATES_FOR_REASONS: Final = 20_000


@lru_cache(maxsize=65536)
def text_in(wanted: frozenset[Glob], unwanted: frozenset[Glob], most: int = MOST_STATES) -> str | None:
    """A text that matches every `wanted` and no `unwanted` pattern; None where there is none.

    A wanted pattern filled in is tried first, for it reads well.

    Undecidable past `most` states of the product.
    """
    text = _likely(sorted(wanted, key=_length), wanted, unwanted)
    if text is not None:
        return text
    if next(_pairs(wanted, unwanted), None) is not None:
        return None
    needed = _extremes(wanted, inside)
    refused = [glob for glob in _extremes(unwanted, _around) if not any(apart(glob, each) for each in needed)]
    text = _likely([_chain(needed)], needed, refused)
    return text if text is not None else search(needed, refused, most)


def _likely(models: Iterable[Glob], wanted: Iterable[Glob], unwanted: Iterable[Glob]) -> str | None:
    """The first text, made from these patterns by filling them in, that matches every wanted and no unwanted one."""
    for model in models:
        for filling in FILLINGS:
            text = filled(model, filling)
            if all(matches(glob, text) for glob in wanted) and not any(matches(glob, text) for glob in unwanted):
                return text
    return None


def _length(glob: Glob) -> tuple[int, str, bool]:
    return -len(glob.pattern), glob.pattern, glob.folded


def _pairs(wanted: Collection[Glob], unwanted: Collection[Glob]) -> Iterator[tuple["Literal", "Literal"]]:
    """The pairs of a wanted and another pattern that no text satisfies."""
    given = tuple(wanted)
    for at, glob in enumerate(given):
        yield from (((glob, True), (each, True)) for each in given[at + 1 :] if apart(glob, each))
        yield from (((glob, True), (each, False)) for each in unwanted if inside(glob, each))


def _around(one: Glob, other: Glob) -> bool:
    return inside(other, one)


def _extremes(globs: Collection[Glob], precedes: Callable[[Glob, Glob], bool]) -> list[Glob]:
    """The least of these patterns: each that no other precedes, and one of those that precede each other."""
    kept: list[Glob] = []
    for glob in sorted(globs, key=_length):
        if not any(precedes(each, glob) for each in kept):
            kept = [*(each for each in kept if not precedes(glob, each)), glob]
    return kept


def _chain(globs: Collection[Glob]) -> Glob:
    """The longest head of these patterns, what stands between the loops of all, and the longest tail."""
    parts = [symbols_of(glob).split(STAR) for glob in globs]
    head = max((first for first, *_ in parts), key=len, default="")
    tail = max((last for *_, last in parts), key=len, default="")
    return Glob(STAR.join((head, *(part for each in parts for part in each[1:-1]), tail)))


Literal = tuple[Glob, bool]  # a pattern and whether it is to match


def reasons(literals: tuple[Literal, ...]) -> list[tuple[Literal, ...]]:
    """Small sets of these literals that no text satisfies, where there is none for all of them (rule 5)."""
    wanted = [glob for glob, to in literals if to]
    pairs = list(_pairs(wanted, [glob for glob, to in literals if not to]))
    if pairs:
        return [*pairs]
    most = STATES_FOR_REASONS // len(literals)
    kept = literals
    if _is_refuted(kept, most):
        for literal in literals:
            fewer = tuple(each for each in kept if each != literal)
            if _is_refuted(fewer, most):
                kept = fewer
    return [kept]


def _is_refuted(literals: Iterable[Literal], most: int) -> bool:
    """Whether so many states are enough to know that no text satisfies these."""
    given = tuple(literals)
    try:
        return (
            text_in(frozenset(glob for glob, to in given if to), frozenset(glob for glob, to in given if not to), most) is None
        )
    except Undecidable:
        return False
