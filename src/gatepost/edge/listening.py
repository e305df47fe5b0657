"""Listening sockets, and the HTTP server that serves them."""

import asyncio
import contextlib
import socket
import ssl
from typing import Final

from gatepost.edge.certificates import Certificate
from gatepost.edge.connection import HttpConnection, TakesRequests

SWEEP_SECONDS: Final = 5
DRAIN_SECONDS: Final = 20
DRAIN_STEP_SECONDS: Final = 0.02
BACKLOG: Final = 2048


def bind(host: str, port: int) -> socket.socket:
    """A TCP socket bound to `host`:`port`, listening; port 0 takes any. OSError where it cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def tls_context(certificate: Certificate) -> ssl.SSLContext:
    """TLS 1.2 and later with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


class HttpListener:
    """One listening socket and its connections."""

    def __init__(self, gate: TakesRequests, listener: socket.socket, certificate: Certificate | None) -> None:
        self._gate = gate
        self._listener = listener
        self._certificate = certificate
        self._connections: set[HttpConnection] = set()

    async def run_until(self, stopping: asyncio.Event) -> None:
        """Serve until `stopping` is set, then drain: what was accepted is answered."""
        loop = asyncio.get_running_loop()
        secure = self._certificate is not None
        server = await loop.create_server(
            lambda: HttpConnection(self._gate, self._connections, secure=secure),
            sock=self._listener,
            ssl=None if self._certificate is None else tls_context(self._certificate),
            backlog=BACKLOG,
        )
        while not stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), SWEEP_SECONDS)
            for connection in tuple(self._connections):
                connection.close_if_overdue(loop.time())
        server.close()
        for connection in tuple(self._connections):
            connection.drain()
        drained_by = loop.time() + DRAIN_SECONDS
        while self._connections and loop.time() < drained_by:  # noqa: ASYNC110 -- connections close one by one, and only at the end
            await asyncio.sleep(DRAIN_STEP_SECONDS)
