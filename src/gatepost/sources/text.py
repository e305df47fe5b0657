"""A text whose every character knows where it stands in its file, also after cutting, joining and unescaping.

Policies in templates are put together: a string in a string, a list joined by colons, JSON made of YAML. What is found in the result
is shown where people wrote it.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter

from gatepost.sources.found import Place


@dataclass(frozen=True, slots=True)
class Mark:
    """From `offset` on, `length` characters follow one another in the file as in the text; those after them stand at their end."""

    offset: int
    line: int
    column: int
    length: int

    def place(self, offset: int) -> Place:
        """Line and column of an offset that this mark is the last before."""
        return self.line, self.column + min(offset - self.offset, self.length)


@dataclass(frozen=True, slots=True)
class Text:
    """Characters, and marks in the order of their offsets; the first is at 0."""

    text: str
    marks: tuple[Mark, ...]

    def place(self, offset: int) -> Place:
        """Line and column, both from 1, of an offset; what was made and not written stands where it was made."""
        return self.marks[self._mark(offset)].place(offset)

    def part(self, start: int, end: int) -> "Text":
        """The characters from `start` to before `end`, each where it was."""
        first = self._mark(start)
        marks: list[Mark] = []
        for at in range(first, len(self.marks)):
            mark = self.marks[at]
            if mark.offset >= end and marks:
                break
            skipped = max(0, start - mark.offset)
            line, column = mark.place(mark.offset + skipped)
            length = max(0, min(mark.length - skipped, end - max(start, mark.offset)))
            marks.append(Mark(max(0, mark.offset - start), line, column, length))
        return Text(self.text[start:end], tuple(marks))

    def _mark(self, offset: int) -> int:
        return max(0, bisect_right(self.marks, offset, key=attrgetter("offset")) - 1)


class Builder:
    """A text that grows."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._marks: list[Mark] = []
        self._length = 0

    def add(self, text: Text) -> None:
        """Characters with their places."""
        self._marks += [Mark(mark.offset + self._length, mark.line, mark.column, mark.length) for mark in text.marks]
        self._put(text.text)

    def add_at(self, text: str, place: Place) -> None:
        """Characters that all stand at one place."""
        self._marks.append(Mark(self._length, *place, 0))
        self._put(text)

    def add_after(self, text: str) -> None:
        """Characters that stand just behind the last ones."""
        self._put(text)

    def built(self) -> Text:
        """The text so far."""
        return Text("".join(self._parts), tuple(self._marks))

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def text_of(content: str) -> Text:
    """The text of a whole file."""
    lines = re.split(r"(?<=\n)", content)
    marks, offset = [], 0
    for number, line in enumerate(lines, 1):
        marks.append(Mark(offset, number, 1, len(line)))
        offset += len(line)
    return Text(content, tuple(marks))


def text_at(content: str, place: Place) -> Text:
    """A text of which every character stands at one place."""
    return Text(content, (Mark(0, *place, 0),))


def joined(parts: Iterable[Text], place: Place) -> Text:
    """The parts one after another; nothing at all stands at `place`."""
    builder = Builder()
    for part in parts:
        builder.add(part)
    built = builder.built()
    return built if built.marks else text_at("", place)


def replaced(text: Text, pattern: re.Pattern[str], replacement: Callable[[re.Match[str], Place], Text]) -> Text:
    """The text with each match of the pattern replaced, which is told where it stands."""
    parts: list[Text] = []
    at = 0
    for found in pattern.finditer(text.text):
        parts += [text.part(at, found.start()), replacement(found, text.place(found.start()))]
        at = found.end()
    parts.append(text.part(at, len(text.text)))
    return joined(parts, text.place(0))
