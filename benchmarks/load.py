"""A small HTTP load generator: prepared requests over a number of kept connections, each answered before the next is sent.

It costs a few microseconds a request, so that on two cores it is the server that is measured.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import boto3
import uvloop
from botocore.awsrequest import AWSRequest
from botocore.config import Config

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"connection: *close", re.IGNORECASE)
HEAD_ENDS = b"\r\n\r\n"


@dataclass(frozen=True)
class Peer:
    """Where a server listens, and the key that it knows."""

    host: str
    port: int
    key: str
    secret: str
    pid: int = 0  # of the server, where its own cost is measured

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def client(self, service: str) -> Any:
        """An unmodified boto3 client; boto3's clients have no types."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            config=Config(retries={"total_max_attempts": 1}),
        )


@dataclass
class Measured:
    """What came of a run."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def milliseconds(self, share: float) -> float:
        return sorted(self.latencies)[int(len(self.latencies) * share)] * 1000


def signed_sends(peer: Peer, count: int) -> list[bytes]:
    """`count` different, signed SendEmail calls of SES v2, as boto3 makes them, ready for the wire."""
    client = peer.client("sesv2")
    requests: list[bytes] = []

    def keep(request: AWSRequest, **_: object) -> object:
        prepared = request if hasattr(request, "stream_output") else request.prepare()
        head = [f"{prepared.method} {prepared.url.removeprefix(peer.url)} HTTP/1.1", f"Host: {peer.host}:{peer.port}"]
        for name, value in prepared.headers.items():
            text = value.decode() if isinstance(value, bytes) else value
            if name.lower() not in {"host", "content-length"}:
                head.append(f"{name}: {text}")
        body = prepared.body or b""
        head.append(f"Content-Length: {len(body)}")
        requests.append("\r\n".join(head).encode() + HEAD_ENDS + bytes(body))
        raise _Kept

    client.meta.events.register("before-send", keep)
    for number in range(count):
        try:
            client.send_email(
                FromEmailAddress="News <news@example.com>",
                Destination={"ToAddresses": [f"reader-{number}@example.net"]},
                Content={
                    "Simple": {
                        "Subject": {"Data": f"Issue {number}"},
                        "Body": {"Text": {"Data": "Hello, and good news.\n" * 10}},
                    }
                },
            )
        except _Kept:
            continue
    return requests


class _Kept(Exception):
    """The request is signed; nothing is to be sent."""


def run(peer: Peer, requests: Sequence[bytes], connections: int) -> Measured:
    """Send every request once; the time until the last answer."""
    return uvloop.run(_run(peer, requests, connections))


async def _run(peer: Peer, requests: Sequence[bytes], connections: int) -> Measured:
    measured = Measured()
    waiting = iter(requests)
    started = time.perf_counter()
    await asyncio.gather(*(_Connection(peer, waiting, measured).work() for _ in range(connections)))
    measured.seconds = time.perf_counter() - started
    return measured


class _Connection(asyncio.Protocol):
    def __init__(self, peer: Peer, waiting: Iterator[bytes], measured: Measured) -> None:
        self._peer = peer
        self._waiting = waiting
        self._measured = measured
        self._received = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self._open = False
        self._done = asyncio.get_running_loop().create_future()

    async def work(self) -> None:
        await self._connect()
        await self._done

    async def _connect(self) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, self._peer.host, self._peer.port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # TCP; uvloop's own class does not derive from it
        self._send()

    def _send(self) -> None:
        request = next(self._waiting, None)
        assert self._transport is not None  # noqa: S101 -- connected
        if request is None:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._received = b""
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, ends, body = self._received.partition(HEAD_ENDS)
        if not ends:
            return
        length = LENGTH.search(head)
        if length is None or len(body) < int(length.group(1)):
            return
        self._measured.latencies.append(time.perf_counter() - self._sent_at)
        if not head.startswith(b"HTTP/1.1 200"):
            self._measured.refused.append(self._received)
        if CLOSES.search(head):
            assert self._transport is not None  # noqa: S101 -- connected
            self._transport.close()
            self._open = True
            return
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if self._done.done():
            return
        if error is not None or not self._open:
            self._done.set_exception(error or ConnectionError("the server closed the connection"))
            return
        self._open = False
        asyncio.get_running_loop().create_task(self._connect())
