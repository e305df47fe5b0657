"""One client's HTTP connection: bytes in, requests to the gate, answers out in the order of the requests.

1. A request is read, handed in and answered before the next is read: what a client sends ahead (pipelining) waits as bytes, and where
   that is much, the client waits.
2. A body is counted in the budgets (`admission`) while it comes in and while it is worked on, and let go with its answer or its
   connection. Past its own limit it is read away and not kept: the call is still handed in, to be refused and recorded.
3. While a client does not read its answers, it is read no further and nothing more is handed in.
4. A connection is closed whose head does not come whole in time, whose body or reading is slower than the least rate, or which is idle.
5. What is refused here (`Refusal`) is answered and closed, with a moment in which what still comes is read away, so that the answer
   arrives.
6. While the server drains, each answer closes its connection.

`request_reader` reads; there is no framework between it and the gate: a task, a future and a scope a request cost more than the
signature, the decision and the record together (`benchmarks/http_servers.py`).
Source: RFC 9112.
"""

import asyncio
import time
from collections.abc import Callable
from email.utils import formatdate
from enum import Enum
from http import HTTPStatus
from typing import Final, Protocol, cast

import structlog

from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.edge.admission import Admission, Peer, Room
from gatepost.edge.limits import KIB, MIB
from gatepost.edge.refusal import Refusal, no_room
from gatepost.edge.request_head import ALLOW, Head
from gatepost.edge.request_reader import RequestReader

STATUS_LINES: Final = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
SENT_AHEAD: Final = 64 * KIB  # unread bytes of a client, before it is read no further
UNCOUNTED: Final = 16 * KIB  # what a connection may hold without being counted in the budgets
WRITE_AHEAD: Final = 64 * KIB  # of answers that a client has not read, before nothing more is handed in
REQUESTS_A_TURN: Final = 32  # of one connection, before others have their turn
PAUSE_SECONDS: Final = 0.002  # of a connection, after a turn of tiny chunks
LINGER_BYTES: Final = 64 * MIB
STALL_SECONDS: Final = 2  # a body is not given up for its pace before that
PONG: Final = HttpResponse(200, (ALLOW, (b"content-length", b"0")), b"")  # to `OPTIONS *`, which is no call (RFC 9110, 9.3.7)
Answer = Callable[[HttpResponse], None]
Abandon = Callable[[], None]

log = structlog.get_logger("gatepost.http")


class TakesRequests(Protocol):
    """What a connection hands its requests to."""

    def body_limit(self, head: HttpRequest) -> int:
        """The largest body, in bytes, that a request with this head may have. The head's own body is still empty."""

    def take(self, request: HttpRequest, peer: str, answer: Answer, *, secure: bool, too_large: bool) -> Abandon:
        """Work on a request and call `answer` once, on the event loop, with what it comes to.

        What is returned is to be called where the client goes away before it is answered: work that nobody waits for may end.
        `answer` is called even then; until it is, the request's body counts in the budgets.
        """


class Phase(Enum):
    """What a connection is about."""

    HEAD = "waits for a request, or has a part of its head"
    ROOM = "has a part of a body and waits for room"
    BODY = "has a head and a part of its body"
    WORK = "a request is worked on"
    CLOSING = "the last answer was written"


# As names of the module they are read in a tenth of the time.
HEAD, ROOM, BODY, WORK, CLOSING = Phase.HEAD, Phase.ROOM, Phase.BODY, Phase.WORK, Phase.CLOSING


