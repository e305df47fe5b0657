"""Listening sockets with real clients: places, TLS handshakes, files, the end."""

import asyncio
import errno
import resource
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
import uvloop

from edge.wire import GET, Echo, admission, response
from gatepost.edge.admission import Admission
from gatepost.edge.certificates import Certificate, local_certificate
from gatepost.edge.listening import HttpListener, bind, descriptors_allow

Test = Callable[[int, Admission, HttpListener], Awaitable[None]]


def serving(test: Test, gate: Echo, certificate: Certificate | None = None, **limits: int) -> Admission:
    """Run a test beside a listener in uvloop, as the server does, then stop the listener; the admission as it is after."""

    async def run() -> Admission:
        listening = bind("127.0.0.1", 0)
        port = listening.getsockname()[1]
        admitted, stopping = admission(**limits), asyncio.Event()
        listener = HttpListener(gate, listening, certificate, admitted)
        task = asyncio.create_task(listener.run_until(stopping))
        try:
            await test(port, admitted, listener)
        finally:
            stopping.set()
            await task
            await asyncio.sleep(0)  # what was closed is read to its end
        return admitted

    return uvloop.run(run())


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something that the loop does; AssertionError after five seconds."""
    ends = asyncio.get_running_loop().time() + 5
    while not happened():
        assert asyncio.get_running_loop().time() < ends
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return local_certificate(tmp_path_factory.mktemp("tls"), {"localhost", "127.0.0.1"}, datetime.now(UTC))


def trust(certificate: Certificate) -> ssl.SSLContext:
    assert certificate.ca_bundle is not None
    return ssl.create_default_context(cafile=str(certificate.ca_bundle))


def test_every_place_is_given_back(certificate: Certificate) -> None:
    async def over(port: int, context: ssl.SSLContext | None) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        writer.write(GET)
        answer = await reader.readuntil(b"\r\n\r\n")
        writer.close()
        return answer

    for spoken in (None, certificate):

        async def test(port: int, admitted: Admission, listener: HttpListener, spoken: Certificate | None = spoken) -> None:
            del listener
            context = None if spoken is None else trust(spoken)
            for answer in await asyncio.gather(*(over(port, context) for _ in range(20))):
                assert answer.startswith(b"HTTP/1.1 200 ")
            await until(lambda: admitted.accepted == 0)

        admitted = serving(test, Echo(), spoken)
        assert (admitted.accepted, admitted.held, len(admitted.connections)) == (0, 0, 0)


def test_a_tls_handshake_that_is_never_made_takes_a_place_and_gives_it_back(certificate: Certificate) -> None:
    async def test(port: int, admitted: Admission, listener: HttpListener) -> None:
        del listener
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
        await until(lambda: admitted.accepted == 3)
        silent[0].sendall(b"GET / HTTP/1.1\r\n\r\n")
        silent[1].close()
        await until(lambda: admitted.accepted == 0)  # the handshake has a second
        for each in silent:
            each.close()

    serving(test, Echo(), certificate, head_seconds=1)


def test_a_flood_of_connections_leaves_no_place_taken() -> None:
    async def test(port: int, admitted: Admission, listener: HttpListener) -> None:
        del listener
        flood = []
        for _ in range(300):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
            flood.append(client)
        await until(lambda: admitted.closed_for_room >= 200)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        writer.close()
        for client in flood:
            client.close()
        await until(lambda: admitted.accepted == 0)

    serving(test, Echo(), connections=100)


def test_a_client_of_an_address_with_too_many_is_turned_away() -> None:
    async def test(port: int, admitted: Admission, listener: HttpListener) -> None:
        del listener
        admitted._stand_for_many = lambda _: False  # type: ignore[assignment]  # noqa: SLF001 -- there is only loopback here
        connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        assert await connections[2][0].read() == b""
        assert admitted.turned_away == 1
        for _, writer in connections:
            writer.close()

    serving(test, Echo(), peer_connections=2)


def test_without_file_descriptors_the_loop_does_not_spin_and_goes_on_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(port: int, admitted: Admission, listener: HttpListener) -> None:
        del admitted
        tries = 0
        real = listener._listener  # noqa: SLF001 -- the fault is planted in the socket

        class Full:
            """A listening socket for a process that may open nothing more, at first."""

            def accept(self) -> tuple[socket.socket, tuple[str, int]]:
                nonlocal tries
                tries += 1
                if tries < 3:
                    raise OSError(errno.EMFILE, "Too many open files")
                return real.accept()

            def __getattr__(self, name: str) -> object:
                return getattr(real, name)

        monkeypatch.setattr(listener, "_listener", Full())
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        assert tries <= 4
        writer.close()

    serving(test, Echo())


def test_at_the_end_what_is_worked_on_is_answered_and_what_is_idle_closed() -> None:
    gate = Echo(holds=True)
    clients: list[socket.socket] = []

    async def test(port: int, admitted: Admission, listener: HttpListener) -> None:
        del listener
        clients.extend(socket.create_connection(("127.0.0.1", port), 5) for _ in range(2))
        clients[0].sendall(GET)
        await until(lambda: len(gate.taken) == 1 and admitted.accepted == 2)
        asyncio.get_running_loop().call_later(0.05, lambda: gate.held.pop()(response(0)))  # while it drains

    serving(test, gate)
    busy, idle = (client.recv(1000) for client in clients)
    assert busy.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in busy
    assert idle == b""
    for client in clients:
        client.close()


def test_connections_leave_files_for_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = [(1024, 1024)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limit[0])
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: limit.insert(0, wanted))
    assert descriptors_allow(4096) == 1024 - 128
    limit.insert(0, (256, 256))
    assert descriptors_allow(4096) == 128
    limit.insert(0, (1024, 65_536))
    assert (descriptors_allow(4096), limit[0]) == (4096, (4224, 65_536))
    limit.insert(0, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert descriptors_allow(4096) == 4096


def test_a_bound_address_cannot_be_had_twice() -> None:
    first = bind("127.0.0.1", 0)
    with pytest.raises(OSError, match="in use"):
        bind("127.0.0.1", first.getsockname()[1])
    first.close()
