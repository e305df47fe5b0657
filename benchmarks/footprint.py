"""What Gatepost costs before it does anything: from `serve` to ready, memory at rest, the commands that people script."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

BIN = Path(sys.executable).parent
ROUNDS = 7
CASE = {
    "name": "alice sends as news@example.com",
    "request": {
        "principal": "arn:aws:iam::111122223333:user/alice",
        "action": "ses:SendEmail",
        "resource": "arn:aws:ses:us-east-1:111122223333:identity/example.com",
        "context": {"ses:FromAddress": "news@example.com"},
    },
    "identity_policies": [
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}]}
    ],
    "expected": "allowed",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        first, _ = _serve(data)
        again = [_serve(data) for _ in range(ROUNDS)]
        cases = Path(folder) / "cases.json"
        cases.write_text(json.dumps([CASE]))
        python = _median(lambda: _process(str(BIN / "python"), "-c", "pass"))
        rows = [
            ("serve to ready, new data folder", f"{first * 1000:.0f} ms", ""),
            (
                "serve to ready, existing data folder",
                f"{sorted(each for each, _ in again)[ROUNDS // 2] * 1000:.0f} ms",
                "≤ 1000 ms",
            ),
            ("resident at rest", f"{max(memory for _, memory in again):.0f} MB", "≤ 120 MB"),
            ("gatepost --help", f"{_median(lambda: _process(str(BIN / 'gatepost'), '--help')):.0f} ms", "≤ 200 ms"),
            (
                "gatepost simulate, one case",
                f"{_median(lambda: _process(str(BIN / 'gatepost'), 'simulate', '--cases', str(cases))):.0f} ms",
                "≤ 200 ms",
            ),
            ("python -c pass, for comparison", f"{python:.0f} ms", ""),
        ]
    for name, value, target in rows:
        print(f"{name:<40}{value:>10}  {target}")


def _serve(data: Path) -> tuple[float, float]:
    """Seconds to ready, and the megabytes resident then."""
    started = time.perf_counter()
    server = subprocess.Popen(
        [str(BIN / "gatepost"), "serve", "--data", str(data), "--listen", "http://127.0.0.1:0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None  # noqa: S101 -- a pipe was asked for
    for line in server.stdout:
        if "ready" in line:
            break
    seconds = time.perf_counter() - started
    memory = _resident(server.pid)
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=30)
    return seconds, memory


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
        return int(shown.stdout) / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _process(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, env=os.environ)


def _median(action: Callable[[], None]) -> float:
    """Milliseconds."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return sorted(times)[ROUNDS // 2] * 1000


if __name__ == "__main__":
    main()
