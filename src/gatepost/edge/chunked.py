"""A body in chunks, decoded. Extensions and trailers are bounded, and dropped: a trailer never becomes a header.

Source: RFC 9112, section 7.1.
"""

import re
from http import HTTPStatus
from typing import Final, Protocol

from gatepost.edge.refusal import Refusal, bad_request
from gatepost.edge.request_head import check_controls, read_field

PLAIN: Final = re.compile(rb"([0-9A-Fa-f]{1,15})\r\n")
SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")
MOST_LINE: Final = 1024  # of a chunk's size and extensions
MOST_EXTRA: Final = 16 * 1024  # of all extensions and trailers of a body
CHUNKS_A_TURN: Final = 256  # so that tiny chunks hold nobody up
MOST_TINY: Final = 65_536  # chunks of a body, before they must have `LEAST_CHUNK` bytes on average
LEAST_CHUNK: Final = 32


class Sink(Protocol):
    """Where the decoded bytes go."""

    def add(self, data: bytes, start: int, end: int) -> None:
        """Take `data[start:end]`."""


class Chunked:
    """The decoder of one body. `whole`: its last chunk and trailers were read; `has_more_to_do`: its turn ended before the data did."""

    __slots__ = ("_chunks", "_extra", "_in_trailers", "_left", "_sink", "_size", "has_more_to_do", "whole")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._left = -2  # of the chunk: bytes, then its CR LF; below that a size comes
        self._extra = 0
        self._chunks = 0
        self._size = 0
        self._in_trailers = False
        self.whole = False
        self.has_more_to_do = False

    def read(self, data: bytes, at: int) -> int:
        """Decode `data` from `at` on; where what is not read yet begins. `Refusal` for what is no chunk."""
        end, turns = len(data), CHUNKS_A_TURN
        self.has_more_to_do = False
        while at < end:
            if self._left > 0:
                taken = min(self._left, end - at)
                self._sink.add(data, at, at + taken)
                at += taken
                self._left -= taken
            if self._left == 0:
                if end - at < 2:
                    if end > at and data[at] != 13:
                        raise bad_request("a chunk does not end in CR LF")
                    return at
                if not data.startswith(b"\r\n", at):
                    raise bad_request("a chunk does not end in CR LF")
                at += 2
                self._left = -2
            if self._left > 0 or at == end:
                return at
            if turns == 0:
                self.has_more_to_do = True
                return at
            turns -= 1
            before = at
            at = self._read_trailer(data, at) if self._in_trailers else self._read_size(data, at)
            if self.whole or at == before:
                return at
        return at

    def _read_size(self, data: bytes, at: int) -> int:
        plain = PLAIN.match(data, at)
        if plain is not None:
            self._begin(int(plain[1], 16))
            return plain.end()
        line, after = _line(data, at, MOST_LINE)
        if line is None:
            return at
        size = SIZE.fullmatch(line)
        if size is None:
            raise bad_request("expected a chunk's size in hexadecimal digits")
        self._count(len(line) - size.end(1))
        self._begin(int(size[1], 16))
        return after

    def _begin(self, size: int) -> None:
        if size:
            self._left = size
            self._chunks += 1
            self._size += size
            if self._chunks > MOST_TINY and self._size < LEAST_CHUNK * self._chunks:
                raise bad_request(f"more than {MOST_TINY:,} chunks of less than {LEAST_CHUNK} bytes on average")
        else:
            self._in_trailers = True

    def _read_trailer(self, data: bytes, at: int) -> int:
        line, after = _line(data, at, MOST_EXTRA)
        if line is None:
            return at
        if line:
            self._count(len(line))
            check_controls(line)
            read_field(line.decode("latin-1"))
        else:
            self.whole = True
        return after

    def _count(self, size: int) -> None:
        self._extra += size
        if self._extra > MOST_EXTRA:
            raise Refusal(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"chunk extensions and trailers are over {MOST_EXTRA:,} bytes"
            )


def _line(data: bytes, at: int, most: int) -> tuple[bytes | None, int]:
    """The line at `at` without its CR LF, and where the next begins; None where it is not whole yet."""
    ends = data.find(b"\n", at, at + most + 2)
    if ends < 0:
        if len(data) - at >= most + 2:
            raise bad_request("a line of a chunked body is too long")
        return None, at
    if ends == at or data[ends - 1] != 13:
        raise bad_request("a line of a chunked body does not end in CR LF")
    return data[at : ends - 1], ends + 1
