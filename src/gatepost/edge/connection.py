"""One client's HTTP connection: bytes in, requests to the gate, answers out in the order of the requests.

1. Requests of a connection are answered one after another; one that comes while another is worked on waits (pipelining).
2. The header may take 64 KiB. A body past the limit is read away and not kept: the call is still signed for, recorded and refused.
3. A connection that is idle, or whose request does not come whole in a minute, is closed; so is one that is not HTTP.
4. While the server drains, each answer closes its connection.

`httptools` (llhttp) reads; there is no framework between it and the gate: a task, a future and a scope a request cost more than
the signature, the decision and the record together (`benchmarks/sending.py`).
Source: RFC 9112.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Final, Protocol, cast

import httptools

from gatepost.aws.request import HttpRequest, HttpResponse

MOST_HEADER_BYTES: Final = 65_536
MOST_WAITING: Final = 32  # pipelined requests of one connection, before it is read no further
IDLE_SECONDS: Final = 65  # longer than the minute for which SDKs keep an idle connection
REQUEST_SECONDS: Final = 60
STATUS_LINES: Final = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
Answer = Callable[[HttpResponse], None]
Abandon = Callable[[], None]


class TakesRequests(Protocol):
    """What a connection hands its requests to."""

    def body_limit(self, head: HttpRequest) -> int:
        """The largest body, in bytes, that a request with this head may have. The head's own body is still empty."""

    def take(self, request: HttpRequest, peer: str, answer: Answer, *, secure: bool, too_large: bool) -> Abandon:
        """Work on a request and call `answer` once, on the event loop, with what it comes to.

        What is returned is to be called where the client goes away before it is answered: work that nobody waits for may end.
        """


class HttpConnection(asyncio.Protocol):
    """A connection. `open_connections` is the listener's set, in which it stands while it is open."""

    def __init__(self, gate: TakesRequests, open_connections: "set[HttpConnection]", *, secure: bool) -> None:
        self._gate = gate
        self._open = open_connections
        self._secure = secure
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._peer = ""
        self._waiting: deque[tuple[HttpRequest, bool, bool]] = deque()
        self._busy = False
        self._abandon: Abandon | None = None  # of the request that is worked on
        self._keeps_alive = True
        self._draining = False
        self.since = self._loop.time()  # when it fell idle, or its request began
        self._between = True  # no request has begun
        self._url = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._head: HttpRequest | None = None  # of the request that comes in, once it is whole
        self._body: list[bytes] = []
        self._body_limit = 0
        self._header_size = 0
        self._in_header = False
        self._body_size = 0

    # --- asyncio's callbacks --------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        self._transport = cast("asyncio.Transport", transport)  # TCP or TLS; uvloop's own classes do not derive from it
        self._peer = transport.get_extra_info("peername")[0]
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """The connection is gone; what was handed in goes on and is recorded all the same."""
        self._open.discard(self)
        self._transport = None
        self._waiting.clear()
        self._head, self._body = None, []
        if self._abandon is not None:
            self._abandon()
            self._abandon = None

    def data_received(self, data: bytes) -> None:
        """Bytes have come in."""
        if self._between:
            self._between = False
            self.since = self._loop.time()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:  # an upgrade is one too: nothing here is spoken but HTTP/1.1
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        if self._in_header:
            self._header_size += len(data)
            if self._header_size > MOST_HEADER_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    # --- httptools' callbacks -------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begin()

    def on_url(self, url: bytes) -> None:
        """A part of the request's target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field."""
        self._fields.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The header is whole; a client that waits for leave to send the body gets it."""
        self._in_header = False
        url, _, query = self._url.partition(b"?")
        if not url.startswith(b"/"):  # absolute form: a client that takes us for its proxy
            url = b"/" + url.partition(b"://")[2].partition(b"/")[2]
        self._head = HttpRequest(self._parser.get_method().decode("ascii"), url, query, self._fields, b"")
        self._body_limit = self._gate.body_limit(self._head)
        for name, value in self._fields:
            if name == b"expect" and value.lower() == b"100-continue" and self._transport is not None:
                self._transport.write(CONTINUE)

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body_size += len(body)
        if self._body_size <= self._body_limit:
            self._body.append(body)
        elif self._body:
            self._body = []

    def on_message_complete(self) -> None:
        """The request is whole."""
        request, too_large = self._head, self._body_size > self._body_limit
        if request is None:  # the connection is gone
            return
        request.body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._head, self._body = None, []
        keeps_alive = self._parser.should_keep_alive()
        self._between = True
        if self._busy:
            self._waiting.append((request, too_large, keeps_alive))
            if len(self._waiting) >= MOST_WAITING and self._transport is not None:
                self._transport.pause_reading()
        else:
            self._hand_in(request, too_large, keeps_alive)

    # --- the life of a request ------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._in_header = True
        self._url = b""
        self._fields = []
        self._body = []
        self._header_size = 0
        self._body_size = 0

    def _hand_in(self, request: HttpRequest, too_large: bool, keeps_alive: bool) -> None:
        self._busy = True
        self._keeps_alive = keeps_alive
        abandon = self._gate.take(request, self._peer, self._answer, secure=self._secure, too_large=too_large)
        self._abandon = abandon if self._busy else None  # it may be answered already

    def _answer(self, response: HttpResponse) -> None:
        transport = self._transport
        self._busy, self._abandon = False, None
        if transport is None:
            return
        closes = self._draining or not self._keeps_alive
        transport.write(_written(response, closes=closes))
        self.since = self._loop.time()
        if closes:
            transport.close()
        elif self._waiting:
            self._hand_in(*self._waiting.popleft())
            transport.resume_reading()

    def _refuse(self, status: HTTPStatus) -> None:
        if self._transport is not None:
            if not self._busy:
                body = f"{status.phrase}\n".encode()
                headers = ((b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body)))
                self._transport.write(_written(HttpResponse(status.value, headers, body), closes=True))
            self._transport.close()

    def close_if_overdue(self, now: float) -> None:
        """Close where it is idle, or its request is not whole, for too long. `now` is the loop's time."""
        longest = IDLE_SECONDS if self._between else REQUEST_SECONDS
        if not self._busy and now - self.since > longest and self._transport is not None:
            self._transport.close()

    def drain(self) -> None:
        """Close once the request that is worked on is answered; at once where there is none."""
        self._draining = True
        if not self._busy and self._transport is not None:
            self._transport.close()


_dates: dict[int, bytes] = {}


def _date(seconds: int) -> bytes:
    known = _dates.get(seconds)
    if known is None:
        _dates.clear()
        known = _dates[seconds] = formatdate(seconds, usegmt=True).encode()
    return known


def _written(response: HttpResponse, *, closes: bool) -> bytes:
    parts = [STATUS_LINES[response.status], b"date: ", _date(int(time.time())), b"\r\n"]
    for name, value in response.headers:
        parts += (name, b": ", value, b"\r\n")
    if closes:
        parts.append(b"connection: close\r\n")
    parts += (b"\r\n", response.body)
    return b"".join(parts)
