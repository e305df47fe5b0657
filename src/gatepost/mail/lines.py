"""Line ends and transfer encodings of whole bodies, a slice at a time.

A call into C holds the interpreter for as long as it runs. So nothing here works on more than `SLICE` bytes in one call: other
threads get their turn while a message of 40 MB is read, and the cost is in proportion to the length.

Source: RFC 5321, section 2.3.8 (line ends); RFC 2045, section 6 (transfer encodings).
"""

import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

SLICE: Final = 32_768  # bytes
FEW: Final = 128  # parts that are joined in one call: 4 MB where they are slices
BASE64_LINE: Final = 57  # bytes, 76 characters
BARE_LINE_FEED: Final = re.compile(rb"(?<!\r)\n")


def slices(content: bytes | bytearray, at: int = 0) -> Iterator[bytes]:
    """The content from `at` on, in slices; a CR LF is never cut."""
    while at < len(content):
        end = at + SLICE
        if content[end - 1 : end + 1] == b"\r\n":
            end += 1
        yield bytes(content[at:end])
        at = end


def joined(parts: Sequence[bytes]) -> bytes | bytearray:
    """The parts as one; many are put together a part at a time, as a `bytearray`."""
    if len(parts) <= FEW:
        return b"".join(parts)
    content = bytearray()
    for part in parts:
        content += part
    return content


def with_crlf(content: bytes | bytearray, at: int = 0) -> Iterator[bytes]:
    """The content from `at` on, in slices with every line end as CR LF: a bare CR or LF is one as well."""
    for part in slices(content, at):
        line_feeds = part.count(b"\n")
        if line_feeds == part.count(b"\r") == part.count(b"\r\n"):
            yield part
        else:
            yield part.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def length_with_crlf(content: bytes | bytearray) -> int:
    """How long the content is with every line end as CR LF."""
    return sum(len(part) + part.count(b"\n") + part.count(b"\r") - 2 * part.count(b"\r\n") for part in slices(content))


def has_nul(content: bytes | bytearray) -> bool:
    """Whether there is a NUL in the content."""
    return any(b"\0" in part for part in slices(content))


def long_line(parts: Sequence[bytes], longest: int) -> bool:
    """Whether a line of the content, whose line ends are CR LF, is longer than `longest`. The parts are cut by `slices`."""
    if len(parts) == 1 and len(parts[0]) <= longest:
        return False
    open_line = 0  # what of a line the part before has begun
    for part in parts:
        at = -open_line
        while len(part) - at > longest:
            # The last line end within reach: from there on the next `longest` characters have to have one too.
            end = part.rfind(b"\r\n", max(at, 0), max(at + longest + 2, 0))
            if end < 0:
                return True
            at = end + 2
        last = part.rfind(b"\r\n", max(at, 0))
        open_line = len(part) - (at if last < 0 else last + 2)
    return False


def base64_lines(content: bytes | bytearray) -> Iterator[bytes]:
    """The content in base64, in lines of 76 characters."""
    size = BASE64_LINE * (SLICE // BASE64_LINE)
    for at in range(0, len(content), size):
        text = binascii.b2a_base64(content[at : at + size], newline=False)
        yield b"\r\n".join([text[line : line + 76] for line in range(0, len(text), 76)]) + b"\r\n"
    if not content:
        yield b"\r\n"


def quoted_printable(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Parts of a text whose line ends are CR LF, in quoted-printable. The parts are cut by `slices`, so no line end is torn."""
    before = b""
    for part in parts:
        if before:
            yield _quoted(before)
            if not before.endswith(b"\r\n"):
                yield b"=\r\n"  # a soft line break: the line goes on in the next part
        before = part
    yield _quoted(before) + b"\r\n"


def _quoted(part: bytes) -> bytes:
    # Its soft line breaks are bare line feeds where the text has no line end to go by.
    return BARE_LINE_FEED.sub(b"\r\n", binascii.b2a_qp(part, istext=True))
