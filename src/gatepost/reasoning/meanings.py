"""What each atom of a question means, as JSON: so that somebody who has the clauses alone knows what they speak of.

A place is a text of the request: `resource.0`, `action.0`, or a key and the number of its value (`ses:recipients.1`). A pattern is a
regular expression for the whole text, in which `.` is any character; a candidate is the value that stands for all like it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gatepost.policy.variables import Variable
from gatepost.reasoning.choices import known_actions
from gatepost.reasoning.layer import Space
from gatepost.reasoning.wildcards import Glob
from gatepost.reasoning.words import RUNS, Word
from gatepost.reasoning.world import Place, World

Meaning = Mapping[str, Any]  # JSON


def meanings_of(space: Space) -> dict[int, Meaning]:
    """The meaning of each atom of a space by its number, in order."""
    return dict(sorted((*_choices(space), *_of_keys(space.world), *_of_values(space.world))))


def _choices(space: Space) -> Iterator[tuple[int, Meaning]]:
    names = known_actions()
    for atom, block in space.actions.items():
        yield atom, {"action": [name for at, name in enumerate(names) if block >> at & 1]}
    if isinstance(space.unlisted, int):
        yield space.unlisted, {"action": "of a service that is not known in full"}
    for atom, block in space.callers.items():
        yield atom, {"caller": space.caller(block, {}).arn}


def _of_keys(world: World) -> Iterator[tuple[int, Meaning]]:
    for key in world.keys.values():
        yield key.present, {"key": key.name, "is": "there"}
        if isinstance(key.is_set, int):
            yield key.is_set, {"key": key.name, "is": "a set"}
        yield from ((slot, {"place": told((key.name, at)), "is": "there"}) for at, slot in enumerate(key.slots))


def _of_values(world: World) -> Iterator[tuple[int, Meaning]]:
    for atom, (place, glob) in world.patterns.items():
        yield atom, pattern(place, glob)
    for atom, (place, mask) in world.masks.items():
        candidates = world.keys[place[0]].candidates or ()
        among = [value for at, value in enumerate(candidates) if mask >> at & 1]
        yield atom, {"place": told(place), "isOneOf": among, "of": list(candidates)}
    for atom, (place, word) in world.words.items():
        yield atom, {"place": told(place), "isLike": "what is not known" if word is None else _word(word)}


def pattern(place: Place, glob: Glob) -> Meaning:
    """That the text at a place matches a pattern."""
    case = {"anyCase": True} if glob.folded else {}
    return {"place": told(place), "matches": _expression(glob.pattern), **case}


def told(place: Place) -> str:
    """A place in short."""
    return f"{place[0]}.{place[1]}"


def _expression(text: str) -> str:
    return "".join(RUNS.get(symbol) or re.escape(symbol) for symbol in text)


def _word(word: Word) -> str:
    """A pattern with variables; the theory of wildcards knows nothing of it but its outline."""
    parts = (f"${{{part.key}}}" if isinstance(part, Variable) else _expression(part) for part in word.parts)
    return f"{'' if not word.folded else '(in any case) '}{''.join(parts)}"
