"""How long one hostile request keeps the event loop, on which everybody's calls are taken in and answered.

Each request of the corpus goes to a gate in this process, while a timer on the same loop is to ring every millisecond. How late it
rings is the loop's longest turn: what the loop does itself, and what a thread does that keeps the interpreter's lock. Of that time
only what this process computed counts, since the machine may do something else meanwhile.

A body of many megabytes is made, copied and let go by single calls of the system, whose time is the machine's: such a request may keep
the loop as long as a few copies of its body take here and now, if that is more.
"""

import asyncio
import gc
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatepost.aws.pipeline import Pipeline
from gatepost.aws.record import Home
from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.edge.clock import Clock
from gatepost.edge.commit import Commits
from gatepost.edge.http import Gate
from gatepost.edge.provider_keys import ProviderKeyRing
from gatepost.edge.unauthenticated import UnauthenticatedCalls
from gatepost.server import SWITCH_SECONDS
from gatepost.services.registry import ROUTES
from gatepost.store.bootstrap import Root, bootstrap
from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from hostile_requests import EVERY, FORM, Hostile, form, raw
from live import ACCOUNT, REGION, ROOT_KEY, ROOT_SECRET

LONGEST_TURN = 0.020  # seconds
LONGEST_COPIES = 3  # of the body, where they take longer: SQLite's driver copies a message of 39 MB in one call
TRIES = 20  # until one is quick enough
TICK = 0.001
ACCEPTED, REFUSED = range(200, 201), range(400, 500)
HOST = "127.0.0.1:7370"


class Ticks:
    """A timer that is to ring every millisecond, and how late it was at worst."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + TICK
        self._computed = time.process_time()
        self._handle = self._loop.call_at(self._due, self._ring)
        self.latest = 0.0

    def stop(self) -> float:
        self._handle.cancel()
        return self.latest

    def _ring(self) -> None:
        now, computed = self._loop.time(), time.process_time()
        self.latest = max(self.latest, min(now - self._due, computed - self._computed))
        self._due, self._computed = now + TICK, computed
        self._handle = self._loop.call_at(self._due, self._ring)


class Serving:
    """A gate over a store of its own, and a user without any permission."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._nobody = ("", "")

    async def prepare(self) -> None:
        for operation, version, members in (
            ("VerifyDomainIdentity", "2010-12-01", {"Domain": "example.com"}),
            ("CreateUser", "2010-05-08", {"UserName": "nobody"}),
            ("CreateAccessKey", "2010-05-08", {"UserName": "nobody"}),
        ):
            body = form(operation, version, **members)
            service = "ses" if version == "2010-12-01" else "iam"
            made = await self.send(signed_by_root(Hostile(operation, lambda: b"", service, "/", FORM), body))
            assert made.status == 200
        text = made.body.decode()
        key, secret = (text.partition(f"<{name}>")[2].partition("<")[0] for name in ("AccessKeyId", "SecretAccessKey"))
        self._nobody = (key, secret)

    def signed(self, hostile: Hostile, body: bytes) -> HttpRequest:
        """A request by the user without any permission."""
        return _signed(hostile, body, *self._nobody)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request."""
        answered: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
        too_large = len(request.body) > self._gate.body_limit(request)
        if too_large:
            request.body = b""
        self._gate.take(request, "127.0.0.1", answered.set_result, secure=False, too_large=too_large)
        return await answered


def signed_by_root(hostile: Hostile, body: bytes) -> HttpRequest:
    """A request by one who may do everything."""
    return _signed(hostile, body, ROOT_KEY, ROOT_SECRET)


def _signed(hostile: Hostile, body: bytes, key: str, secret: str) -> HttpRequest:
    fields = [(name.encode(), value.encode("latin-1")) for name, value in hostile.fields(body, HOST, key, secret)]
    return HttpRequest("POST", hostile.path.encode(), b"", fields, body)


@pytest.fixture(autouse=True)
def turns_of_the_server() -> Iterator[None]:
    """Threads take turns as they do in the server."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    yield
    sys.setswitchinterval(before)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Serving]:
    database = Database.open(f"sqlite:///{folder / 'gatepost.db'}", keyring=Keyring.of(folder), memory=Memory())
    commits, clock, home = Commits(database, asyncio.get_running_loop()), Clock(), Home(ACCOUNT, REGION)
    await commits.run(lambda tx: bootstrap(tx, Root(ACCOUNT, ROOT_KEY, ROOT_SECRET), datetime.now(UTC)))

    async def no_pages(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(404, (), b"")

    gate = Gate(
        Pipeline(ROUTES, home), database, database.memory, commits, clock, no_pages, ProviderKeyRing(),
        UnauthenticatedCalls(commits, clock, home), body_limit=64 * 1024 * 1024,
    )  # fmt: skip
    made = Serving(gate)
    await made.prepare()
    yield made
    await gate.close()
    commits.close()
    database.close()


async def longest_turn(serve: Serving, request: HttpRequest, statuses: range) -> float:
    ticks = Ticks()
    answer = await serve.send(request)
    await asyncio.sleep(2 * TICK)
    assert answer.status in statuses, (answer.status, answer.body[:200])
    return ticks.stop()


def copying(body: bytes) -> float:
    """How many seconds a copy of the body takes to be made and let go."""
    begun = time.process_time()
    bytearray(body)
    return time.process_time() - begun


async def exceeds(body: bytes, measure: Callable[[], Awaitable[float]]) -> list[tuple[float, float]]:
    """Nothing where one of several tries kept the loop no longer than it may; else the longest turn and limit of each, in seconds."""
    tries = []
    for _ in range(TRIES):
        limit = max(LONGEST_TURN, LONGEST_COPIES * copying(body))
        longest = await measure()
        if longest <= limit:
            return []
        tries.append((longest, limit))
    return tries


@pytest.mark.parametrize("hostile", EVERY, ids=lambda hostile: hostile.name)
def test_no_request_of_one_without_permission_keeps_the_loop(hostile: Hostile, tmp_path: Path) -> None:
    async def run() -> list[tuple[float, float]]:
        async with serving(tmp_path) as serve:
            body = hostile.body()
            gc.collect()
            return await exceeds(body, lambda: longest_turn(serve, serve.signed(hostile, body), REFUSED))

    assert asyncio.run(run()) == []


@pytest.mark.parametrize("size", [100_000, 10_000_000, 39_000_000])
def test_nor_does_a_large_message_that_is_allowed(size: int, tmp_path: Path) -> None:
    line = b"x" * 76 + b"\r\n"
    message = b"From: news@example.com\r\nTo: a@example.net\r\n\r\n" + line * (size // len(line))
    send = Hostile("a large message", lambda: raw(message))

    async def run() -> list[tuple[float, float]]:
        async with serving(tmp_path) as serve:
            body = send.body()
            return await exceeds(body, lambda: longest_turn(serve, signed_by_root(send, body), ACCEPTED))

    assert asyncio.run(run()) == []
