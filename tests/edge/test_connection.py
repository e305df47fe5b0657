"""What a connection does over its life: order, leave to send, waiting, time and what it holds; with a clock that is moved by hand."""

import gc
import weakref

import pytest

from edge.http_case import read_answers
from edge.wire import GET, Client, Echo, Loop, Wire, admission, hand_moved_time, response, turn
from gatepost.aws.request import HttpResponse

MIB = 1024 * 1024


def post(size: int, *fields: str) -> bytes:
    """The head of a request with a body of this size."""
    return "\r\n".join(("POST / HTTP/1.1", "Host: h", f"Content-Length: {size}", *fields, "", "")).encode()


def statuses(client: Client) -> list[int]:
    return [status for status, _, _ in read_answers(client.wire.written)]


def pass_seconds(loop: Loop, seconds: int, *clients: Client) -> None:
    """Let the time pass, with a sweep each second."""
    for _ in range(seconds):
        loop.now += 1
        for client in clients:
            if not client.wire.is_closing():
                client.connection.sweep(loop.now)
        turn()


def test_a_pipelined_request_waits_for_the_answer_before_it() -> None:
    with hand_moved_time():
        gate = Echo(holds=True)
        client = Client(gate, admission())
        client.send(GET + GET.replace(b"health", b"two"))
        assert [request.raw_path for request in gate.taken] == ["/_gatepost/health"]
        gate.held.pop(0)(response(0))
        assert [request.raw_path for request in gate.taken] == ["/_gatepost/health", "/_gatepost/two"]
        gate.answer_all()
        assert statuses(client) == [200, 200]


def test_a_query_and_headers_reach_the_gate_as_they_were_sent() -> None:
    with hand_moved_time():
        gate = Echo()
        Client(gate, admission()).send(b"GET /a%20b?c=%20d&e HTTP/1.1\r\nHost: h\r\nX-One:  a \r\nx-one: b\r\n\r\n")
        assert (gate.taken[0].raw_path, gate.taken[0].query_string) == ("/a%20b", "c=%20d&e")
        assert gate.taken[0].header("x-one") == "a,b"


def test_the_authority_of_an_absolute_target_is_the_host() -> None:
    with hand_moved_time():
        gate = Echo()
        Client(gate, admission()).send(b"GET http://real:1?a HTTP/1.1\r\nHost: other\r\n\r\n")
        assert (gate.taken[0].raw_path, gate.taken[0].query_string, gate.taken[0].header("host")) == ("/", "a", "real:1")


def test_trailers_never_become_headers() -> None:
    with hand_moved_time():
        gate = Echo()
        chunked = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-Amz-Target: a\r\n\r\n"
        Client(gate, admission()).send(chunked)
        assert gate.taken[0].header("x-amz-target") is None
        assert gate.taken[0].body == b"ab"


def test_a_body_over_its_limit_is_read_away_and_handed_in_as_too_large() -> None:
    with hand_moved_time():
        gate = Echo(max_body=100)
        client = Client(gate, admission())
        client.send(post(200) + b"x" * 200 + GET)
        assert (gate.too_large, [len(each.body) for each in gate.taken]) == ([True, False], [0, 0])
        assert statuses(client) == [413, 200]


def test_leave_to_send_comes_after_the_head_is_accepted() -> None:
    with hand_moved_time():
        client = Client(Echo(max_body=100), admission())
        client.send(post(2, "Expect: 100-continue"))
        assert client.wire.written == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"ab")
        assert statuses(client) == [100, 200]
        client.send(post(200, "Expect: 100-continue"))
        assert statuses(client) == [100, 200, 413]
        assert client.wire.ended


def test_a_body_without_end_is_answered_once_enough_was_read_away() -> None:
    with hand_moved_time():
        gate = Echo(max_body=100)
        client = Client(gate, admission(discarded_bytes=1000))
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(20):
            client.send(b"64\r\n" + b"x" * 100 + b"\r\n")
        assert (gate.too_large, statuses(client), client.wire.ended) == ([True], [413], True)


