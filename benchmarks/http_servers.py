"""Our own HTTP connection beside kept servers, each before the same pipeline: uvicorn with httptools, granian embedded (RSGI).

The whole server runs, with one part of it changed: what listens. Signed SendEmail calls over 16 kept connections are measured in turns,
so that a busy machine is as busy for each; then the cases of `tests/edge/http_cases.json` are sent to each. `--markdown` prints the
table of cases for `docs/http.md`.
"""

import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load import Measured, Peer, run, signed_sends
from sending import with_sender

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))
from edge.http_case import HttpCase, read_answers, read_cases  # noqa: E402 -- beside the tests

LEFT_OPEN = ("HTTP/1.0 that keeps its connection", "200,000 chunks of one byte")  # what the RFCs leave to the server
SERVERS = ("gatepost", "uvicorn", "granian")
CONNECTIONS = 16
ROUNDS = 4
SENDS = 4_000
KEY, SECRET = "AKIAROOTBENCH0000001", "root-secret"


# --- the servers, each in a process of its own -----------------------------------------------------------------------------


def serve(kind: str, data: str) -> None:
    """Run the whole server with another listener."""
    from gatepost import server  # noqa: PLC0415 -- in the server's process alone
    from gatepost.settings import Flags, read_settings  # noqa: PLC0415 -- the same

    if kind != "gatepost":
        setattr(server, "HttpListener", {"uvicorn": UvicornListener, "granian": GranianListener}[kind])  # noqa: B010 -- what the types forbid
    server.serve(read_settings(Flags(data=Path(data), listen=("http://127.0.0.1:0",)), os.environ))


class Listener:
    """What `gatepost.server` builds for each address."""

    def __init__(self, gate: Any, listener: socket.socket, certificate: object, admission: object) -> None:
        del certificate, admission
        self.gate = gate
        self.listener = listener

    async def answered(self, request: Any, peer: str) -> Any:
        """The gate's answer."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        too_large = len(request.body) > self.gate.body_limit(request)

        def keep(response: Any) -> None:
            if not answer.done():
                answer.set_result(response)

        abandon = self.gate.take(request, peer, keep, secure=False, too_large=too_large)
        try:
            return await answer
        except asyncio.CancelledError:
            abandon()
            raise


def request_of(method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]]) -> Any:
    from gatepost.aws.request import HttpRequest  # noqa: PLC0415 -- in the server's process alone

    return HttpRequest(method, path.encode("latin-1"), query, headers, b"")


class UvicornListener(Listener):
    """uvicorn's HTTP protocol over httptools, ASGI."""

    async def run_until(self, stopping: asyncio.Event) -> None:
        import uvicorn  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 -- measured here alone

        config = uvicorn.Config(
            self.app,
            http="httptools",
            interface="asgi3",
            proxy_headers=False,
            lifespan="off",
            access_log=False,
            log_level="error",
            ws="none",
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None
        serving = asyncio.get_running_loop().create_task(server._serve([self.listener]))  # noqa: SLF001 -- without its own signals
        await stopping.wait()
        server.should_exit = True
        await serving

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        parts = []
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                break
        request = request_of(scope["method"], scope["raw_path"].decode("latin-1"), scope["query_string"], scope["headers"])
        request.body = b"".join(parts)
        response = await self.answered(request, scope["client"][0])
        await send({"type": "http.response.start", "status": response.status, "headers": list(response.headers)})
        await send({"type": "http.response.body", "body": response.body})


class GranianListener(Listener):
    """granian embedded in our loop, RSGI."""

    async def run_until(self, stopping: asyncio.Event) -> None:
        from granian.constants import HTTPModes, Interfaces  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 -- measured here alone
        from granian.server.embed import Server  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 -- the same

        host, port = self.listener.getsockname()
        self.listener.close()
        server = Server(self.app, address=host, port=port, interface=Interfaces.RSGI, http=HTTPModes.http1, log_level="error")
        serving = asyncio.get_running_loop().create_task(server.serve())
        await stopping.wait()
        server.stop()
        await serving

    async def app(self, scope: Any, protocol: Any) -> None:
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in scope.headers.items()]
        if scope.authority and "host" not in scope.headers:
            headers.append((b"host", scope.authority.encode()))
        request = request_of(scope.method, scope.path, scope.query_string.encode(), headers)
        request.body = await protocol()
        response = await self.answered(request, scope.client.rpartition(":")[0])
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
        protocol.response_bytes(response.status, fields, response.body)


# --- the measuring ---------------------------------------------------------------------------------------------------------


@dataclass
class Figures:
    """What one server took."""

    per_second: list[float]
    cpu: list[float]  # microseconds a send, of the whole process
    memory: float = 0.0  # MB


