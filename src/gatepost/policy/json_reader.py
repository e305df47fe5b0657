"""A JSON reader that keeps places: every value knows where it stands, and nothing doubtful is let through.

Stricter than `json`: duplicate keys are refused, also those that differ by case alone (Access Analyzer, "Duplicate keys with
different case"), and so are NaN, lone surrogates and nesting beyond 64 levels. Numbers keep their spelling.
Source: RFC 8259.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gatepost.policy.errors import PolicyError

MAX_DEPTH: Final = 64
SPACE: Final = re.compile(r"[ \t\n\r]*")
NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
PLAIN: Final = re.compile(r'[^"\\\x00-\x1f]*')
WORDS: Final = {"true": True, "false": False, "null": None}
ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
HEX: Final = re.compile(r"[0-9a-fA-F]{4}")


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number by its spelling."""

    text: str


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands: offsets of its first character and just past its last."""

    value: "str | Number | bool | tuple[Node, ...] | dict[str, Member] | None"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object: where its key stands (with its quotes), and its value."""

    key_start: int
    key_end: int
    node: Node


class Source:
    """A text and its places."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a place; the end of the text for a place beyond its lines."""
        return self._lines[line - 1] + column - 1 if line <= len(self._lines) else len(self.text)

    def error(self, code: str, path: str, problem: str, offset: int) -> PolicyError:
        """The error of a problem at `offset`."""
        return PolicyError(code, path, problem, *self.place(offset))


def decode(document: str | bytes) -> str:
    """The text of a document; bytes must be UTF-8. A byte order mark is refused, as RFC 8259 lets a reader do."""
    if isinstance(document, bytes):
        try:
            return decode(document.decode())
        except UnicodeDecodeError as error:
            before = document[: error.start]
            line = before.count(b"\n") + 1
            column = error.start - (before.rfind(b"\n") + 1) + 1
            raise PolicyError("json-syntax", "", "not UTF-8", line, column) from None
    if document.startswith("\ufeff"):
        raise PolicyError("json-syntax", "", "a byte order mark stands before the document", 1, 1)
    return document


def read_json(source: Source) -> Node:
    """The one JSON value of the text; PolicyError where there is none.

    Its code is `json-syntax`, `duplicate-key`, or `duplicate-key-case` for keys that differ by case alone.
    """
    return _Reader(source, str.lower).document()


def read_data(source: Source) -> Node:
    """As `read_json`, for data that are no policy: keys that differ by case alone are different keys there."""
    return _Reader(source, str).document()


class _Reader:
    def __init__(self, source: Source, key: Callable[[str], str]) -> None:
        self._source = source
        self._key = key  # what two keys may not have in common
        self._text = source.text
        self._at = 0

    def document(self) -> Node:
        node = self._value(0)
        self._skip_space()
        if self._at < len(self._text):
            raise self._expected("the end of the document")
        return node

    def _skip_space(self) -> str:
        match = SPACE.match(self._text, self._at)
        assert match is not None  # noqa: S101 -- the expression matches the empty text
        self._at = match.end()
        return self._text[self._at : self._at + 1]

    def _expected(self, what: str) -> PolicyError:
        found = self._text[self._at : self._at + 1]
        seen = f"found `{found}`" if found else "the document ends"
        return self._source.error("json-syntax", "", f"expected {what}, {seen}", self._at)

    def _value(self, depth: int) -> Node:
        first = self._skip_space()
        start = self._at
        if depth > MAX_DEPTH:
            raise self._source.error("json-syntax", "", f"nested more than {MAX_DEPTH} levels deep", start)
        if first == "{":
            return Node(self._object(depth), start, self._at)
        if first == "[":
            return Node(self._array(depth), start, self._at)
        if first == '"':
            return Node(self._string(), start, self._at)
        for word, value in WORDS.items():
            if self._text.startswith(word, start):
                self._at = start + len(word)
                return Node(value, start, self._at)
        number = NUMBER.match(self._text, start)
        if number is None:
            raise self._expected("a value")
        self._at = number.end()
        return Node(Number(number.group()), start, self._at)

    def _object(self, depth: int) -> dict[str, Member]:
        members: dict[str, Member] = {}
        seen: dict[str, str] = {}
        self._at += 1
        if self._skip_space() == "}":
            self._at += 1
            return members
        while True:
            if self._skip_space() != '"':
                raise self._expected("a key in double quotes")
            key_start = self._at
            key = self._string()
            key_end = self._at
            earlier = seen.setdefault(self._key(key), key)
            if key in members:
                raise self._source.error("duplicate-key", "", f"the key `{key}` stands here a second time", key_start)
            if earlier != key:
                problem = f"the keys `{earlier}` and `{key}` differ by case alone"
                raise self._source.error("duplicate-key-case", "", problem, key_start)
            if self._skip_space() != ":":
                raise self._expected("`:`")
            self._at += 1
            members[key] = Member(key_start, key_end, self._value(depth + 1))
            if not self._goes_on("}"):
                return members

    def _array(self, depth: int) -> tuple[Node, ...]:
        self._at += 1
        if self._skip_space() == "]":
            self._at += 1
            return ()
        items = []
        while True:
            items.append(self._value(depth + 1))
            if not self._goes_on("]"):
                return tuple(items)

    def _goes_on(self, close: str) -> bool:
        found = self._skip_space()
        if found not in (",", close):
            raise self._expected(f"`,` or `{close}`")
        self._at += 1
        return found == ","

    def _string(self) -> str:
        start = self._at
        self._at += 1
        parts = []
        while True:
            plain = PLAIN.match(self._text, self._at)
            assert plain is not None  # noqa: S101 -- the expression matches the empty text
            parts.append(plain.group())
            self._at = plain.end()
            stop = self._text[self._at : self._at + 1]
            if stop == '"':
                self._at += 1
                return "".join(parts)
            if stop != "\\":
                raise (
                    self._expected('`"`')
                    if not stop
                    else self._source.error(
                        "json-syntax", "", f"a control character ({ord(stop):#04x}) in a string that begins here", start
                    )
                )
            parts.append(self._escape())

    def _escape(self) -> str:
        start = self._at
        letter = self._text[start + 1 : start + 2]
        if letter in ESCAPES and letter:
            self._at = start + 2
            return ESCAPES[letter]
        if letter != "u":
            raise self._source.error("json-syntax", "", f"`\\{letter}` is no escape", start)
        code = self._code_unit(start)
        if 0xD800 <= code < 0xDC00 and self._text.startswith("\\u", self._at):
            low = self._code_unit(self._at)
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))
            raise self._source.error("json-syntax", "", "half of a surrogate pair", start)
        if 0xD800 <= code < 0xE000:
            raise self._source.error("json-syntax", "", "half of a surrogate pair", start)
        return chr(code)

    def _code_unit(self, start: int) -> int:
        digits = HEX.match(self._text, start + 2)
        if digits is None:
            raise self._source.error("json-syntax", "", "expected four hexadecimal digits after `\\u`", start)
        self._at = start + 6
        return int(digits.group(), 16)
