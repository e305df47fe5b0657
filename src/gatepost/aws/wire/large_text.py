"""Text that a large body holds, decoded a piece at a time.

One call into C on 50 MB keeps the interpreter's lock for 50 ms and more, while every other caller waits. A string above `LARGE` bytes
therefore stays as the bytes that came in; its text, or the bytes that it encodes in base64, are made in pieces of `PIECE` bytes.
"""

import binascii
import codecs
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

LARGE: Final = 262_144  # bytes as they came in
PIECE: Final = 32_768
LONGEST_ESCAPE: Final = 12  # characters: a pair of surrogates in JSON, `\ud83d\ude00`
LONGEST_UTF8: Final = 4  # bytes of a character
LOW_SURROGATES: Final = (b"dc", b"dd", b"de", b"df")
Body = bytes | bytearray
decode_string: Final = msgspec.json.Decoder(str).decode


class NotText(ValueError):
    """The bytes are no UTF-8, or hold an escape that is none."""


class LargeText:
    """One string of a body. `pieces` decodes it from the start whenever it is called; NotText where it cannot be decoded."""

    __slots__ = ("_pieces",)

    def __init__(self, pieces: Callable[[], Iterator[str]]) -> None:
        self._pieces = pieces

    def text(self) -> str:
        """The whole text."""
        return "".join(self._pieces())

    def base64(self, *, blanks: bool = False) -> bytearray:
        """The bytes that it encodes (RFC 4648, section 4); ValueError where it encodes none. `blanks`: white space is left out."""
        content, rest, padded = bytearray(), b"", False
        for piece in self._pieces():
            encoded = rest + (b"".join(piece.encode().split()) if blanks else piece.encode())
            if padded and encoded:
                raise binascii.Error("excess data after padding")
            end = len(encoded) - len(encoded) % 4
            quads, rest = encoded[:end], encoded[end:]
            content += decode_base64(quads)
            padded = quads.endswith(b"=")
        if rest:
            raise binascii.Error("incorrect padding")
        return content


def decode_base64(encoded: str | bytes) -> bytes:
    """The bytes that a text encodes, padded as RFC 4648, section 3.2, has it; ValueError where it encodes none."""
    if len(encoded) % 4 or encoded[-3:] in ("===", b"==="):  # Python's strict mode takes any padding behind a whole quad
        raise binascii.Error("incorrect padding")
    return binascii.a2b_base64(encoded, strict_mode=True)


def count_in(body: Body, byte: bytes, start: int, end: int, most: int) -> int:
    """How often a byte stands between two places, counted as far as `most` is passed."""
    count = 0
    while start < end and count <= most:
        count += body.count(byte, start, min(start + PIECE, end))
        start += PIECE
    return count


def json_pieces(body: Body, start: int, end: int) -> Iterator[str]:
    """The text of a JSON string whose characters, without its quotes, stand between `start` and `end`."""
    while start < end:
        cut = min(start + PIECE, end)
        if cut < end:
            cut = _between_characters(body, start, cut)
        try:
            yield decode_string(b'"%b"' % bytes(body[start:cut]))
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NotText("not a JSON string in UTF-8") from None
        start = cut


def _between_characters(body: Body, start: int, cut: int) -> int:
    """The last place up to `cut`, after `start`, that parts no escape, pair of surrogates or UTF-8 sequence."""
    backslash = body.find(b"\\", cut - LONGEST_ESCAPE, cut)
    if backslash >= 0:
        # A run of backslashes begins a character where it begins; what stands before it is whole.
        cut = start + len(body[start:backslash].rstrip(b"\\"))
        if body[cut : cut + 2] == b"\\u" and body[cut + 2 : cut + 4].lower() in LOW_SURROGATES:
            cut -= 6
        # Where the piece is nothing but backslashes, they escape each other in pairs.
        return cut if cut > start else start + (backslash - start) // 2 * 2
    for _ in range(LONGEST_UTF8 - 1):
        if body[cut] & 0xC0 == 0x80:  # inside a UTF-8 sequence
            cut -= 1
    return cut


def form_pieces(body: Body, start: int, end: int) -> Iterator[str]:
    """The text of a form's value (`application/x-www-form-urlencoded`) that stands between `start` and `end`."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    while start < end:
        cut = min(start + PIECE, end)
        if cut < end:  # not inside `%41`
            percent = body.find(b"%", cut - 2, cut)
            cut = cut if percent < 0 else percent
        try:
            yield decoder.decode(percent_decoded(bytes(body[start:cut])), final=cut == end)
        except UnicodeDecodeError:
            raise NotText("not UTF-8") from None
        start = cut


def percent_decoded(part: bytes) -> bytes:
    """A form's name or value decoded: `+` is a space, `%41` is `A`; a `%` before anything but two digits of base 16 stays."""
    if b"+" in part:
        part = part.replace(b"+", b" ")
    percents = part.count(b"%")
    if not percents:
        return part
    # Quoted-printable decodes the same in C, but for what its grammar has besides: soft line breaks and `==`.
    if b"\n" not in part and b"\r" not in part:
        decoded = binascii.a2b_qp(part.replace(b"=", b"%3D").replace(b"%", b"="))
        if len(decoded) == len(part) - 2 * percents:
            return decoded
    from urllib.parse import unquote_to_bytes  # noqa: PLC0415 -- for forms that no encoder makes

    return unquote_to_bytes(part)
