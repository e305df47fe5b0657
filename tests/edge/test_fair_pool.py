"""Costly work is shared fairly: one piece of a key at a time, the keys in turn."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from gatepost.edge.fair_pool import FairPool


class Bench:
    """Work that goes on until it is let go; what began is noted in order."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self._gates: dict[str, threading.Event] = {}

    def work(self, name: str) -> Callable[[], str]:
        self._gates[name] = threading.Event()

        def run() -> str:
            self.began.append(name)
            assert self._gates[name].wait(10)
            return name.upper()

        return run

    async def until(self, names: list[str]) -> None:
        while self.began != names:  # noqa: ASYNC110 -- the threads tell nobody
            await asyncio.sleep(0.001)

    def let_go(self, *names: str) -> None:
        for name in names:
            self._gates[name].set()


def run(story: Callable[[FairPool, Bench], Awaitable[None]], threads: int = 2) -> None:
    async def told() -> None:
        pool = FairPool(threads, "tests")
        await asyncio.wait_for(story(pool, Bench()), 20)
        pool.close()

    asyncio.run(told())


def test_keys_take_turns_and_a_key_never_has_two_at_work() -> None:
    async def story(pool: FairPool, bench: Bench) -> None:
        tasks = [asyncio.ensure_future(pool.run("a", bench.work(f"a{number}"))) for number in (1, 2, 3)]
        tasks.append(asyncio.ensure_future(pool.run("b", bench.work("b1"))))
        await bench.until(["a1", "b1"])
        tasks.append(asyncio.ensure_future(pool.run("c", bench.work("c1"))))
        bench.let_go("b1")
        await bench.until(["a1", "b1", "c1"])
        bench.let_go("a1", "a2", "a3", "c1")
        assert await asyncio.gather(*tasks) == ["A1", "A2", "A3", "B1", "C1"]

    run(story)


def test_what_work_raises_is_raised_and_the_next_begins() -> None:
    def fails() -> None:
        raise LookupError("no")

    async def story(pool: FairPool, bench: Bench) -> None:
        with pytest.raises(LookupError):
            await pool.run("a", fails)
        bench_work = bench.work("a2")
        bench.let_go("a2")
        assert await pool.run("a", bench_work) == "A2"

    run(story, threads=1)


def test_who_went_away_leaves_his_turn_to_the_next() -> None:
    async def story(pool: FairPool, bench: Bench) -> None:
        first = asyncio.ensure_future(pool.run("a", bench.work("a1")))
        await bench.until(["a1"])
        gone = asyncio.ensure_future(pool.run("b", bench.work("b1")))
        await asyncio.sleep(0)
        gone.cancel()
        bench.let_go("a1", "b1")
        assert await first == "A1"
        last = bench.work("c1")
        bench.let_go("c1")
        assert await pool.run("c", last) == "C1"

    run(story, threads=1)
