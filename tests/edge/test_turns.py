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
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from edge.serving import Serving, serving, signed_by_root
from gatepost.aws.request import HttpRequest
from gatepost.server import SWITCH_SECONDS
from hostile_requests import EVERY, Hostile, raw

LONGEST_TURN = 0.020  # seconds
LONGEST_COPIES = 3  # of the body, where they take longer: SQLite's driver copies a message of 39 MB in one call
TRIES = 20  # until one is quick enough
TICK = 0.001
ACCEPTED, REFUSED = range(200, 201), range(400, 500)


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


@pytest.fixture(autouse=True)
def turns_of_the_server() -> Iterator[None]:
    """Threads take turns as they do in the server."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    yield
    sys.setswitchinterval(before)


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
