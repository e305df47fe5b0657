"""An object of a JSON document, read member by member, each error with its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Any  # a document is checked part by part as it is read


class CertificateError(ValueError):
    """A document that is no certificate: where, and what was expected."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}" if place else problem)


@dataclass(frozen=True, slots=True)
class Part:
    """An object and where it stands. What is asked for and is not there, or is of another kind, is a CertificateError."""

    value: Json
    place: str = ""

    def at(self, name: str) -> str:
        """Where a member stands."""
        return f"{self.place}, {name}" if self.place else name

    def has(self, name: str) -> bool:
        """Whether a member is there, and not null."""
        return self._member(name) is not None

    def text(self, name: str) -> str:
        """A member that is a text."""
        value = self._member(name)
        if not isinstance(value, str):
            raise CertificateError(self.at(name), "expected a text")
        return value

    def text_if_there(self, name: str) -> str | None:
        """The same; None where it is absent or null."""
        return self.text(name) if self.has(name) else None

    def number(self, name: str) -> int:
        """A member that is a whole number."""
        value = self._member(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise CertificateError(self.at(name), "expected a whole number")
        return value

    def truth(self, name: str) -> bool:
        """A member that is true or false."""
        value = self._member(name)
        if not isinstance(value, bool):
            raise CertificateError(self.at(name), "expected true or false")
        return value

    def items(self, name: str) -> list[Json]:
        """A member that is a list."""
        value = self._member(name)
        if not isinstance(value, list):
            raise CertificateError(self.at(name), "expected a list")
        return value

    def members(self, name: str) -> Mapping[str, Json]:
        """A member that is an object."""
        value = self._member(name)
        if not isinstance(value, Mapping):
            raise CertificateError(self.at(name), "expected an object")
        return value

    def part(self, name: str) -> "Part":
        """The same, to be read further."""
        return Part(self.members(name), self.at(name))

    def parts(self, name: str) -> "list[Part]":
        """The objects of a member that is a list."""
        return [Part(each, f"{self.at(name)} {number}") for number, each in enumerate(self.items(name), 1)]

    def _member(self, name: str) -> Json:
        if not isinstance(self.value, Mapping):
            raise CertificateError(self.place, "expected an object")
        return self.value.get(name)
