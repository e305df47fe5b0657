"""Any bytes, split anywhere: never an exception, never two readings, and each request that is whole answered once and in order.

llhttp (by httptools) is the oracle: a request that is handed in is one that it reads in the same way. It takes more than we do.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httptools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.http_case import read_answers, read_cases
from edge.wire import Client, Echo, admission, hand_moved_time
from fuzzing.by_time import fuzz

SEEDS = [case.sent for case in read_cases() if len(case.sent) < 2000]
PIECES = [
    *(
        b"GET / HTTP/1.1\r\n",
        b"POST /a?b HTTP/1.1\r\n",
        b"HEAD / HTTP/1.0\r\n",
        b"Host: h\r\n",
        b"Content-Length: 3\r\n",
        b"A: b\r\n",
    ),
    *(b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"Connection: keep-alive\r\n"),
    *(
        b"Upgrade: h2c\r\nConnection: Upgrade\r\n",
        b"Expect: 100-continue\r\n",
        b"\r\n",
        b"\r\n\r\n",
        b"\n",
        b"\r",
        b" ",
        b":",
        b";a=b",
    ),
    *(b"0\r\n", b"3\r\nabc\r\n", b"abc", b"\x00", b"\xe9"),
]
bytes_of_clients = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=24).map(b"".join),
    st.tuples(
        st.sampled_from(SEEDS), st.integers(0, 1999), st.sampled_from(PIECES) | st.binary(max_size=3), st.integers(0, 9)
    ).map(lambda made: made[0][: made[1]] + made[2] + made[0][made[1] + made[3] :]),
    st.binary(max_size=200),
)
bodies = st.binary(max_size=40)


@st.composite
def requests(draw: st.DrawFn) -> tuple[bytes, tuple[str, str, bytes]]:
    """A request in order, and what the gate is to get of it: method, path and body."""
    method = draw(st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH"]))
    path = "/" + draw(st.text("ab/%2.", max_size=8))
    body = draw(bodies)
    head = f"{method} {path} HTTP/1.1\r\nHost: h\r\n"
    if draw(st.booleans()):
        head += "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    if draw(st.booleans()):
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body, (method, path, body)
    cuts = sorted({0, len(body), *draw(st.lists(st.integers(0, len(body)), max_size=4))})
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (body[a:b] for a, b in pairwise(cuts)))
    return f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks + b"0\r\n\r\n", (method, path, body)


def spoken(data: bytes, pieces: list[int]) -> tuple[list[int], list[tuple[str, str, str, bytes]], bool]:
    """Statuses without 100, what the gate took, and whether the connection is over."""
    with hand_moved_time():
        gate = Echo(max_body=1000)
        client = Client(gate, admission())
        client.send(data, sorted(cut for cut in pieces if cut < len(data)))
        taken = [(each.method, each.raw_path, each.query_string, bytes(each.body)) for each in gate.taken]
        answers = read_answers(client.wire.written, *(each.method for each in gate.taken))
        return [status for status, _, _ in answers if status != 100], taken, client.wire.over


@dataclass
class Oracle:
    """What llhttp reads."""

    read: list[tuple[str, bytes]] = field(default_factory=list)
    body: bytes = b""

    def on_message_begin(self) -> None:
        self.body = b""

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.read.append((self.parser.get_method().decode(), self.body))

    def __post_init__(self) -> None:
        self.parser = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> "Oracle":
        with contextlib.suppress(httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.parser.feed_data(data)
        return self


def check_any_bytes(data: bytes, pieces: list[int]) -> None:
    whole = spoken(data, [])
    assert spoken(data, pieces) == whole
    statuses, taken, over = whole
    refused = len(statuses) - len(taken)
    assert refused == 0 or (refused == 1 and over) or b"OPTIONS *" in data
    if b"pgrade" not in data and b"OPTIONS *" not in data:  # llhttp ends with an upgrade; the ping is answered before the gate
        ours = [(method, body) for method, _, _, body in taken]
        theirs = [(method, body if len(body) <= 1000 else b"") for method, body in Oracle().feed(data).read]
        # A body of more than is read away is answered before it came, and then the connection ends.
        answered_early = over and ours[:-1] == theirs and ours[-1:] and not ours[-1][1]
        assert ours == theirs[: len(ours)] or answered_early


def check_whole_requests(made: list[tuple[bytes, tuple[str, str, bytes]]], pieces: list[int]) -> None:
    data = b"".join(sent for sent, _ in made)
    statuses, taken, over = spoken(data, pieces)
    assert [(method, path, body) for method, path, _, body in taken] == [expected for _, expected in made]
    assert statuses == [200] * len(made)
    assert not over


cuts = st.lists(st.integers(1, 2000), max_size=6)


@given(bytes_of_clients, cuts)
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_in_one_way_however_they_are_split(data: bytes, pieces: list[int]) -> None:
    check_any_bytes(data, pieces)


@given(st.lists(requests(), min_size=1, max_size=5), cuts)
@settings(max_examples=150, deadline=None)
def test_each_whole_request_is_answered_once_and_in_order(
    made: list[tuple[bytes, tuple[str, str, bytes]]], pieces: list[int]
) -> None:
    check_whole_requests(made, pieces)


@pytest.mark.long
@pytest.mark.parametrize(
    ("check", "inputs"),
    [
        pytest.param(check_any_bytes, st.tuples(bytes_of_clients, cuts), id="any_bytes"),
        pytest.param(check_whole_requests, st.tuples(st.lists(requests(), min_size=1, max_size=5), cuts), id="whole_requests"),
    ],
)
def test_http_for_long(check: Callable[..., None], inputs: st.SearchStrategy[tuple[Any, ...]]) -> None:
    fuzz(lambda made: check(*made), inputs)
