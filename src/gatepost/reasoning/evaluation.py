"""A formula asked of one request: what each atom says of it, without any solver."""

from typing import cast

from gatepost.policy.request import Request
from gatepost.policy.variables import Variable
from gatepost.reasoning.choices import known_actions
from gatepost.reasoning.formula import Formula, justification
from gatepost.reasoning.keys import Key
from gatepost.reasoning.layer import Space
from gatepost.reasoning.lines import Lines
from gatepost.reasoning.wildcards import Glob, matches
from gatepost.reasoning.words import Word
from gatepost.reasoning.world import ACTION, RESOURCE, Place


class Conditions(Lines):
    """A world whose atoms are conditions, also where one key is compared in two ways: of a text each can be asked."""

    __slots__ = ()

    def compared_otherwise(self, key: Key, family: str) -> None:
        """Nothing: a text is a text."""


def is_true_of(request: Request, posed: tuple[Space, Formula]) -> bool:
    """Whether the formula, posed in `Conditions`, may hold of a request that is asked by the caller of its space.

    It holds or does not, but for atoms of which it is not known what they say: those are as the formula needs them.
    """
    space, formula = posed
    true = _Request(request, space).true()
    unknown = {atom for atom, (_, word) in space.world.words.items() if word is None}
    return (
        justification(formula, lambda literal: abs(literal) in unknown or (abs(literal) in true) is (literal > 0)) is not None
    )


class _Request:
    def __init__(self, request: Request, space: Space) -> None:
        self._request = request
        self._space = space
        self._world = cast("Conditions", space.world)

    def true(self) -> frozenset[int]:
        """The atoms that hold of it."""
        world = self._world
        found = {*self._chosen(), *self._of_keys()}
        found |= {atom for atom, (place, glob) in world.patterns.items() if self._matches(place, glob)}
        for atom, compared in world.comparisons.items():
            value = self._value(compared.place)
            if value is not None and compared.holds(value) is True:
                found.add(atom)
        return frozenset((*found, *(atom for atom, (place, word) in world.words.items() if word and self._is(place, word))))

    def _chosen(self) -> list[int]:
        space, names = self._space, [name.lower() for name in known_actions()]
        at = names.index(self._request.action_key) if self._request.action_key in names else -1
        unlisted = [space.unlisted] if at < 0 and isinstance(space.unlisted, int) else []
        listed = [chosen for chosen, block in space.actions.items() if at >= 0 and block >> at & 1]
        return [*listed, *unlisted, *space.callers]

    def _of_keys(self) -> list[int]:
        context, found = self._request.context, []
        for key in self._world.keys.values():
            given = context.get(key.name)
            if given is not None:
                values = (given,) if isinstance(given, str) else given
                is_set = [key.is_set] if isinstance(key.is_set, int) and not isinstance(given, str) else []
                found += [key.present, *is_set, *key.slots[: len(values)]]
        return found

    def _value(self, place: Place) -> str | None:
        """The text at a place; None where there is none."""
        if place == RESOURCE:
            return self._request.resource
        if place == ACTION:
            return self._request.action_key
        given, at = self._request.context.get(place[0], ()), place[1]
        values = (given,) if isinstance(given, str) else given
        return values[at] if at < len(values) else None

    def _matches(self, place: Place, glob: Glob) -> bool:
        value = self._value(place)
        return value is not None and matches(glob, value)

    def _is(self, place: Place, word: Word) -> bool:
        """Whether a text is a word, filled in with what the request itself says."""
        values = [self._value((part.key, 0)) if isinstance(part, Variable) else part for part in word.parts]
        text = "".join(value for value in values if value is not None)
        return None not in values and self._matches(place, Glob(text.lower() if word.folded else text, word.folded))
