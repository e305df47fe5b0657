"""Threads for work that costs much, shared fairly: one piece of work of a key at a time, the keys in turn.

A caller who sends large messages over twenty connections waits for himself; another's one large message waits for one of his. A key
that must wait (`pace`) is passed over until it may go on.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeVar

ASK_AGAIN_SECONDS: Final = 0.2  # `delay` may have become less
T = TypeVar("T")


class FairPool:
    """So many threads. Used from the event loop alone. `delay` says for how many seconds a key must wait yet."""

    def __init__(self, threads: int, name: str, delay: Callable[[str], float] = lambda _key: 0.0) -> None:
        self._delay = delay
        self._later: asyncio.TimerHandle | None = None
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = threads
        self._at_work: set[str] = set()
        self._waiting: dict[str, deque[tuple[Callable[[], Any], asyncio.Future[Any]]]] = {}  # by key, whose turn is next first
        self._loop = asyncio.get_running_loop()

    async def run(self, key: str, work: Callable[[], T]) -> T:
        """What `work` returns, run in a thread once it is the key's turn; raises what it raises."""
        answer: asyncio.Future[T] = self._loop.create_future()
        self._waiting.setdefault(key, deque()).append((work, answer))
        self._start()
        return await answer

    def close(self) -> None:
        """Let what is at work end; what waits is cancelled."""
        if self._later is not None:
            self._later.cancel()
        for queue in self._waiting.values():
            for _, answer in queue:
                answer.cancel()
        self._waiting.clear()
        self._executor.shutdown()

    def _start(self) -> None:
        soonest = math.inf
        for key in tuple(self._waiting):
            if not self._free:
                return
            if key in self._at_work:
                continue
            if (wait := self._delay(key)) > 0:
                soonest = min(soonest, wait)
            else:
                self._begin(key)
        if soonest < math.inf and self._later is None:
            self._later = self._loop.call_later(min(soonest, ASK_AGAIN_SECONDS), self._start_again)

    def _start_again(self) -> None:
        self._later = None
        self._start()

    def _begin(self, key: str) -> None:
        queue = self._waiting.pop(key)
        work, answer = queue.popleft()
        if queue:  # to the end of the line
            self._waiting[key] = queue
        self._free -= 1
        self._at_work.add(key)
        self._loop.run_in_executor(self._executor, work).add_done_callback(partial(self._end, key, answer))

    def _end(self, key: str, answer: asyncio.Future[Any], done: asyncio.Future[Any]) -> None:
        self._free += 1
        self._at_work.discard(key)
        failure = None if done.cancelled() else done.exception()
        if not answer.done():  # whoever waited may have gone away
            if done.cancelled():
                answer.cancel()
            elif failure is not None:
                answer.set_exception(failure)
            else:
                answer.set_result(done.result())
        self._start()
