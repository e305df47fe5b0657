"""What large requests leave behind in the server's memory."""

import http.client
import sys
from pathlib import Path

import pytest

from hostile_requests import EVERY, ORDINARY, Hostile, raw
from live import ROOT_KEY, ROOT_SECRET, Live

MOST_LEFT = 40  # MB above rest: a database connection keeps one message, 10 MB here, until it is handed the next
LARGE = {"a text of 20 MB", "raw: 39 MB", "56 MB of empty lists", "20 MB of escaped quotes"}


def resident(pid: int) -> float:
    """How many MB of memory a process has."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


def send(live: Live, request: Hostile) -> int:
    """The status of the answer to a request by the root user, over a connection of its own."""
    host = live.endpoint.partition("//")[2]
    body = request.body()
    connection = http.client.HTTPConnection(host)
    connection.request("POST", request.path, body, dict(request.fields(body, host, ROOT_KEY, ROOT_SECRET)))
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_large_requests_leave_nothing_behind(tmp_path: Path) -> None:
    live = Live(tmp_path / "data").start()
    message = ORDINARY + b"\r\n" + (b"x" * 76 + b"\r\n") * 130_000
    rest = resident(live.process.pid)
    for request in (each for each in EVERY if each.name in LARGE):
        assert {send(live, request) for _ in range(3)} == {400}
    live.client("ses").verify_domain_identity(Domain="example.com")
    assert {send(live, Hostile("10 MB", lambda: raw(message))) for _ in range(6)} == {200}
    left = resident(live.process.pid) - rest
    assert live.stop() == 0
    assert left <= MOST_LEFT
