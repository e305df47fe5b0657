"""HTTP as clients speak it, byte for byte, on a real connection without a server behind it."""

import asyncio
from collections.abc import Callable

import pytest

from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.edge.connection import Abandon, Answer, HttpConnection

GET = b"GET /one?x=1 HTTP/1.1\r\nHost: h\r\n\r\n"
Exchange = Callable[[asyncio.StreamReader, asyncio.StreamWriter], "asyncio.Future[bytes]"]


class Echo:
    """Answers each request with what it was; holds the answers back while `held`."""

    def __init__(self) -> None:
        self.taken: list[HttpRequest] = []
        self.held: list[tuple[Answer, HttpResponse]] | None = None

    def body_limit(self, head: HttpRequest) -> int:  # noqa: ARG002 -- the same for all
        return 100

    def take(self, request: HttpRequest, peer: str, answer: Answer, *, secure: bool, too_large: bool) -> Abandon:
        self.taken.append(request)
        body = f"{request.method} {request.raw_path}?{request.query_string} {len(request.body)} {peer} {secure} {too_large}".encode()
        response = HttpResponse(200, ((b"content-length", b"%d" % len(body)),), body)
        if self.held is None:
            answer(response)
        else:
            self.held.append((answer, response))
        return lambda: None


def spoken(*parts: bytes, echo: Echo | None = None, then: Callable[[Echo], None] | None = None) -> bytes:
    """All that the server says to these parts, each sent by itself, until it closes or says nothing more for a moment."""

    async def run() -> bytes:
        gate = echo or Echo()
        connections: set[HttpConnection] = set()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: HttpConnection(gate, connections, secure=False), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)
        if then is not None:
            then(gate)
        said = b""
        try:
            while piece := await asyncio.wait_for(reader.read(65536), 0.2):
                said += piece
        except TimeoutError:
            pass
        writer.close()
        server.close()
        return said

    return asyncio.run(run())


def bodies(said: bytes) -> list[bytes]:
    return [part.partition(b"\r\n\r\n")[2] for part in said.split(b"HTTP/1.1 ")[1:]]


def test_requests_of_a_connection_are_answered_in_order() -> None:
    said = spoken(GET + GET.replace(b"one", b"two"), GET.replace(b"one", b"three"))
    assert [body.split()[1] for body in bodies(said)] == [b"/one?x=1", b"/two?x=1", b"/three?x=1"]
    assert b"\r\ndate: " in said


def test_a_pipelined_request_waits_for_the_answer_before_it() -> None:
    echo = Echo()
    echo.held = []

    def let_go(gate: Echo) -> None:
        assert [request.raw_path for request in gate.taken] == ["/one"], "the second waits for the first"
        assert gate.held is not None
        answer, response = gate.held.pop()
        gate.held = None
        answer(response)

    said = spoken(GET + GET.replace(b"one", b"two"), echo=echo, then=let_go)
    assert [body.split()[1] for body in bodies(said)] == [b"/one?x=1", b"/two?x=1"]


def test_a_body_in_parts_is_one_body() -> None:
    said = spoken(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345", b"67890")
    assert bodies(said)[0].split()[:3] == [b"POST", b"/?", b"10"]
    chunked = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n"
    assert bodies(spoken(chunked))[0].split()[2] == b"5"


def test_a_body_over_the_limit_is_read_away_and_told() -> None:
    said = spoken(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200\r\n\r\n" + b"x" * 200 + GET)
    assert [body.split()[-1] for body in bodies(said)] == [b"True", b"False"]


def test_a_client_that_asks_for_leave_gets_it() -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    assert spoken(head, b"ab").startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"nonsense\r\n\r\n", b"400 Bad Request"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"y" * 70_000, b"431 Request Header Fields Too Large"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345", b"400 Bad Request"),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400 Bad Request"),
    ],
)
def test_what_is_not_http_is_refused_and_the_connection_closed(said: bytes, status: bytes) -> None:
    answer = spoken(said)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in answer


def test_a_connection_closes_where_the_client_asks_for_it() -> None:
    assert b"connection: close" in spoken(GET.replace(b"Host: h", b"Host: h\r\nConnection: close"))
    assert b"connection: close" in spoken(b"GET / HTTP/1.0\r\n\r\n")


def test_a_proxys_absolute_form_is_the_path() -> None:
    assert bodies(spoken(b"GET http://h:1/a/b?c=d HTTP/1.1\r\nHost: h:1\r\n\r\n"))[0].split()[1] == b"/a/b?c=d"
