"""What an authorization ID costs a send: CPU time with the IDs and without them, beside all that the server spends on a send.

With: as the server runs it, each decision kept with its Event under an ID. Without: the same code, the making and keeping of the
authorization taken out by this benchmark alone (there is no such switch). Both in this process, from request to answer but for HTTP
itself, in turn and in turned order, many times over; what counts is the median of the pairs, as the machine's speed wanders. The whole
of a send is the CPU time of a server process under 16 connections.
"""

import gc
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatepost.aws import pipeline
from gatepost.aws.call import Arrival, Origin
from gatepost.aws.pipeline import Pipeline
from gatepost.aws.record import Home
from gatepost.aws.request import HttpRequest
from gatepost.services.registry import ROUTES
from gatepost.store import access_keys, identities, inline_policies, users
from gatepost.store.bootstrap import Root, bootstrap
from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once
from load import Peer, run, signed_sends
from sending import SENDER_POLICY, gatepost

ACCOUNT, REGION = "123456789012", "us-east-1"
KEY, SECRET = "AKIASENDER0000000001", "secret"
SENDS, BATCH, ROUNDS, SERVED = 1_000, 16, 40, 8_000
LEFT_OUT: dict[str, Any] = {
    "authorization_id": lambda _now, _request_id: "",
    "Kept": lambda *_parts: None,
    "Authorized": lambda *_parts: None,
    "_evaluation": lambda *_parts: None,
}


def prepared_store(tx: Transaction) -> None:
    """An account with a verified domain and a sender who may send by a policy with three conditions."""
    now = datetime.now(UTC)
    bootstrap(tx, Root(ACCOUNT), now)
    users.create_user(tx, users.User("AIDASENDER", ACCOUNT, "sender", "/", now, None, ()))
    policy = inline_policies.InlinePolicy("send", json.dumps(SENDER_POLICY))
    inline_policies.put_inline_policy(tx, ACCOUNT, "AIDASENDER", policy)
    access_keys.create_access_key(tx, KEY, SECRET, ACCOUNT, "AIDASENDER", now)
    identities.put_identity(tx, identities.Identity(ACCOUNT, REGION, "example.com", "Success", "token", now))


def request_of(raw: bytes) -> HttpRequest:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, target, _ = first.split(b" ")
    path, _, query = target.partition(b"?")
    fields = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    return HttpRequest(method.decode(), path, query, fields, body)


@contextmanager
def without_ids() -> Iterator[None]:
    kept = {name: getattr(pipeline, name) for name in LEFT_OUT}
    vars(pipeline).update(LEFT_OUT)
    try:
        yield
    finally:
        vars(pipeline).update(kept)


def send_all(gate: Pipeline, database: Database, requests: Sequence[HttpRequest]) -> float:
    """Microseconds of CPU a send: prepared from memory, written and committed sixteen at a time, answered."""
    held, now = database.memory.held(), datetime.now(UTC)
    origin = Origin("127.0.0.1", "benchmark", secure=False)
    gc.collect()
    gc.disable()
    started = time.process_time()
    with database.writing_connection() as connection:
        for at in range(0, len(requests), BATCH):
            prepared = [gate.prepare(Arrival(each, origin, now, now), held) for each in requests[at : at + BATCH]]
            with database.writing(connection) as tx:
                outcomes = [tx.attempt(each.perform_and_record) for each in prepared]
            for each, outcome in zip(prepared, outcomes, strict=True):
                if gate.respond(each, outcome).status != 200:
                    raise SystemExit(f"a send was refused: {outcome.error}")
    spent = time.process_time() - started
    gc.enable()
    return spent / len(requests) * 1e6


def measured_pair(
    gate: Pipeline, database: Database, requests: Sequence[HttpRequest], *, ids_first: bool
) -> tuple[float, float]:
    """With the IDs, and without."""
    with_ids = send_all(gate, database, requests) if ids_first else 0.0
    with without_ids():
        bare = send_all(gate, database, requests)
    return with_ids or send_all(gate, database, requests), bare


def server_cost() -> float:
    """CPU microseconds that a server spends on a send."""
    with gatepost() as peer:
        requests = signed_sends(peer, SERVED)
        run(peer, requests[: SERVED // 4], BATCH)
        before = cpu_seconds(peer.pid)
        run(peer, requests[SERVED // 4 :], BATCH)
        return (cpu_seconds(peer.pid) - before) / (SERVED * 3 // 4) * 1e6


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5), `stat`)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        database = Database.open(f"sqlite:///{data / 'gatepost.db'}", keyring=Keyring.of(data), memory=Memory())
        run_once(database, prepared_store)
        gate = Pipeline(ROUTES, Home(ACCOUNT, REGION))
        requests = [request_of(raw) for raw in signed_sends(Peer("127.0.0.1", 7370, KEY, SECRET), SENDS)]
        warm = Arrival(requests[0], Origin("127.0.0.1", "benchmark", secure=False), datetime.now(UTC), datetime.now(UTC))
        with database.reader() as tx:
            gate.prepare(warm, tx)
        pairs = [measured_pair(gate, database, requests, ids_first=round_ % 2 == 0) for round_ in range(ROUNDS)]
        database.close()
    cost = statistics.median(with_ids - bare for with_ids, bare in pairs)
    whole = server_cost()
    print(f"a signed SendEmail, CPU us each ({ROUNDS} pairs of {SENDS:,} sends)")
    print(f"{'with an authorization ID, kept with its decisions':<56}{statistics.median(pair[0] for pair in pairs):>8.1f}")
    print(f"{'without':<56}{statistics.median(pair[1] for pair in pairs):>8.1f}")
    print(f"{'the whole send, HTTP and all, in a server':<56}{whole:>8.1f}")
    print(f"an authorization ID costs {cost:.1f} us, {cost / whole * 100:.1f} % of a send")


if __name__ == "__main__":
    main()
