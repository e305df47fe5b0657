"""A signed SendEmail through HTTP: Gatepost (authorised, on disk, recorded) beside two mocks that check and keep nothing.

Peers: `moto_server`, and the npm package `aws-ses-v2-local` where npm is installed. 16 kept connections; boto3 signs every
request beforehand.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from load import Measured, Peer, run, signed_sends

CONNECTIONS = 16
BIN = Path(sys.executable).parent
HERE = Path(__file__).parent
SENDER_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["ses:SendEmail", "ses:SendRawEmail"],
            "Resource": "*",
            "Condition": {
                "StringLike": {"ses:FromAddress": "*@example.com"},
                "IpAddress": {"aws:SourceIp": "127.0.0.0/8"},
                "DateGreaterThan": {"aws:CurrentTime": "2023-01-01T00:00:00Z"},
            },
        }
    ],
}


@contextmanager
def gatepost() -> Iterator[Peer]:
    """Gatepost with a sender who may send by a policy with three conditions."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        key, secret = "AKIAROOTBENCH0000001", "root-secret"
        root = {"GATEPOST_ROOT_ACCESS_KEY_ID": key, "GATEPOST_ROOT_SECRET_ACCESS_KEY": secret}
        server = subprocess.Popen(
            [str(BIN / "gatepost"), "serve", "--data", str(data), "--listen", "http://127.0.0.1:0"],
            env={**os.environ, **root},
            stdout=subprocess.DEVNULL,
        )
        try:
            ready = data / "server.json"
            _wait_for(ready.exists)
            port = int(json.loads(ready.read_text())["endpoints"][0].rpartition(":")[2])
            yield with_sender(Peer("127.0.0.1", port, key, secret, server.pid))
        finally:
            server.terminate()
            server.wait(30)


def with_sender(root: Peer) -> Peer:
    """A sender who may send by a policy with three conditions."""
    iam = root.client("iam")
    root.client("ses").verify_domain_identity(Domain="example.com")
    iam.create_user(UserName="sender")
    iam.put_user_policy(UserName="sender", PolicyName="send", PolicyDocument=json.dumps(SENDER_POLICY))
    key = iam.create_access_key(UserName="sender")["AccessKey"]
    return Peer(root.host, root.port, key["AccessKeyId"], key["SecretAccessKey"], root.pid)


@contextmanager
def moto() -> Iterator[Peer]:
    """The server of moto in its default form."""
    port = _free_port()
    server = subprocess.Popen(
        [str(BIN / "moto_server"), "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(lambda: _answers(port))
        peer = Peer("127.0.0.1", port, "AKIAEXAMPLE", "secret")
        peer.client("ses").verify_domain_identity(Domain="example.com")
        yield peer
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def ses_v2_local() -> Iterator[Peer]:
    """The mock in memory that JavaScript projects use."""
    port = _free_port()
    server = subprocess.Popen(
        [str(HERE / "node_modules/.bin/aws-ses-v2-local"), "--port", str(port), "--host", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(lambda: _answers(port))
        yield Peer("127.0.0.1", port, "AKIAEXAMPLE", "secret")
    finally:
        server.terminate()
        server.wait(30)


def measure(peer: Peer, count: int) -> Measured:
    """One run after a warm-up."""
    requests = signed_sends(peer, count + count // 10)
    run(peer, requests[: count // 10], CONNECTIONS)
    measured = run(peer, requests[count // 10 :], CONNECTIONS)
    if measured.refused:
        raise SystemExit(f"refused: {measured.refused[0][:1000]!r}")
    return measured


def main() -> None:
    print(f"signed SendEmail (SES v2, simple content), {CONNECTIONS} connections, requests signed beforehand")
    print(f"{'':34}{'sends/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'Gatepost is':>14}")
    with gatepost() as peer:
        own = measure(peer, 20_000)
    _print("gatepost (signed, decided, on disk)", own, own)
    if (BIN / "moto_server").exists():
        with moto() as peer:
            _print("moto_server (checks, keeps nothing)", measure(peer, 1_500), own)
    else:
        print("moto_server: not measured, it is not installed")
    if shutil.which("node") and (HERE / "node_modules/.bin/aws-ses-v2-local").exists():
        with ses_v2_local() as peer:
            _print("aws-ses-v2-local (in memory)", measure(peer, 10_000), own)
    else:
        print("aws-ses-v2-local: not measured, node is not installed")


def _print(name: str, measured: Measured, own: Measured) -> None:
    ratio = "" if measured is own else f"{own.per_second / measured.per_second:.1f} x"
    figures = f"{measured.per_second:>10,.0f}{measured.milliseconds(0.5):>9.2f}{measured.milliseconds(0.99):>9.2f}"
    print(f"{name:<34}{figures}{ratio:>14}", flush=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _wait_for(happened: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise SystemExit("the server did not come up")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
