"""A connection without a socket: a transport that keeps what is written, a gate that answers at once or later, a clock by hand."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.edge.admission import Admission
from gatepost.edge.connection import Abandon, Answer, HttpConnection
from gatepost.edge.limits import HttpLimits

T = TypeVar("T")
GET = b"GET /_gatepost/health HTTP/1.1\r\nHost: h\r\n\r\n"


class Wire(asyncio.Transport):
    """What a connection writes to. `reads` is how much of it the client has read at once; all of it unless it is told otherwise."""

    def __init__(self, *, can_write_eof: bool = True) -> None:
        super().__init__()
        self.written = b""
        self.ended = self.closed = self.aborted = False
        self.reading = True
        self.unread: int | None = None
        self._can_write_eof = can_write_eof

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.is_closing(), "written after the end"
        self.written += bytes(data)
        if self.unread is not None:
            self.unread += len(data)

    def is_closing(self) -> bool:
        return self.closed or self.aborted

    def can_write_eof(self) -> bool:
        return self._can_write_eof

    def write_eof(self) -> None:
        self.ended = True

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True

    def get_write_buffer_size(self) -> int:
        return self.unread or 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.limits = (high, low)

    @property
    def over(self) -> bool:
        """Whether the client sees an end."""
        return self.ended or self.closed or self.aborted


class Echo:
    """A gate that answers each request with its body's size, `max_body` at most; holds the answers back in `held` where `holds`."""

    def __init__(self, *, max_body: int = 100_000, holds: bool = False) -> None:
        self.max_body = max_body
        self.taken: list[HttpRequest] = []
        self.too_large: list[bool] = []
        self.abandoned = 0
        self.holds = holds
        self.held: list[Answer] = []

    def body_limit(self, head: HttpRequest) -> int:
        assert head.body == b""
        return self.max_body

    def take(self, request: HttpRequest, peer: str, answer: Answer, *, secure: bool, too_large: bool) -> Abandon:
        del peer, secure
        self.taken.append(request)
        self.too_large.append(too_large)
        if self.holds:
            self.held.append(answer)
        else:
            answer(response(len(request.body), 413 if too_large else 200))
        return self.abandon

    def abandon(self) -> None:
        self.abandoned += 1

    def answer_all(self) -> None:
        """Answer what is held back, until nothing more is."""
        while self.held:
            self.held.pop(0)(response(0))


def response(size: int, status: int = 200) -> HttpResponse:
    body = b"%d" % size
    return HttpResponse(status, ((b"content-length", b"%d" % len(body)),), body)


class Client:
    """One connection and its client, in a loop whose time stands still unless it is moved."""

    def __init__(self, gate: Echo, admission: Admission, address: str = "192.0.2.1", *, wire: Wire | None = None) -> None:
        assert admission.has_place()
        peer = admission.admit(address)
        assert peer is not None
        self.wire = wire or Wire()
        self.connection = HttpConnection(gate, admission, peer, address, set(), secure=False)
        admission.connections.add(self.connection)
        self.connection.connection_made(self.wire)

    def send(self, data: bytes, pieces: Iterable[int] = ()) -> None:
        """Send bytes, cut at these places; what a closed or paused connection does not read is not sent."""
        at = 0
        for cut in (*pieces, len(data)):
            if cut > at and not self.wire.is_closing():
                turn()
                self.connection.data_received(data[at:cut])
                at = cut
        turn()

    def leave(self) -> None:
        """Close, as the client does."""
        self.connection.connection_lost(None)


class Loop(asyncio.SelectorEventLoop):
    """A loop whose time is moved by hand."""

    now = 1000.0

    def time(self) -> float:
        return self.now


@contextmanager
def hand_moved_time() -> Iterator[Loop]:
    """Make a loop that runs in turns (`turn`), with a clock that stands."""
    loop = Loop()
    asyncio._set_running_loop(loop)  # noqa: SLF001 -- callbacks run when a test says so
    try:
        yield loop
    finally:
        asyncio._set_running_loop(None)  # noqa: SLF001 -- the same
        loop.close()


def turn() -> None:
    """Run what is due in the loop, and what that makes due; where all waits for a time, it comes."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    while loop._ready or loop._scheduled:  # type: ignore[attr-defined]  # noqa: SLF001 -- no public way to run one turn
        if not loop._ready:  # type: ignore[attr-defined]  # noqa: SLF001 -- the same
            loop.now = max(loop.now, loop._scheduled[0].when())  # type: ignore[attr-defined]  # noqa: SLF001 -- the same
        asyncio._set_running_loop(None)  # noqa: SLF001 -- so that the loop may run
        loop.call_soon(loop.stop)
        loop.run_forever()
        asyncio._set_running_loop(loop)  # noqa: SLF001 -- as it was


def run(test: Callable[[Loop], T]) -> T:
    """What a test returns that runs with time moved by hand."""
    with hand_moved_time() as loop:
        return test(loop)


def admission(**limits: int) -> Admission:
    """An admission with these limits."""
    return Admission(HttpLimits(**limits))
