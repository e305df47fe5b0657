"""JSON of a large body: its values are counted before any is made, its large strings stay as bytes.

56 MB of `[],[],…` would become a gigabyte of lists, and one string of 50 MB would keep the interpreter's lock while it is copied
(`large_text`). So the body is walked from quote to quote first: what stands between strings is counted, and each large string is
replaced by a name that no caller can know.
"""

import re
import secrets
from typing import Any, Final, cast

import msgspec

from gatepost.aws.wire.large_text import LARGE, PIECE, Body, LargeText, count_in, json_pieces

MOST_VALUES: Final = 50_000
BEFORE_VALUES: Final = (b",", b"[", b"{")  # between strings, each value but the first follows one of these
CLOSELY: Final = 8_192  # bytes
FEW: Final = 32  # bytes
INSIDE: Final = re.compile(rb'(?>[^"\\]++|\\.)*+', re.DOTALL)
decode_json: Final = msgspec.json.Decoder().decode


class TooManyValues(ValueError):
    """The body has more values than any call of AWS's needs."""


def decode_large(body: Body) -> Any:  # noqa: ANN401 -- JSON
    """What the body says, its large strings as `LargeText`; `TooManyValues`, or msgspec's and Unicode's own errors."""
    strings: list[tuple[int, int]] = []
    values = at = 0
    while True:
        opening = body.find(b'"', at)
        end = len(body) if opening < 0 else opening
        values += sum(count_in(body, each, at, end, MOST_VALUES) for each in BEFORE_VALUES)
        if values > MOST_VALUES:
            raise TooManyValues
        if opening < 0:
            break
        closing = _closing_quote(body, opening + 1)
        if closing - opening > LARGE:
            strings.append((opening + 1, closing))
        at = closing + 1
    return _decode(body, strings)


def _closing_quote(body: Body, at: int) -> int:
    """Where the string that begins at `at` ends; msgspec's DecodeError where it does not.

    A quote ends the string unless the run of backslashes before it is odd in length. Behind an escaped quote the next characters are
    matched one by one, since more of them may follow closely.
    """
    start = at  # where a character begins
    while at < len(body):
        quote = body.find(b'"', at, at + PIECE)
        if quote < 0:
            at += PIECE
        elif _backslashes_before(body, start, quote) % 2 == 0:
            return quote
        else:
            start = at = cast("re.Match[bytes]", INSIDE.match(body, quote + 1, quote + 1 + CLOSELY)).end()
    raise msgspec.DecodeError("a string has no end")


def _backslashes_before(body: Body, start: int, end: int) -> int:
    """How many backslashes stand between `start` and `end` right before `end`."""
    at, size = end, FEW
    while at > start:
        part = body[max(start, at - size) : at]
        others = len(part.rstrip(b"\\"))
        at -= len(part) - others
        if others:
            break
        size = min(2 * size, PIECE)
    return end - at


def _decode(body: Body, strings: list[tuple[int, int]]) -> Any:  # noqa: ANN401 -- JSON
    if not strings:
        return decode_json(body)
    name = secrets.token_hex(16)
    kept: list[Body] = []
    at = 0
    for number, (start, end) in enumerate(strings):
        kept += (body[at:start], f"{name}{number}".encode())
        at = end
    kept.append(body[at:])
    by_name = {f"{name}{number}": _large_text(body, start, end) for number, (start, end) in enumerate(strings)}
    return _restored(decode_json(b"".join(kept)), by_name)


def _large_text(body: Body, start: int, end: int) -> LargeText:
    return LargeText(lambda: json_pieces(body, start, end))


def _restored(value: Any, by_name: dict[str, LargeText]) -> Any:  # noqa: ANN401 -- JSON
    """A value with each name replaced by the text that it stands for. Nested no deeper than msgspec decodes."""
    if isinstance(value, str):
        return by_name.get(value, value)
    if isinstance(value, list):
        return [_restored(each, by_name) for each in value]
    if isinstance(value, dict):
        return {by_name[key].text() if key in by_name else key: _restored(each, by_name) for key, each in value.items()}
    return value
