"""Header fields, written and checked: the one place where a line of a header comes to be.

1. `field` writes every field. It takes pieces, between which it folds; a piece holds printable ASCII and nothing else, whatever
   the value came from, so no value can end a line or begin a field.
2. `header_block` holds the whole against the grammar once more, and counts the fields, before a message is kept.

Source: RFC 5322, sections 2.1.1, 2.2 and 2.2.3; RFC 2231 (parameters).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote

from gatepost.mail.encoded_word import encode_words
from gatepost.words.visible import visible_line

LONGEST_LINE: Final = 998  # without CR LF
LONGEST_BLOCK: Final = 77 * 1024  # bytes of all fields
MOST_FIELDS: Final = 1000
FOLD: Final = "\r\n "
FOLD_AT: Final = 900
NAME: Final = re.compile(r"[!-9;-~]{1,126}")
OWN_NAMES: Final = frozenset(("Date", "From", "To", "Cc", "Message-ID", "Subject"))  # of every message: no need to look
# Line breaks beside the controls of ASCII: NEL, line and paragraph separator; and halves of surrogate pairs.
NEVER: Final = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
BLOCK: Final = re.compile(rb"(?:[!-9;-~]++:[ -~\t\x80-\xff]*+\r\n(?:[ \t]++[!-~\x80-\xff][ -~\t\x80-\xff]*+\r\n)*+)*+")


class HeaderError(ValueError):
    """A value that no header can carry; the text names the field."""


def field(name: str, *pieces: str) -> str:
    """One field without its line end: `Name: piece`, each further piece on a folded line.

    HeaderError for a name that is none, and for a piece that is not printable ASCII.
    """
    if name not in OWN_NAMES and not NAME.fullmatch(name):
        raise HeaderError(f"Invalid header name '{visible_line(name)[:126]}'")
    for piece in pieces:
        if not (piece.isascii() and piece.isprintable()):
            raise HeaderError(f"Header '{name}' contains line breaks or control characters")
    return f"{name}: {FOLD.join(pieces)}"


def unstructured(name: str, value: str) -> str:
    """A field of free text. What is not plain ASCII, or would be read as something else, goes as encoded words."""
    if len(value) > LONGEST_BLOCK:
        raise HeaderError(f"Header '{name}' is longer than {LONGEST_BLOCK} bytes")
    if value.isascii() and value.isprintable():
        if not value:
            return field(name, value)
        if "=?" not in value and value[0] != " " and value[-1] != " ":
            pieces = folded(value)
            if pieces is not None:
                return field(name, *pieces)
    elif NEVER.search(value):
        raise HeaderError(f"Header '{name}' contains line breaks or control characters")
    return field(name, *encode_words(value))


def folded(value: str) -> tuple[str, ...] | None:
    """A text in pieces that fit on a line, split at single blanks; None where it cannot be split so."""
    if len(value) <= FOLD_AT:
        return (value,)
    pieces: list[str] = []
    at = 0
    while len(value) - at > FOLD_AT:
        blank = value.rfind(" ", at, at + FOLD_AT)
        if blank <= at or value[blank - 1] == " " or value[blank + 1] == " ":
            return None
        pieces.append(value[at:blank])
        at = blank + 1
    return (*pieces, value[at:])


def parameter(name: str, value: str) -> tuple[str, ...]:
    """A parameter of a structured field, in pieces: a quoted string, or in RFC 2231's form where it is not ASCII or too long."""
    if NEVER.search(value):
        raise HeaderError(f"Parameter '{name}' contains line breaks or control characters")
    if value.isascii() and len(value) <= FOLD_AT // 2 and "=?" not in value:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return (f'{name}="{escaped}"',)
    parts = tuple(_percent_encoded(value))
    if len(parts) == 1:
        return (f"{name}*=UTF-8''{parts[0]}",)
    first, *others = parts
    return (f"{name}*0*=UTF-8''{first};", *(f"{name}*{at}*={part};" for at, part in enumerate(others[:-1], 1)),
            f"{name}*{len(others)}*={others[-1]}")  # fmt: skip


def _percent_encoded(value: str) -> Iterator[str]:
    line = ""
    for character in value:
        encoded = quote(character, safe="-_.~")
        if len(line) + len(encoded) > 60:
            yield line
            line = ""
        line += encoded
    yield line


def header_block(fields: Sequence[str], kept: Sequence[bytes] = ()) -> bytes:
    """The fields as bytes with their line ends, `kept` ones behind; HeaderError where that is not exactly these fields."""
    written = "\r\n".join(fields).encode("ascii") + b"\r\n" if fields else b""
    block = b"".join((written, *kept))
    check_block(block, len(fields) + len(kept))
    return block


def check_block(block: bytes, count: int) -> None:
    """HeaderError unless the block is `count` fields of RFC 5322's grammar, within the limits."""
    if len(block) > LONGEST_BLOCK:
        raise HeaderError(f"The header is longer than {LONGEST_BLOCK} bytes")
    if count > MOST_FIELDS:
        raise HeaderError(f"The header has more than {MOST_FIELDS} fields")
    begun = block.count(b"\r\n") - block.count(b"\r\n ") - block.count(b"\r\n\t")
    if begun != count or not BLOCK.fullmatch(block):
        raise HeaderError("The header is not a sequence of fields")
    if len(block) > LONGEST_LINE and max(map(len, block.split(b"\r\n"))) > LONGEST_LINE:
        raise HeaderError(f"The header has a line that is longer than {LONGEST_LINE} characters")
