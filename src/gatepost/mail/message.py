"""A raw message: its header fields read, its bytes kept.

Only the header is parsed; the body is never touched but for its line ends, which SMTP wants as CRLF (RFC 5321, section 2.3.8).
Source: RFC 5322, sections 2.2 and 3.6.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FIELD: Final = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:[ \t]*((?:[^\n]|\n[ \t])*)(?:\n|\Z)")
BARE_LINE_END: Final = re.compile(rb"(?<!\r)\n|\r(?!\n)")
# Fields that may stand once. Source: SES Developer Guide, "Amazon SES header fields"; RFC 5322, section 3.6.
ONCE: Final = frozenset(
    (
        "from", "to", "cc", "bcc", "subject", "date", "message-id", "sender", "reply-to", "in-reply-to", "references",
        "mime-version", "content-type", "content-transfer-encoding", "return-path", "x-ses-configuration-set",
    )
)  # fmt: skip


class MessageError(ValueError):
    """Bytes that are no message; the text says why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: its name as written, its value unfolded, its bytes with the line end."""

    name: str
    value: str
    raw: bytes

    @property
    def key(self) -> str:
        """The name in lower case."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message: header fields in order, and the body with CRLF line ends."""

    fields: tuple[Field, ...]
    body: bytes

    def get(self, name: str) -> str | None:
        """The value of the first field of a name (lower case)."""
        return next((field.value for field in self.fields if field.key == name), None)

    def all(self, name: str) -> tuple[str, ...]:
        """The values of every field of a name (lower case)."""
        return tuple(field.value for field in self.fields if field.key == name)

    def written(self, without: Iterable[str], first: Iterable[tuple[str, str]]) -> bytes:
        """The message's bytes, with `first` before the other fields and the fields named in `without` (lower case) left out."""
        left_out = frozenset(without)
        head = b"".join(f"{name}: {value}\r\n".encode() for name, value in first)
        kept = b"".join(field.raw for field in self.fields if field.key not in left_out)
        return b"".join((head, kept, b"\r\n", self.body))


def read_message(content: bytes) -> RawMessage:
    """The message of these bytes; MessageError names the line of the header that is no field."""
    if b"\0" in content:
        raise MessageError("the message contains a NUL character")
    content = BARE_LINE_END.sub(b"\r\n", content)
    head, ends, body = content.partition(b"\r\n\r\n")
    if content.startswith(b"\r\n"):
        head, ends, body = b"", b"\r\n", content[2:]
    text = head.replace(b"\r\n", b"\n")
    fields: list[Field] = []
    seen: set[str] = set()
    at = 0
    while at < len(text):
        match = FIELD.match(text, at)
        if match is None:
            line = text.count(b"\n", 0, at) + 1
            raise MessageError(f"line {line} of the header is no header field")
        raw = match.group().rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
        name = match.group(1).decode("ascii")
        if name.lower() in ONCE and name.lower() in seen:
            raise MessageError(f"Duplicate header '{name}'.")
        seen.add(name.lower())
        fields.append(Field(name, _unfolded(match.group(2)), raw))
        at = match.end()
    return RawMessage(tuple(fields), body if ends else b"")


def _unfolded(value: bytes) -> str:
    joined = value.replace(b"\n", b"").strip()
    try:
        return joined.decode()
    except UnicodeDecodeError:
        return joined.decode("latin-1")
