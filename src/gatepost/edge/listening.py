"""Listening sockets, and the HTTP server that serves them."""

import asyncio
import contextlib
import errno
import resource
import socket
import ssl
from functools import partial
from typing import Final

from gatepost.edge.admission import Admission
from gatepost.edge.certificates import Certificate
from gatepost.edge.connection import HttpConnection, TakesRequests

SWEEP_SECONDS: Final = 1
DRAIN_SECONDS: Final = 20
UNREAD_SECONDS: Final = 2  # of these, for clients that do not read what was answered
DRAIN_STEP_SECONDS: Final = 0.02
BACKLOG: Final = 2048
ACCEPTED_A_TURN: Final = 64
OWN_DESCRIPTORS: Final = 128  # of the process's, for the store, its readers, certificates, look-ups and logs
PAUSE_SECONDS: Final = 0.05  # for which nothing is accepted where there is no place or no file descriptor
NO_DESCRIPTOR: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def descriptors_allow(wanted: int) -> int:
    """`wanted` connections, or as many as the process's file descriptors allow beside its own; at least 16.

    Raises the soft limit as far as that takes and the hard limit lets it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    needed = wanted + OWN_DESCRIPTORS
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(16, min(wanted, soft - OWN_DESCRIPTORS))


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
    """One listening socket and its connections. `admission` is shared by all listeners."""

    def __init__(
        self, gate: TakesRequests, listener: socket.socket, certificate: Certificate | None, admission: Admission
    ) -> None:
        self._gate = gate
        self._listener = listener
        self._tls = None if certificate is None else tls_context(certificate)
        self._admission = admission
        self._connections: set[HttpConnection] = set()
        self._opening: set[asyncio.Task[None]] = set()  # in a TLS handshake

    async def run_until(self, stopping: asyncio.Event) -> None:
        """Serve until `stopping` is set, then drain: what was accepted is answered."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._listener, self._accept, loop)
        while not stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), SWEEP_SECONDS)
            for connection in tuple(self._connections):
                connection.sweep(loop.time())
        loop.remove_reader(self._listener)
        self._listener.close()
        await self._drain(loop)

    async def _drain(self, loop: asyncio.AbstractEventLoop) -> None:
        for task in self._opening:
            task.cancel()
        for connection in tuple(self._connections):
            connection.drain()
        began = loop.time()
        while self._connections and loop.time() < began + DRAIN_SECONDS:
            await asyncio.sleep(DRAIN_STEP_SECONDS)
            if loop.time() > began + UNREAD_SECONDS:
                for connection in tuple(self._connections):
                    if not connection.works:
                        connection.close_now()

    def _accept(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(ACCEPTED_A_TURN):
            if not self._admission.has_place():
                self._pause(loop)
                return
            try:
                accepted, address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as problem:
                if problem.errno not in NO_DESCRIPTOR:
                    raise
                self._pause(loop)
                return
            accepted.setblocking(False)
            peer = self._admission.admit(address[0])
            if peer is None:
                accepted.close()
                continue
            secure = self._tls is not None
            connection = HttpConnection(self._gate, self._admission, peer, address[0], self._connections, secure=secure)
            self._admission.connections.add(connection)
            connection.opening = task = loop.create_task(self._open(loop, accepted, connection))
            self._opening.add(task)
            task.add_done_callback(partial(self._opened, accepted, connection))

    def _pause(self, loop: asyncio.AbstractEventLoop) -> None:
        """Accept nothing for a moment, else the loop would spin; who comes waits in the socket's backlog."""
        loop.remove_reader(self._listener)
        loop.call_later(PAUSE_SECONDS, self._accept_again, loop)

    def _accept_again(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._listener.fileno() >= 0:
            loop.add_reader(self._listener, self._accept, loop)

    async def _open(self, loop: asyncio.AbstractEventLoop, accepted: socket.socket, connection: HttpConnection) -> None:
        """Open a connection on an accepted socket, with TLS where it is spoken; a client that fails the handshake is let go."""
        handshake = None if self._tls is None else self._admission.limits.head_seconds
        with contextlib.suppress(OSError):  # TLS's errors are OSErrors
            await loop.connect_accepted_socket(lambda: connection, accepted, ssl=self._tls, ssl_handshake_timeout=handshake)

    def _opened(self, accepted: socket.socket, connection: HttpConnection, task: "asyncio.Task[None]") -> None:
        """Give the place back where the connection was not made: also of a task that was cancelled before it began."""
        self._opening.discard(task)
        connection.opening = None
        if not connection.was_made:
            accepted.close()
            connection.give_place_back()
