"""A raw message: its header fields read, its bytes kept.

1. Lengths come first: the header is looked for within its limit, and only then read.
2. A field is one that every reader reads so: no blank before the colon, no control character, no line of blanks alone.
3. Only the header is parsed; the body is never touched but for its line ends, which SMTP wants as CRLF (RFC 5321, section 2.3.8).

Source: RFC 5322, sections 2.1.1, 2.2 and 3.6; SES API Reference, `RawMessage`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gatepost.mail.header import LONGEST_BLOCK, LONGEST_LINE, MOST_FIELDS, HeaderError, field, header_block
from gatepost.mail.lines import has_nul, joined, long_line, with_crlf
from gatepost.mail.once import ONCE

FIELD: Final = re.compile(
    rb"([!-9;-~]{1,126}+):([ -~\t\x80-\xff]*+(?:\r\n[ \t]++[!-~\x80-\xff][ -~\t\x80-\xff]*+)*+)(?:\r\n|\Z)"
)
LINE_END: Final = rb"(?>\r\n|\r|\n)"
HEADER_END: Final = re.compile(LINE_END + LINE_END)
LEADING_END: Final = re.compile(LINE_END)
# Line breaks beside CR and LF, as UTF-8 writes them: NEL, line and paragraph separator.
LINE_BREAK: Final = re.compile(rb"\xc2\x85|\xe2\x80[\xa8\xa9]")


class MessageError(ValueError):
    """Bytes that are no message; the text says why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: its name as written, its value unfolded as bytes, its bytes with the line end."""

    name: str
    value: bytes
    raw: bytes

    @property
    def key(self) -> str:
        """The name in lower case."""
        return self.name.lower()

    @property
    def text(self) -> str:
        """The value as text: UTF-8, else ISO 8859-1, as most readers show it."""
        try:
            return self.value.decode()
        except UnicodeDecodeError:
            return self.value.decode("latin-1")


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message: header fields in order, and the body in slices, with CRLF line ends."""

    fields: tuple[Field, ...]
    body: tuple[bytes, ...]

    def get(self, name: str) -> str | None:
        """The value of the first field of a name (lower case)."""
        return next((each.text for each in self.fields if each.key == name), None)

    def all(self, name: str) -> tuple[Field, ...]:
        """Every field of a name (lower case)."""
        return tuple(each for each in self.fields if each.key == name)

    def written(
        self, without: Iterable[str], first: Iterable[str], instead: Mapping[Field, str] | None = None
    ) -> bytes | bytearray:
        """The message's bytes; MessageError where its header would not be these fields.

        `first` are fields that come before the others, those named in `without` (lower case) are left out, and `instead` has fields
        written anew by those they stand for.
        """
        left_out, anew = frozenset(without), instead or {}
        kept = [
            anew[each].encode("ascii") + b"\r\n" if each in anew else each.raw
            for each in self.fields
            if each.key not in left_out
        ]
        try:
            block = header_block(tuple(first), kept)
        except HeaderError as error:
            raise MessageError(f"{error}.") from None
        return joined((block, b"\r\n", *self.body))


def read_message(content: bytes | bytearray) -> RawMessage:
    """The message of these bytes; MessageError names the line of the header that is no field."""
    leading = LEADING_END.match(content)
    end = leading or HEADER_END.search(content, 0, LONGEST_BLOCK)
    if end is None and len(content) > LONGEST_BLOCK:
        raise MessageError(f"The header is longer than {LONGEST_BLOCK} bytes.")
    head = b"" if leading is not None else b"".join(with_crlf(content if end is None else content[: end.start()]))
    if b"\0" in head or has_nul(content):
        raise MessageError("The message contains a NUL character.")
    fields = _fields(head)
    body = () if end is None else tuple(with_crlf(content, end.end()))
    if long_line(body, LONGEST_LINE):
        raise MessageError(f"The message has a line that is longer than {LONGEST_LINE} characters.")
    return RawMessage(fields, body)


def _fields(head: bytes) -> tuple[Field, ...]:
    fields: list[Field] = []
    seen: set[str] = set()
    at = 0
    if long_line((head,), LONGEST_LINE):
        raise MessageError(f"The header has a line that is longer than {LONGEST_LINE} characters.")
    while at < len(head):
        match = FIELD.match(head, at)
        if match is None:
            line = head.count(b"\r\n", 0, at) + 1
            raise MessageError(f"line {line} of the header is no header field")
        name = match.group(1).decode("ascii")
        if name.lower() in ONCE and name.lower() in seen:
            raise MessageError(f"Duplicate header '{name}'.")
        seen.add(name.lower())
        if LINE_BREAK.search(match.group()):
            raise MessageError(f"Header '{name}' contains line breaks or control characters.")
        raw = match.group() if match.group().endswith(b"\r\n") else match.group() + b"\r\n"
        fields.append(Field(name, match.group(2).replace(b"\r\n", b"").strip(b" \t"), raw))
        if len(fields) > MOST_FIELDS:
            raise MessageError(f"The header has more than {MOST_FIELDS} fields.")
        at = match.end()
    return tuple(fields)


def write_field(name: str, pieces: tuple[str, ...]) -> str:
    """A field that stands in the place of one of the message's own; MessageError where that cannot be."""
    try:
        return field(name, *pieces)
    except HeaderError as error:
        raise MessageError(f"{error}.") from None
