"""Bytes in, requests out: where a head ends, where its body ends, and what of it is kept. Pure: no socket, no clock.

Its user asks for a head, says how large the body may be, asks for the body, and then for the next head: what a client sends ahead
(pipelining) stays as bytes until then. What is read does not depend on how the bytes were split on their way.
"""

import io
from http import HTTPStatus
from typing import Final

from gatepost.edge.chunked import Chunked
from gatepost.edge.limits import HttpLimits
from gatepost.edge.refusal import Refusal, bad_request
from gatepost.edge.request_head import REQUEST_LINE_SPARE, TOKEN, Head, check_lines, read_head

HEAD_END: Final = b"\r\n\r\n"
TOKEN_BYTES: Final = frozenset(byte for byte in range(256) if TOKEN.fullmatch(chr(byte)))
MOST_EMPTY_LINES: Final = 4  # before a request; RFC 9112, 2.2 asks for one


class RequestReader:
    """Reads the requests of one connection, one after another."""

    def __init__(self, limits: HttpLimits) -> None:
        self._limits = limits
        self._data = b""
        self._at = 0  # what is read of `_data`
        self._searched = 0  # bytes of a head that is not whole in which its end is not; from `_at`
        self._checked = 0  # bytes of it whose lines are in order; from `_at`
        self._lines = 0  # and how many lines they are
        self._empty_lines = 0
        self._limit = 0  # of the body
        self._left = 0  # of a body whose length is known, what did not come yet
        self._chunked: Chunked | None = None  # a body whose length is not known
        self._whole = b""  # of the body, what came in one piece
        self._sink: io.BytesIO | None = None  # what came in several
        self._size = 0

    def feed(self, data: bytes) -> None:
        """Take bytes from the client."""
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0

    @property
    def unread(self) -> int:
        """How many bytes were fed and not read yet."""
        return len(self._data) - self._at

    def begins_with(self, start: bytes) -> bool:
        """Whether what is not read yet begins with these bytes."""
        return self._data.startswith(start, self._at)

    # --- the head -------------------------------------------------------------------------------------------------------

    def read_head(self) -> Head | None:
        """The next head, None where it is not whole yet. `Refusal` for what can be none."""
        data, at, most = self._data, self._at, self._limits.head_bytes
        if at == len(data):
            return None
        if data[at] not in TOKEN_BYTES:
            if not self._skip_empty_lines():
                return None
            at = self._at
        end = data.find(HEAD_END, at + self._searched, at + most)
        if end < 0:
            self._check_part()
            return None
        head = read_head(data[at:end], self._limits)
        self._at = end + 4
        if self._searched or self._empty_lines:
            self._searched = self._checked = self._lines = self._empty_lines = 0
        return head

    def _skip_empty_lines(self) -> bool:
        """Whether a request's first byte is there, after lines without anything (RFC 9112, 2.2)."""
        data = self._data
        while data.startswith(b"\r\n", self._at):
            self._at += 2
            self._empty_lines += 1
            if self._empty_lines > MOST_EMPTY_LINES:
                raise bad_request("expected a request")
        first = data[self._at : self._at + 1]
        if not first or (first == b"\r" and self.unread == 1):
            return False
        if first[0] not in TOKEN_BYTES:
            raise bad_request("expected an HTTP request; TLS and HTTP/2 are not spoken on this port")
        return True

    def _check_part(self) -> None:
        """Refuse early what can become no head: a wrong line that is whole, a line or a head that is too long."""
        data, at, most = self._data, self._at, self._limits.head_bytes
        last = data.rfind(b"\n", at + self._checked, at + most)
        if last >= 0:
            lines = data[at + self._checked : last].split(b"\n")
            check_lines([_without_return(line).decode("latin-1") for line in lines], self._limits, self._lines)
            self._lines += len(lines)
            self._checked = last + 1 - at
        if self._lines == 0 and len(data) - at >= self._limits.target_bytes + REQUEST_LINE_SPARE + 2:
            raise Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, f"the request target is over {self._limits.target_bytes:,} bytes")
        if len(data) - at >= most:
            raise Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"the header is over {most:,} bytes")
        self._searched = max(0, len(data) - at - len(HEAD_END) + 1)

    # --- the body -------------------------------------------------------------------------------------------------------

    def begin_body(self, head: Head, limit: int) -> None:
        """The body of `head` comes next. Past `limit` bytes it is read away and not kept."""
        self._limit, self._size = limit, 0
        if head.length is None:
            self._left, self._chunked = 0, Chunked(self)
        else:
            self._left = head.length

    def skip_body(self) -> None:
        """The body counts as too large and whole; what comes of it is not read."""
        self._size = self._limit + 1
        self._left, self._chunked = 0, None

    def read_body(self) -> bool:
        """Read what is there of the body; whether it is whole. Then `take_body`. `Refusal` for a chunk that is none."""
        if self._chunked is not None:
            self._at = self._chunked.read(self._data, self._at)
            return self._chunked.whole
        left, at = self._left, self._at
        if left:
            if not self._size and left <= self._limit and left <= len(self._data) - at:  # as most come
                self._whole = self._data[at : at + left]
                self._at, self._size, self._left = at + left, left, 0
                return True
            taken = min(left, len(self._data) - at)
            if taken:
                self.add(self._data, at, at + taken)
                self._at += taken
                self._left -= taken
        return not self._left

    @property
    def has_more_to_do(self) -> bool:
        """Whether `read_body` stopped before its data did, so that others have their turn."""
        return self._chunked is not None and self._chunked.has_more_to_do

    def add(self, data: bytes, start: int, end: int) -> None:
        """Take decoded bytes of the body: one growing buffer, whatever the pieces in which they come."""
        first = self._size == 0
        self._size += end - start
        if self._size > self._limit:
            self._whole, self._sink = b"", None
        elif first:
            self._whole = data[start:end]
        else:
            if self._sink is None:
                self._sink = io.BytesIO()
                self._sink.write(self._whole)
                self._whole = b""
            self._sink.write(data[start:end] if end - start < 4096 else memoryview(data)[start:end])

    @property
    def body_size(self) -> int:
        """The bytes of the body so far, kept or not."""
        return self._size

    @property
    def limit(self) -> int:
        """How large the body may be."""
        return self._limit

    @property
    def is_too_large(self) -> bool:
        """Whether the body passed its limit and is not kept."""
        return self._size > self._limit

    @property
    def held(self) -> int:
        """How many bytes of the body are kept here."""
        return 0 if self._size > self._limit else self._size

    def take_body(self) -> bytes:
        """The body, which is held here no longer; empty where it is too large."""
        if self._sink is None:
            body, self._whole = self._whole, b""
        else:
            body, self._sink = self._sink.getvalue(), None
        self._chunked, self._size = None, 0
        return body

    def forget(self) -> None:
        """Let go of everything."""
        self._data, self._at = b"", 0
        self._searched = self._checked = self._lines = self._empty_lines = 0
        self._chunked, self._whole, self._sink = None, b"", None
        self._left = self._size = 0


def _without_return(line: bytes) -> bytes:
    """A line without the CR at its end; one that does not end so gets a control character, which is refused."""
    return line[:-1] if line.endswith(b"\r") else line + b"\n"