def test_a_gate_that_fails_is_a_500() -> None:
    class Broken(Echo):
        def body_limit(self, head: object) -> int:
            del head
            return 10

        def take(self, *_: object, **__: object) -> object:  # type: ignore[override]
            raise RuntimeError("planted")

    with hand_moved_time():
        client = Client(Broken(), admission())
        client.send(GET)
        assert statuses(client) == [500]


def test_the_gate_hears_that_the_client_went() -> None:
    with hand_moved_time():
        gate = Echo(holds=True)
        client = Client(gate, admission())
        client.send(GET)
        client.leave()
        assert gate.abandoned == 1
        gate.answer_all()  # goes nowhere, and harms nothing
        assert client.wire.written == b""


def test_an_answer_that_comes_at_once_is_not_abandoned() -> None:
    with hand_moved_time():
        gate = Echo()
        client = Client(gate, admission())
        client.send(GET * 3000)
        client.leave()
        assert (len(gate.taken), gate.abandoned) == (3000, 0)


# --- a client that does not read ----------------------------------------------------------------------------------------


def test_nothing_more_is_handed_in_while_the_client_does_not_read() -> None:
    with hand_moved_time():
        gate = Echo()
        client = Client(gate, admission())
        client.wire.unread = 0
        client.send(GET)
        client.connection.pause_writing()
        assert not client.wire.reading
        client.connection.data_received(GET * 2)
        turn()
        assert len(gate.taken) == 1
        client.connection.resume_writing()
        turn()
        assert (len(gate.taken), client.wire.reading) == (3, True)


def test_a_client_that_does_not_read_is_closed_and_one_that_reads_slowly_is_not() -> None:
    with hand_moved_time() as loop:
        admitted = admission()
        never, slowly = Client(Echo(), admitted), Client(Echo(), admitted)
        for client in (never, slowly):
            client.wire.unread = 10 * MIB
            client.connection.pause_writing()
        for _ in range(30):
            slowly.wire.unread = (slowly.wire.unread or 0) - 2048
            pass_seconds(loop, 1, never, slowly)
        assert (never.wire.aborted, slowly.wire.is_closing()) == (True, False)
        assert admitted.too_slow == 1


def test_a_client_that_sends_ahead_waits() -> None:
    with hand_moved_time():
        gate = Echo(holds=True)
        client = Client(gate, admission())
        client.send(GET * 3000)
        assert (len(gate.taken), client.wire.reading) == (1, False)
        gate.answer_all()
        turn()
        assert (len(gate.taken), client.wire.reading) == (3000, True)


# --- time ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "seconds", "status"),
    [
        (b"", 20, []),  # nothing at all
        (b"GET / HTTP/1.1\r\nHo", 20, [408]),  # a part of a head
        (GET, 65, [200]),  # idle
        (post(1000) + b"x", 10, [408]),  # a part of a body, and no more
    ],
)
def test_what_waits_for_too_long_is_closed(sent: bytes, seconds: int, status: list[int]) -> None:
    with hand_moved_time() as loop:
        client = Client(Echo(), admission())
        client.send(sent)
        pass_seconds(loop, seconds - 1, client)
        assert not client.wire.over
        pass_seconds(loop, 2, client)
        assert (client.wire.over, statuses(client)) == (True, status)
        pass_seconds(loop, 5, client)
        assert client.wire.is_closing()


def test_a_head_that_drips_is_closed() -> None:
    with hand_moved_time() as loop:
        client = Client(Echo(), admission())
        for byte in b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 100:
            if not client.wire.over:
                client.send(bytes((byte,)))
                pass_seconds(loop, 1, client)
        assert loop.now <= 1000 + 22 + 129
        assert statuses(client) == [408]


def test_empty_lines_do_not_keep_a_connection() -> None:
    with hand_moved_time() as loop:
        client = Client(Echo(), admission())
        for _ in range(30):
            if not client.wire.over:
                client.send(b"\r\n")
                pass_seconds(loop, 10, client)
        assert loop.now <= 1300
        assert client.wire.over


