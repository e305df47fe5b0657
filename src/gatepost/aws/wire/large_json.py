"""JSON of a large body: its values are counted before any is made, its large strings stay as bytes.

56 MB of `[],[],…` would become a gigabyte of lists, and one string of 50 MB would keep the interpreter's lock while it is copied
(`large_text`). So the body is walked from quote to quote first: what stands between strings is counted, and each large string is
replaced by a name that no caller can know.
"""

import re
import secrets
from typing import Any, Final

import msgspec

from gatepost.aws.wire.large_text import LARGE, PIECE, Body, LargeText, count_in, json_pieces

MOST_VALUES: Final = 50_000
BEFORE_VALUES: Final = (b",", b"[", b"{")  # between strings, each value but the first follows one of these
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
    """Where the string that begins at `at` ends; msgspec's DecodeError where it does not."""
    while at < len(body):
        end = min(at + PIECE, len(body))
        quote, backslash = body.find(b'"', at, end), body.find(b"\\", at, end)
        if backslash < 0 or 0 <= quote < backslash:
            if quote >= 0:
                return quote
            at = end
            continue
        match = INSIDE.match(
            body, backslash, min(end + 1, len(body))
        )  # one more: a backslash and what it escapes stay together
        at = backslash if match is None else match.end()
        if at < len(body) and body[at : at + 1] == b'"':
            return at
        if at == backslash:  # the body ends with it
            break
    raise msgspec.DecodeError("a string has no end")


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
