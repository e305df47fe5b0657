"""The search for a text in the product of automata: where the patterns themselves do not tell, it does.

The state is a set of states a pattern, made as it is met. The state nearest to the ends of all wanted patterns comes first, so that a
text is mostly found without looking about. A wanted pattern without a living state ends a branch, and so does an unwanted one that
all that may follow matches.
"""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from heapq import heappop, heappush
from typing import Final

from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.wildcards import Automaton, Glob, Row, alphabet_of, automaton

MOST_STATES: Final = 100_000
DEAD: Final = -1  # the state of a pattern from which no text comes: it ends the branch


def search(wanted: Collection[Glob], unwanted: Collection[Glob], most: int = MOST_STATES) -> str | None:
    """A text that matches every `wanted` and no `unwanted` pattern; None where there is none.

    Undecidable past `most` states of the product.
    """
    hopes, fears = ([automaton(glob) for glob in globs] for globs in (wanted, unwanted))
    letters = _classes(hopes + fears, alphabet_of((*wanted, *unwanted)))
    moves = [
        *(_moves(machine, [machine.row(letter) for letter in letters], lambda state: not state) for machine in hopes),
        *(_moves(machine, [machine.row(letter) for letter in letters], machine.is_sure) for machine in fears),
    ]
    start = tuple(machine.start for machine in hopes + fears)
    seen = {start}
    heap = [(0, 0, "", start)]
    while heap:
        _, _, text, states = heappop(heap)
        if all(state & machine.final for state, machine in zip(states, hopes, strict=False)) and not any(
            state & machine.final for state, machine in zip(states[len(hopes) :], fears, strict=True)
        ):
            return text
        following = zip(*(move(state) for move, state in zip(moves, states, strict=True)), strict=True)
        for letter, after in zip(letters, following, strict=True):
            if after not in seen and DEAD not in after:
                seen.add(after)
                left = sum(machine.left[state.bit_length() - 1] for machine, state in zip(hopes, after, strict=False))
                heappush(heap, (len(text) + left, len(seen), text + letter, after))
        if len(seen) > most:
            raise Undecidable(f"{len(moves)} patterns on one value: not decided within {most} states")
    return None


def _classes(machines: Sequence[Automaton], alphabet: str) -> list[str]:
    """The first letter of each class that the automata tell apart."""
    found: dict[tuple[Row, ...], str] = {}
    for letter in alphabet:
        found.setdefault(tuple(machine.row(letter) for machine in machines), letter)
    return list(found.values())


def _moves(machine: Automaton, rows: Sequence[Row], is_dead: Callable[[int], bool]) -> Callable[[int], tuple[int, ...]]:
    """What each letter leads to from a state of one pattern, remembered."""

    @cache
    def moves(state: int) -> tuple[int, ...]:
        found = (machine.after(state, row) for row in rows)
        return tuple(DEAD if is_dead(after) else after for after in found)

    return moves
