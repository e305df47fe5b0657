"""What a JSON or YAML file says, with the place of every value: strings, words, lists and objects."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gatepost.sources.found import Place
from gatepost.sources.text import Text, text_at

UNKNOWN: Final = "${gatepost:unresolved/"
VARIABLE: Final = re.compile(re.escape(UNKNOWN) + r"([^}]*)\}")
SEVERAL: Final = "[]"  # the end of a variable's name that stands for any number of texts
NO_NAME: Final = re.compile(r"[\s{},'\"\\]")  # what may not stand in the name of a policy's variable


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string; or a number, `true`, `false` or `null` by its spelling, which `is_word`. `place` is where its quote stands."""

    text: Text
    place: Place
    is_word: bool = False

    @property
    def is_null(self) -> bool:
        """Whether it is `null`."""
        return self.is_word and self.text.text == "null"


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    values: "tuple[Tree, ...]"
    place: Place


@dataclass(frozen=True, slots=True)
class Field:
    """A member of an object: its key with its place, and its value."""

    key: Scalar
    value: "Tree"


@dataclass(frozen=True, slots=True)
class Fields:
    """An object."""

    members: Mapping[str, Field]
    place: Place

    def get(self, name: str) -> "Tree | None":
        """The value of a member; None where there is none, or it is null."""
        field = self.members.get(name)
        return None if field is None or (isinstance(field.value, Scalar) and field.value.is_null) else field.value

    def at(self, *names: str) -> "Tree | None":
        """The value at the end of a path of members; None where the path breaks off."""
        value: Tree | None = self
        for name in names:
            value = value.get(name) if isinstance(value, Fields) else None
        return value


Tree = Scalar | Items | Fields


class Names:
    """The names of a file's variables: one for each part, though a policy takes no quotes in them and does not tell their case."""

    def __init__(self) -> None:
        self._parts: dict[str, str] = {}

    def variable(self, part: str, place: Place) -> str:
        """The variable that stands for a part; where another has its name already, the place is in it."""
        name = NO_NAME.sub("_", part)
        is_first = self._parts.setdefault(name.lower(), part) == part
        return name if is_first else f"{name}@{place[0]}:{place[1]}"


def string(value: "Tree | None") -> str | None:
    """The characters of a string; None for anything else."""
    return value.text.text if isinstance(value, Scalar) and not value.is_word else None


def fields(value: "Tree | None") -> Iterator[tuple[str, Tree]]:
    """The members of an object; none of anything else."""
    if isinstance(value, Fields):
        yield from ((name, field.value) for name, field in value.members.items())


def items(value: "Tree | None") -> tuple[Tree, ...]:
    """The entries of a list; a value that is none is its own only entry, as everywhere in policies; none of nothing."""
    if value is None:
        return ()
    return value.values if isinstance(value, Items) else (value,)


def scalar_at(text: str, place: Place) -> Scalar:
    """A string that nobody wrote, at the place for which it stands."""
    return Scalar(text_at(text, place), place)


def unknown(name: str, place: Place) -> Scalar:
    """The variable that stands for a part of which only the name is known."""
    return scalar_at(f"{UNKNOWN}{name}}}", place)


def object_of(members: Mapping[str, Tree], place: Place) -> Fields:
    """An object that nobody wrote, of values that somebody did."""
    return Fields({name: Field(scalar_at(name, value.place), value) for name, value in members.items()}, place)