def test_a_slow_honest_upload_is_whole_in_the_end() -> None:
    with hand_moved_time() as loop:
        gate = Echo(max_body=64 * MIB)
        client = Client(gate, admission())
        client.send(post(40 * MIB))
        for _ in range(64):  # 5 Mbit a second
            client.send(b"x" * (40 * MIB // 64))
            pass_seconds(loop, 1, client)
        assert [len(each.body) for each in gate.taken] == [40 * MIB]
        assert statuses(client) == [200]


def test_a_body_that_drips_below_the_least_rate_is_closed() -> None:
    with hand_moved_time() as loop:
        client = Client(Echo(), admission())
        client.send(post(100_000))
        for _ in range(15):
            if not client.wire.over:
                client.send(b"x" * 500)
                pass_seconds(loop, 1, client)
        assert statuses(client) == [408]


def test_what_is_refused_reads_on_for_a_moment_and_then_closes() -> None:
    with hand_moved_time() as loop:
        for wire in (Wire(), Wire(can_write_eof=False)):
            client = Client(Echo(), admission(), wire=wire)
            client.send(b"nonsense\r\n\r\n")
            assert (statuses(client), wire.closed) == ([400], False)
            client.connection.data_received(b"x" * 1000)
            pass_seconds(loop, 5, client)
            assert wire.aborted


def test_a_drain_closes_what_is_idle_and_answers_what_is_worked_on() -> None:
    with hand_moved_time():
        gate = Echo(holds=True)
        idle, busy = Client(Echo(), admission()), Client(gate, admission())
        busy.send(GET + GET)
        for client in (idle, busy):
            client.connection.drain()
        assert (idle.wire.closed, busy.wire.closed) == (True, False)
        gate.answer_all()
        assert (statuses(busy), busy.wire.closed, len(gate.taken)) == ([200], True, 1)


# --- what is held -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what", ["answered", "left in the body", "left while worked on", "refused", "pipelined", "closed by us"]
)
def test_a_connection_and_its_bodies_are_let_go_without_the_collector(what: str) -> None:
    gc.collect()
    gc.disable()
    try:
        with hand_moved_time() as loop:
            gate = Echo(max_body=MIB, holds=what == "left while worked on")
            admitted = admission()
            watched: list[weakref.ref[object]] = []
            for _ in range(3):
                client = Client(gate, admitted)
                watched += [weakref.ref(client.connection), weakref.ref(client.connection._reader)]  # noqa: SLF001 -- it holds the bytes
                if what == "left in the body":
                    client.send(post(200_000) + b"x" * 100_000)
                elif what == "refused":
                    client.send(post(200_000) + b"x" * 200_000 + b"nonsense\r\n\r\n")
                elif what == "pipelined":
                    client.send((post(100_000) + b"x" * 100_000) * 3 + GET[:10])
                else:
                    client.send(post(200_000) + b"x" * 200_000)
                watched += [weakref.ref(request) for request in gate.taken]
                gate.taken.clear()
                if what == "closed by us":
                    pass_seconds(loop, 70, client)
                    assert client.wire.over
                client.leave()
                del client
            gate.answer_all()
            turn()
            assert [each for each in watched if each() is not None] == []
            assert (admitted.held, admitted.accepted, len(admitted.connections)) == (0, 0, 0)
    finally:
        gc.enable()


def test_a_body_counts_until_it_is_answered() -> None:
    with hand_moved_time():
        gate = Echo(max_body=MIB, holds=True)
        admitted = admission()
        client = Client(gate, admitted)
        client.send(post(200_000) + b"x" * 100_000)
        assert admitted.held == 100_000
        client.send(b"x" * 100_000)
        assert admitted.held == 200_000
        client.leave()
        assert admitted.held == 200_000, "it is still worked on"
        gate.answer_all()
        assert admitted.held == 0


def test_tiny_chunks_take_no_more_than_their_bytes() -> None:
    with hand_moved_time():
        gate = Echo(max_body=MIB)
        client = Client(gate, admission())
        client.send(
            b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + b"2\r\nab\r\n" * 50_000 + b"0\r\n\r\n"
        )
        assert gate.taken[0].body == b"ab" * 50_000


def test_a_response_with_any_status_has_a_status_line() -> None:
    with hand_moved_time():
        gate = Echo(holds=True)
        client = Client(gate, admission())
        client.send(GET)
        gate.held.pop()(HttpResponse(418, (), b""))
        assert client.wire.written.startswith(b"HTTP/1.1 418 ")