@contextmanager
def server(kind: str) -> Iterator[Peer]:
    """One server, with a sender who may send by a policy with three conditions."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        root = {"GATEPOST_ROOT_ACCESS_KEY_ID": KEY, "GATEPOST_ROOT_SECRET_ACCESS_KEY": SECRET}
        process = subprocess.Popen(
            [sys.executable, __file__, "serve", kind, str(data)], env={**os.environ, **root}, stdout=subprocess.DEVNULL
        )
        try:
            port = _port(data / "server.json")
            yield with_sender(Peer("127.0.0.1", port, KEY, SECRET, process.pid))
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()


def _port(ready: Path) -> int:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        with contextlib.suppress(OSError, ValueError):
            port = int(json.loads(ready.read_text())["endpoints"][0].rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port), 1) as client:
                client.sendall(b"GET /_gatepost/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                if client.recv(100):
                    return port
        time.sleep(0.05)
    raise SystemExit("the server did not come up")


def cpu_seconds(pid: int) -> float:
    """CPU that a process has taken, all threads."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Memory of a process in MB."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


def measure(peers: dict[str, Peer]) -> dict[str, Figures]:
    """Sends in turns."""
    requests = {kind: signed_sends(peer, SENDS * (ROUNDS + 1)) for kind, peer in peers.items()}
    figures = {kind: Figures([], []) for kind in peers}
    for number in range(ROUNDS + 1):
        for kind, peer in peers.items():
            begun = cpu_seconds(peer.pid)
            measured: Measured = run(peer, requests[kind][number * SENDS : (number + 1) * SENDS], CONNECTIONS)
            if measured.refused:
                raise SystemExit(f"{kind} refused: {measured.refused[0][:500]!r}")
            if number:  # the first warms up
                figures[kind].per_second.append(measured.per_second)
                figures[kind].cpu.append((cpu_seconds(peer.pid) - begun) / SENDS * 1e6)
                figures[kind].memory = resident(peer.pid)
    return figures


def answer_of(port: int, case: HttpCase) -> tuple[list[int] | str, bool]:
    """The statuses that come back, and whether the server closed."""
    received, closed = b"", False
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.settimeout(0.7 if len(case.sent) < 1_000_000 else 4)
        try:
            client.sendall(case.sent)
        except OSError:
            closed = True
        try:
            while part := client.recv(1 << 20):
                received += part
            closed = True
        except TimeoutError:
            pass
        except OSError:
            closed = True
    methods = ["HEAD" if "HEAD" in case.name else "GET"]
    try:
        return [status for status, _, _ in read_answers(received, *methods)], closed
    except (AssertionError, ValueError):
        return "cannot be read", closed


def passed(case: HttpCase, answers: list[int] | str, closed: bool) -> bool:
    """Whether a server did as the case says, or as RFC 9110 lets it do as well.

    A 100 that nobody needs is allowed, but not to HTTP/1.0 (10.1.1); so are 501 for a transfer coding, and 200 or 413 for a case that
    `LEFT_OPEN` names.
    """
    if isinstance(answers, str):
        return False
    if case.expected != (100,) and "HTTP/1.0" not in case.name:
        answers = [status for status in answers if status != 100]
    if case.name in LEFT_OPEN and answers in ([200], [413]):
        return True
    same = answers == list(case.expected) or (case.expected in ((400,), (501,)) and answers in ([400], [501]))
    return same and closed is case.closes


def describe(answers: list[int] | str, closed: bool) -> str:
    """A few words for a table."""
    if isinstance(answers, str):
        return answers
    shown = "no answer" if not answers else " ".join(map(str, answers)) if len(answers) < 5 else f"{len(answers)} answers"
    return f"{shown}, {'closed' if closed else 'open'}"


def main() -> None:
    markdown = "--markdown" in sys.argv
    kinds = [kind for kind in SERVERS if kind == "gatepost" or _installed(kind)]
    with contextlib.ExitStack() as stack:
        peers = {kind: stack.enter_context(server(kind)) for kind in kinds}
        figures = measure(peers)
        own = statistics.median(figures["gatepost"].per_second)
        print(f"{'':12}{'sends/s':>10}{'of ours':>9}{'CPU us a send':>15}{'MB':>7}")
        for kind, each in figures.items():
            rate = statistics.median(each.per_second)
            print(
                f"{kind:<12}{rate:>10,.0f}{rate / own:>9.2f}{statistics.median(each.cpu):>15.0f}{each.memory:>7.0f}", flush=True
            )
        rows = []
        for case in read_cases():
            results = {kind: answer_of(peer.port, case) for kind, peer in peers.items()}
            rows.append((case, {kind: (passed(case, *result), describe(*result)) for kind, result in results.items()}))
    for kind in kinds:
        print(f"{kind}: {sum(marks[kind][0] for _, marks in rows)} of {len(rows)} cases")
    if markdown:
        print_markdown(rows, kinds)


def print_markdown(rows: list[tuple[HttpCase, dict[str, tuple[bool, str]]]], kinds: list[str]) -> None:
    topic = ""
    for case, marks in rows:
        if case.topic != topic:
            topic = case.topic
            print(f"\n### {topic.capitalize()}\n\n| case | source | {' | '.join(kinds)} |\n|---|---|{'---|' * len(kinds)}")
        cells = " | ".join(text if is_passed else f"**{text}**" for is_passed, text in marks.values())
        print(f"| {case.name} | {case.source} | {cells} |")


def _installed(kind: str) -> bool:
    try:
        __import__(kind)
    except ImportError:
        print(f"{kind}: not measured, it is not installed")
        return False
    return True


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(*sys.argv[2:4])
    else:
        main()
