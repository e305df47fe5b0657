"""What others notice of a hostile caller: the rate and the latency of ordinary sends at rest, and beside each attack.

The attacker is a process of its own: a user without any permission, or nobody at all, whose requests (`tests/hostile_requests.py`)
follow each other, or who sends rows that cannot be kept, floods of unsigned calls, bodies that never end, connections that say
nothing. Others are 8 connections of one sender. Targets: at least 0.7 of the rate at rest, a p99 of at most 5 times. Rest is measured
just before each attack: a virtual machine's own pace changes from minute to minute.
An attack that keeps a processor busy by itself is noticed on two cores even by a server that does nothing for it, so bodies are made
beforehand; what the attacker and the load generator cost is in the figures.
"""

import multiprocessing
import os
import resource
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from load import Measured, Peer, run, signed_sends
from sending import gatepost

sys.path.append(str(Path(__file__).parent.parent / "tests"))
from hostile_requests import EVERY, Hostile, raw

CONNECTIONS = 8
SECONDS = 3.0
SENDS = 9_000  # signed for each measurement
A_PART = 400
SETTLE_SECONDS = 0.5
LEAST_RATE = 0.7
MOST_P99 = 5.0
FLOOD_CONNECTIONS = 4
Attack = Callable[[Peer, float], None]  # until when, on `time.monotonic`


def main() -> None:
    wanted = sys.argv[1:]
    with gatepost() as sender:
        nobody = user(sender, "nobody")
        measure(sender)  # warm
        print(f"{'at rest':<72} {megabytes(sender):4.0f} MB")
        for name, attack in attacks(sender).items():
            if wanted and not any(each in name for each in wanted):
                continue
            pool = signed_sends(sender, SENDS)
            rest = measure(sender)
            under = beside(attack, nobody, pool, sender)
            rate, slower = under.per_second / rest.per_second, under.milliseconds(0.99) / rest.milliseconds(0.99)
            verdict = "" if rate >= LEAST_RATE and slower <= MOST_P99 else "  missed"
            refused = f", {len(under.refused)} refused" if under.refused else ""
            told = f"{rate:6.2f} of the rate, p99 x {slower:5.1f}, {megabytes(sender):4.0f} MB{refused}{verdict}"
            print(f"{name:<72} {told} (rest: {rest.per_second:.0f} a second, {rest.milliseconds(0.99):.1f} ms)", flush=True)


def measure(peer: Peer, pool: list[bytes] | None = None) -> Measured:
    """Sends for about `SECONDS`, or as many as were signed beforehand."""
    waiting = signed_sends(peer, SENDS) if pool is None else pool
    total = Measured()
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and waiting:
        part, waiting = waiting[:A_PART], waiting[A_PART:]
        done = run(peer, part, CONNECTIONS)
        total.seconds += done.seconds
        total.latencies += done.latencies
        total.refused += done.refused
    return total


def beside(attack: Attack, attacker: Peer, pool: list[bytes], sender: Peer) -> Measured:
    """What a sender measures while an attack runs in a process of its own."""
    until = time.monotonic() + SECONDS + 4 * SETTLE_SECONDS
    process = multiprocessing.get_context("fork").Process(target=attack, args=(attacker, until))
    process.start()
    time.sleep(SETTLE_SECONDS)
    measured = measure(sender, pool)
    process.join(60)
    if process.is_alive():
        process.kill()
        process.join()
    return measured


def attacks(sender: Peer) -> dict[str, Attack]:
    """Each attack by its name. Bodies are made here, before anything is measured."""
    made: dict[str, Attack] = {"nothing is sent: what an attacker's own work costs on this machine": busy}
    made |= {each.name: repeated(each, each.body()) for each in EVERY}
    surrogate = Hostile("", lambda: raw(b"From: news@example.com\r\nTo: a@example.net\r\nSubject: =?utf-7?q?+2AA-?=\r\n\r\nx"))
    made["rows that cannot be kept, by one who may send"] = as_peer(sender, repeated(surrogate, surrogate.body()))
    made[f"unsigned calls on {FLOOD_CONNECTIONS} connections"] = flood(b"Action=SendEmail&Version=2010-12-01")
    made["200 bodies of 10 MB that never end"] = unfinished(200, 10_000_000)
    made["2,000 silent connections"] = unfinished(2_000, 0)
    made["chunks of two bytes"] = chunks
    return made


def busy(_peer: Peer, until: float) -> None:
    """Compute, and send nothing."""
    while time.monotonic() < until:
        sum(range(1_000))


def repeated(request: Hostile, body: bytes) -> Attack:
    """The same request over and over on one connection, signed anew each time."""

    def attack(peer: Peer, until: float) -> None:
        while time.monotonic() < until:
            exchange(peer, message(peer, request, body), until)

    return attack


def as_peer(peer: Peer, attack: Attack) -> Attack:
    """An attack by somebody else."""
    return lambda _peer, until: attack(peer, until)


def flood(body: bytes) -> Attack:
    """Small unsigned requests, pipelined eight at a time."""
    one = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    def attack(peer: Peer, until: float) -> None:
        connections = [socket.create_connection((peer.host, peer.port), 5) for _ in range(FLOOD_CONNECTIONS)]
        while time.monotonic() < until:
            for each in connections:
                each.sendall(one * 8)
            for each in connections:
                each.recv(1 << 16)
            time.sleep(0.002)

    return attack


def unfinished(count: int, size: int) -> Attack:
    """Connections whose request never comes whole."""

    def attack(peer: Peer, until: float) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
        head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60000000\r\n\r\n" if size else b"POST / HTTP/1.1\r\nHost"
        kept = []
        for _ in range(count):
            if time.monotonic() >= until:
                break
            try:
                connection = socket.create_connection((peer.host, peer.port), 1)
                connection.settimeout(0.2)
                connection.sendall(head + b"x" * size)
            except OSError:
                continue
            kept.append(connection)
        time.sleep(max(0.0, until - time.monotonic()))

    return attack


def chunks(peer: Peer, until: float) -> None:
    """A body in chunks of two bytes."""
    content = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + b"2\r\nab\r\n" * 1_000_000 + b"0\r\n\r\n"
    while time.monotonic() < until:
        exchange(peer, content, until)


def message(peer: Peer, request: Hostile, body: bytes) -> bytes:
    """The request as it goes over the wire."""
    fields = request.fields(body, f"{peer.host}:{peer.port}", peer.key, peer.secret)
    lines = [f"POST {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields), f"content-length: {len(body)}"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def exchange(peer: Peer, content: bytes, until: float) -> None:
    """Send, and read what comes until it closes, a first answer is there, or the time is over."""
    try:
        with socket.create_connection((peer.host, peer.port), 5) as connection:
            connection.settimeout(max(0.1, until - time.monotonic()))
            connection.sendall(content)
            connection.recv(1 << 16)
    except OSError:
        time.sleep(0.01)


def user(root: Peer, name: str) -> Peer:
    """A user without any permission."""
    iam: Any = Peer(root.host, root.port, "AKIAROOTBENCH0000001", "root-secret").client("iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Peer(root.host, root.port, key["AccessKeyId"], key["SecretAccessKey"], root.pid)


def megabytes(peer: Peer) -> float:
    """What the server's process holds."""
    status = Path(f"/proc/{peer.pid}/status")
    if not status.exists():  # not Linux
        return float("nan")
    return int(status.read_text().split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    main()
