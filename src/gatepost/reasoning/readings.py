"""Likely texts for a key that is compared as text and as something else: as a date, a number, an address.

No theory here knows which dates are written with `2023-` at the front. So texts are made that may be both: the patterns on the key
laid over values that stand for all, and filled in as its kind is written.
"""

from collections.abc import Iterator
from itertools import chain, product
from typing import Final

from gatepost.policy.model import Operator
from gatepost.policy.operators import is_readable
from gatepost.policy.pattern import ANY, STAR
from gatepost.reasoning.candidates import UNREADABLE
from gatepost.reasoning.wildcards import Glob, filled
from gatepost.reasoning.world import World

READ_BY: Final = {"Date": "DateEquals", "Numeric": "NumericEquals", "IPAddress": "IpAddress", "Binary": "BinaryEquals"}
FILLINGS: Final = {"IPAddress": ("0", "0.0", "0.0.0", "1", ":"), "Numeric": ("0", "1", "")}


def readings(world: World, name: str) -> Iterator[str]:
    """Texts for a key (lower case), the likeliest first; only such as its kind can be."""
    key = world.keys[name]
    candidates = key.candidates or ()
    globs = [glob for place, glob in world.patterns.values() if place == (name, 0)]
    laid = (_laid_over(glob, candidate) for glob, candidate in product(globs, candidates))
    filled_in = (filled(glob, filling) for glob in globs for filling in FILLINGS.get(key.family, ()))
    operator, any_text = Operator(READ_BY.get(key.family, "Bool")), UNREADABLE in candidates
    for text in dict.fromkeys(chain(laid, filled_in, candidates)):
        if text and (any_text or is_readable(operator, text)):
            yield text


def _laid_over(glob: Glob, text: str) -> str:
    """A text with the pattern's head and tail in the place of its own; a pattern without a loop alone."""
    head, loop, rest = glob.pattern.partition(STAR)
    if not loop:
        return _beside(head, text)
    tail = rest.rpartition(STAR)[2]
    return _beside(head, text) + text[len(head) : len(text) - len(tail)] + _beside(tail, text[len(text) - len(tail) :])


def _beside(pattern: str, text: str) -> str:
    """A pattern without loops, its wildcards read from a text beside it."""
    return "".join(
        other if symbol == ANY else symbol for symbol, other in zip(pattern, text.ljust(len(pattern), "0"), strict=False)
    )
