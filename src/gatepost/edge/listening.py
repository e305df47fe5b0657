"""Listening sockets, and the HTTP server that serves them."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import uvicorn

from gatepost.edge.certificates import Certificate
from gatepost.edge.http import Application

KEEP_ALIVE_SECONDS: Final = 65  # longer than the minute for which SDKs keep an idle connection
DRAIN_SECONDS: Final = 20
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


class HttpListener(uvicorn.Server):
    """One listening socket. Signals are the composition root's business, so this server takes none."""

    def __init__(self, application: Application, listener: socket.socket, certificate: Certificate | None) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http="httptools",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=DRAIN_SECONDS,
                ssl_context_factory=None if certificate is None else lambda _config, _default: tls_context(certificate),
            )
        )
        self._listener = listener

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signal handlers as they are."""
        yield

    async def run_until(self, stopping: asyncio.Event) -> None:
        """Serve until `stopping` is set, then drain: what was accepted is answered."""
        serving = asyncio.create_task(self.serve(sockets=[self._listener]))
        await asyncio.wait({serving, asyncio.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED)
        self.should_exit = True
        await serving