class HttpConnection(asyncio.Protocol):
    """A connection from `address`.

    `peer` is its place in `admission`, which it gives back when it is gone; it is in `siblings` while it is open.
    """

    def __init__(
        self,
        gate: TakesRequests,
        admission: Admission,
        peer: Peer,
        address: str,
        siblings: "set[HttpConnection]",
        *,
        secure: bool,
    ) -> None:
        self.peer = peer
        self._address = address
        self.was_made = False
        self.opening: asyncio.Task[None] | None = None  # until it is made
        self._siblings = siblings
        self._gate = gate
        self._admission = admission
        self._limits = admission.limits
        self._secure = secure
        self._loop = asyncio.get_running_loop()
        self._reader = RequestReader(admission.limits)
        self._transport: asyncio.Transport | None = None
        self._phase = HEAD
        self._since = self._loop.time()  # when the phase began, or its request's first byte came
        self._begun = False  # a byte of the next request is there
        self._was_answered = False
        self._head: Head | None = None
        self._abandon: Abandon | None = None  # of the request that is worked on
        self._closes = False  # after the answer
        self._lingers = False  # with a moment in which the rest of the body is read away
        self._method = ""  # of the request that is worked on
        self._held = 0  # bytes that are counted for it, but for the body that is worked on
        self._held_by_work = 0
        self._advancing = False
        self._again = False  # `_advance` is to be called later, and not before
        self._reading = True
        self._write_paused_at: float | None = None
        self._unwritten = 0  # of the answers, when the present span of the least rate began
        self._span_began = 0.0  # of the least rate
        self._span_bytes = 0
        self._second_bytes = 0
        self._pace = 0.0
        self._draining = False

    # --- asyncio's callbacks --------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        self._transport = cast("asyncio.Transport", transport)  # TCP or TLS; uvloop's own classes do not derive from it
        self._transport.set_write_buffer_limits(high=WRITE_AHEAD)
        self._since = self._loop.time()
        self._siblings.add(self)
        self.was_made, self.opening = True, None
        if self._phase is CLOSING:  # before it was open
            self._loop.call_soon(self._transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """The connection is gone; what was handed in goes on and is recorded all the same."""
        self._transport = None
        self._siblings.discard(self)
        self._admission.wait_no_longer(self)
        self._let_go()
        self.give_place_back()
        abandon, self._abandon = self._abandon, None
        if self._phase is WORK and abandon is not None:
            abandon()

    def give_place_back(self) -> None:
        """It is gone, or was never open."""
        if self in self._admission.connections:
            self._admission.connections.discard(self)
            self._admission.leave(self.peer)

    def data_received(self, data: bytes) -> None:
        """Bytes have come in."""
        size = len(data)
        self._span_bytes += size
        self._second_bytes += size
        if self._phase is CLOSING:
            if self._span_bytes > LINGER_BYTES and self._transport is not None:
                self._transport.abort()
            return
        self._reader.feed(data)
        if self._again:
            self._balance_reading()
        else:
            self._advance()
        if size > UNCOUNTED or self._held:
            self._account_ahead()

    def pause_writing(self) -> None:
        """The client does not read its answers."""
        self._write_paused_at = self._span_began = self._loop.time()
        self._unwritten = self._transport.get_write_buffer_size() if self._transport is not None else 0
        self._account_ahead()
        self._balance_reading()

    def resume_writing(self) -> None:
        """It has read most of them."""
        self._write_paused_at = None
        self._unwritten = 0
        if self._phase is BODY:
            self._begin_span(self._loop.time())
        self._advance()

    # --- from bytes to the gate -----------------------------------------------------------------------------------------

    def _advance(self) -> None:
        """Read and hand in what can be; a request that is answered at once is followed by the next here, not by a call of its own."""
        if self._advancing or self._again:
            return
        self._advancing = True
        try:
            turns = REQUESTS_A_TURN
            while self._read_request():
                turns -= 1
                if self._reader.has_more_to_do:
                    self._advance_later(PAUSE_SECONDS)
                    break
                if not turns:
                    self._advance_later()
                    break
        except Refusal as refusal:
            self._refuse(refusal)
        finally:
            self._advancing = False
        if not self._reading or self._reader.unread or self._phase is ROOM:
            self._balance_reading()

    def _read_request(self) -> bool:
        """Read on; whether there may be more to be read."""
        phase, reader = self._phase, self._reader
        if self._write_paused_at is not None or self._transport is None:
            return False
        if phase is HEAD:
            head = reader.read_head()
            if head is None:
                self._await_head()
                return False
            self._begin(head)
        elif phase is not BODY:
            return False
        if reader.read_body():
            self._hand_in()
            return self._phase is HEAD and reader.unread > 0
        if reader.body_size > reader.limit + self._limits.discarded_bytes:
            self._closes = self._lingers = True
            self._hand_in()
            return True
        if self._phase is HEAD:
            self._phase = BODY
            self._begin_span(self._loop.time())
        self._make_room()
        return reader.has_more_to_do

    def _await_head(self) -> None:
        unread = self._reader.unread
        if self._begun is not (unread > 0):
            self._begun = unread > 0
            if unread:
                self._since = self._loop.time()
        if self._held:
            self._account(unread)

    def _begin(self, head: Head) -> None:
        request = head.request
        limit = 0 if head.is_ping else self._gate.body_limit(request)
        self._head = head
        self._closes = not head.keeps_alive
        self._lingers = False
        self._reader.begin_body(head, limit)
        length = head.length
        if length is not None and length > limit and (head.asks_leave or length > limit + self._limits.discarded_bytes):
            self._closes = self._lingers = True  # its answer comes instead of its leave, and of its body
            self._reader.skip_body()
        elif head.asks_leave and length != 0 and self._reader.unread == 0 and self._transport is not None:
            if not self._admission.has_room(self.peer):
                raise no_room()
            self._transport.write(CONTINUE)

    def _hand_in(self) -> None:
        head, self._head, reader = self._head, None, self._reader
        if head is None:  # the connection is gone
            return
        request, too_large = head.request, reader.is_too_large
        request.body = reader.take_body()
        self._phase = WORK
        self._method = request.method
        size = len(request.body)
        if size > UNCOUNTED:
            self._held_by_work = size
            self._admission.hold(self.peer, size)
        if self._held:
            self._account(reader.unread)
        if head.is_ping:
            self._answer(PONG)
            return
        try:
            abandon = self._gate.take(request, self._address, self._answer, secure=self._secure, too_large=too_large)
        except Exception:
            log.exception("the gate failed")
            raise Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "the server failed; its log says why") from None
        if self._phase is WORK:  # else it is answered already
            self._abandon = abandon

    def _advance_later(self, seconds: float = 0.0) -> None:
        if not self._again:
            self._again = True
            if seconds:
                self._loop.call_later(seconds, self._advance_again)
            else:
                self._loop.call_soon(self._advance_again)

    def _advance_again(self) -> None:
        self._again = False
        self._advance()

    def _balance_reading(self) -> None:
        """Read on from the client, or let it wait."""
        if self._transport is None:
            return
        wanted = (self._write_paused_at is None and self._phase is not ROOM and self._reader.unread < SENT_AHEAD) or (
            self._phase is CLOSING
        )
        if wanted is not self._reading and not self._transport.is_closing():
            self._reading = wanted
            if wanted:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    # --- the budgets ----------------------------------------------------------------------------------------------------

    def _account(self, size: int) -> None:
        if size <= UNCOUNTED:
            size = 0
        if size != self._held:
            change, self._held = size - self._held, size
            self._admission.hold(self.peer, change)

    def _account_ahead(self) -> None:
        """Count what is sent ahead and not read, or answered and not fetched; with no room for it, the client has had its share."""
        self._account(self._reader.held + self._reader.unread + self._unwritten)
        if self._held and self._phase is HEAD and not self._admission.has_room(self.peer):
            self.give_up()

    def _make_room(self) -> None:
        self._account(self._reader.held + self._reader.unread)
        if not self._held or self._admission.has_room(self.peer):
            return
        match self._admission.make_room(self, self._loop.time()):
            case Room.IS:
                return
            case Room.MAY_COME:
                pass
            case Room.COMES_NOT:
                raise no_room()
        self._phase = ROOM
        self._since = self._loop.time()
        self._admission.wait_for_room(self)

    def go_on(self) -> None:
        """There may be room again."""
        if self._phase is ROOM:
            self._phase = BODY
            self._begin_span(self._loop.time())
            self._advance()

    def can_be_given_up(self) -> bool:
        """Whether it holds what comes in, or what its client does not fetch."""
        return self._held > 0 and (self._write_paused_at is not None or self._phase is BODY or self._phase is ROOM)

    def pace(self, now: float) -> float | None:
        """Bytes a second at which what it holds has come in lately; None where it is too early to say, or where we let it wait."""
        if self._write_paused_at is not None:
            return 0.0 if now - self._write_paused_at > STALL_SECONDS else None
        return self._pace if self._phase is BODY and now - self._since > STALL_SECONDS else None

    def makes_room(self) -> bool:
        """Whether what it holds will be let go without anybody else's doing."""
        return self._held_by_work > 0 or (self._held > 0 and self._phase in (BODY, WORK))

    def idle_rank(self) -> tuple[bool, float] | None:
        """Whether it was ever answered, and since when it waits for a whole head; None where it does not wait for one."""
        return (self._was_answered, self._since) if self._phase is HEAD else None

    def give_up(self) -> None:
        """Refuse what comes in, for others need its room."""
        if self._write_paused_at is not None and self._transport is not None:
            self._transport.abort()
            self._account(0)
        else:
            self._refuse(no_room())

    def close_now(self) -> None:
        """Close at once."""
        if self._phase is HEAD:
            self._phase = CLOSING  # it waits for nothing more
        if self._transport is not None:
            self._transport.abort()
        elif (
            self.opening is not None and self._secure
        ):  # a handshake may take long; else it is open in a moment, and closed then
            self.opening.cancel()

    # --- answers --------------------------------------------------------------------------------------------------------

    def _answer(self, response: HttpResponse) -> None:
        if self._held_by_work:
            size, self._held_by_work = self._held_by_work, 0
            self._admission.hold(self.peer, -size)
        self._abandon = None
        if self._phase is not WORK:
            return
        self._phase = HEAD
        self._since = self._loop.time()
        self._begun = False
        self._was_answered = True
        transport = self._transport
        if transport is None:
            return
        closes = self._draining or self._closes
        transport.write(_written(response, closes=closes, has_body=self._method != "HEAD"))
        if not closes:
            self._advance()
        elif self._lingers:
            self._close_gently()
        else:
            self._phase = CLOSING
            self._let_go()
            transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        self._admission.count_refusal(refusal.status.value)
        self._admission.wait_no_longer(self)
        if self._transport is None or self._phase is CLOSING:
            return
        self._transport.write(_written(refusal.response(), closes=True, has_body=self._method_refused() != "HEAD"))
        self._close_gently()

    def _method_refused(self) -> str:
        if self._phase is WORK:
            return self._method
        if self._head is not None:
            return self._head.request.method
        return "HEAD" if self._reader.begins_with(b"HEAD ") else ""

    def _close_gently(self) -> None:
        """Close once what was written has arrived, and read away what comes until then; else the client may see a reset alone."""
        transport = self._transport
        if transport is None:
            return
        self._phase = CLOSING
        self._since = self._loop.time()
        self._span_bytes = 0
        self._let_go()
        if self._draining:
            transport.close()
            return
        if transport.can_write_eof():  # in TLS the client closes, for `connection: close` says so; else the sweep does
            transport.write_eof()
        self._balance_reading()

    def _let_go(self) -> None:
        self._reader.forget()
        self._head = None
        self._account(0)

    # --- time -----------------------------------------------------------------------------------------------------------

    def _begin_span(self, now: float) -> None:
        self._since = self._span_began = now
        self._span_bytes = self._second_bytes = 0
        self._pace = 0.0

    def sweep(self, now: float) -> None:
        """Close where it is idle or too slow. `now` is the loop's time; to be called once a second."""
        if self._transport is None:
            return
        self._pace = (self._pace + self._second_bytes) / 2 if self._second_bytes else self._pace / 8
        self._second_bytes = 0
        limits, phase = self._limits, self._phase
        if self._write_paused_at is not None:
            self._sweep_unread(now)
        elif phase is HEAD:
            waits_for_first = self._begun or not self._was_answered
            if now - self._since > (limits.head_seconds if waits_for_first else limits.idle_seconds):
                self._close_overdue()
        elif phase is BODY:
            if now - self._span_began >= limits.rate_seconds:
                if self._span_bytes < limits.least_rate * (now - self._span_began):
                    self._close_overdue()
                self._span_began, self._span_bytes = now, 0
        elif phase is ROOM:
            self._sweep_for_room(now)
        elif phase is CLOSING and now - self._since > limits.linger_seconds:
            if self._transport.get_write_buffer_size():
                self._sweep_unread(now)
            else:
                self._transport.abort()

    def _sweep_for_room(self, now: float) -> None:
        """Others may have become slow since it asked."""
        if self._admission.make_room(self, now) is Room.IS:
            self._admission.wait_no_longer(self)
            self.go_on()
        elif now - self._since > self._limits.room_seconds:
            self._refuse(no_room())

    def _sweep_unread(self, now: float) -> None:
        """Close where the client does not read its answers at the least rate."""
        span = now - self._span_began
        if span < self._limits.rate_seconds or self._transport is None:
            return
        unwritten = self._transport.get_write_buffer_size()
        if self._unwritten - unwritten < self._limits.least_rate * span:
            self._admission.too_slow += 1
            self._transport.abort()
        self._unwritten, self._span_began = unwritten, now

    def _close_overdue(self) -> None:
        if self._begun or self._phase is BODY:
            self._admission.too_slow += 1
            self._refuse(Refusal(HTTPStatus.REQUEST_TIMEOUT, "the request did not come whole in time"))
        elif self._transport is not None:
            self._transport.abort()

    def drain(self) -> None:
        """Close once the request that is worked on is answered; at once where there is none."""
        self._draining = True
        if self._phase is not WORK and self._transport is not None:
            self._transport.close()

    @property
    def works(self) -> bool:
        """Whether a request is worked on."""
        return self._phase is WORK


_dates: dict[int, bytes] = {}


def _date(seconds: int) -> bytes:
    known = _dates.get(seconds)
    if known is None:
        _dates.clear()
        known = _dates[seconds] = formatdate(seconds, usegmt=True).encode()
    return known


def _written(response: HttpResponse, *, closes: bool, has_body: bool) -> bytes:
    parts = [STATUS_LINES[response.status], b"date: ", _date(int(time.time())), b"\r\n"]
    for name, value in response.headers:
        parts += (name, b": ", value, b"\r\n")
    if closes:
        parts.append(b"connection: close\r\n")
    parts += (b"\r\n", response.body) if has_body else (b"\r\n",)
    return b"".join(parts)
