"""A small pool of processes for questions: whatever is thought about policies, away from the calls of everybody else.

1.  Two processes at most, each started when a question first needs it and ended once none has come for a while.
2.  A question has a limit of time, of processor time and of memory (`question_worker`). Past it the process is killed, another takes
    its place for the next, and the question is not decided.
3.  An account has at most two questions under way and some that wait; where more come, or all together wait for more than the pool
    can hold, or one waits too long, the call is throttled. Those that wait are taken up in turn, accounts with the fewest under way
    first, so that no account shuts out another.
4.  A question that nobody waits for any longer (its task is cancelled) is ended at once, and its process with it.
5.  Closing the pool kills every process: a stop never waits for a question.

Processes are started by spawning the interpreter anew; a process with threads is never forked.
"""

import asyncio
import os
import pickle
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

import structlog

from gatepost.aws.errors import AwsError
from gatepost.aws.question import MOST_SECONDS
from gatepost.edge.question_worker import LENGTH_BYTES

PROCESSES: Final = 2
MOST_AN_ACCOUNT: Final = 2  # under way
MOST_WAITING_AN_ACCOUNT: Final = 8
MOST_WAITING: Final = 64
WAIT_SECONDS: Final = 10.0
IDLE_SECONDS: Final = 30.0
WORKER: Final = "gatepost.edge.question_worker"

log = structlog.get_logger("gatepost.questions")


class Throttled(Exception):
    """More questions are asked than the pool takes."""


class Undecided(Exception):
    """A limit ended the question; the message says which."""


class Stopped(Exception):
    """The server stops."""


class Failed(Exception):
    """The question ended in a mistake of ours; the message is the traceback."""


class Worker(Protocol):
    """A process that answers one question at a time."""

    async def ask(self, message: bytes) -> bytes:
        """The answer to a pickled question; `EOFError` or `OSError` where the process ended first."""

    async def kill(self) -> None:
        """End the process now, and return once it is gone."""


Start = Callable[[], Awaitable[Worker]]


class Questions:
    """The pool. `start` starts a process."""

    def __init__(
        self, start: Start | None = None, *, seconds: float = MOST_SECONDS, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self._start = start or start_process
        self._seconds = seconds
        self._wait_seconds = wait_seconds
        self._idle: list[tuple[Worker, asyncio.TimerHandle]] = []
        self._at_work: set[Worker] = set()
        self._under_way: Counter[str] = Counter()
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def under_way(self) -> int:
        """How many questions have been given their turn."""
        return self._under_way.total()

    def waiting(self, account: str | None = None) -> int:
        """How many wait for their turn, of one account or of all."""
        return sum(account in (None, each) for each, _ in self._waiting)

    async def ask(self, account: str, think: Callable[[Any], Any], gathered: object) -> Any:  # noqa: ANN401 -- what `think` returns
        """What `think` makes of `gathered`, on behalf of an account.

        Raises the `AwsError` that it raised, `Undecided`, `Throttled`, `Stopped` or `Failed`. Where the task that asks is cancelled,
        the question ends.
        """
        await self._turn(account)
        try:
            message = await asyncio.to_thread(pickle.dumps, (think, gathered), pickle.HIGHEST_PROTOCOL)
            answer = await self._ask(message)
            kind, *told = await asyncio.to_thread(pickle.loads, answer)
        finally:
            self._under_way[account] -= 1
            self._next()
        match kind:
            case "answer":
                return told[0]
            case "refused":
                raise AwsError(*told)
            case "limit":
                raise Undecided(told[0])
            case _:
                raise Failed(told[0])

    async def close(self) -> None:
        """Kill every process; whoever waits is told that the server stops."""
        self._closed = True
        for _, turn in self._waiting:
            if not turn.done():
                turn.set_exception(Stopped())
        for worker, timer in self._idle:
            timer.cancel()
            self._kill(worker)
        self._idle.clear()
        for worker in self._at_work:
            self._kill(worker)
        while self._ending:
            await asyncio.wait(self._ending)

    # --- whose turn it is -----------------------------------------------------------------------------------------------

    async def _turn(self, account: str) -> None:
        """Wait until a question of this account may be taken up."""
        if self._closed:
            raise Stopped
        if self.waiting() >= MOST_WAITING or self.waiting(account) >= MOST_WAITING_AN_ACCOUNT:
            raise Throttled
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (account, turn)
        self._waiting.append(entry)
        self._next()
        try:
            await asyncio.wait_for(turn, self._wait_seconds)
        except TimeoutError:
            raise Throttled from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:  # it was given its turn just now
                self._under_way[account] -= 1
            raise
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)
            self._next()

    def _next(self) -> None:
        """Give their turn to those who wait, as far as there is room."""
        while not self._closed and self._under_way.total() < PROCESSES:
            ready = [each for each in self._waiting if not each[1].done() and self._under_way[each[0]] < MOST_AN_ACCOUNT]
            if not ready:
                return
            chosen = min(ready, key=lambda each: self._under_way[each[0]])
            self._waiting.remove(chosen)
            self._under_way[chosen[0]] += 1
            chosen[1].set_result(None)

    # --- the processes --------------------------------------------------------------------------------------------------

    async def _ask(self, message: bytes) -> bytes:
        worker = await self._worker()
        self._at_work.add(worker)
        is_well = False
        try:
            answer = await asyncio.wait_for(worker.ask(message), self._seconds)
            is_well = True
        except TimeoutError:
            raise Undecided(f"it took longer than {self._seconds:g} seconds") from None
        except (EOFError, OSError):
            if self._closed:
                raise Stopped from None
            raise Undecided("it needed more processor time or memory than a question may have") from None
        else:
            return answer
        finally:
            self._at_work.discard(worker)
            if is_well and not self._closed:
                self._rest(worker)
            else:
                self._kill(worker)

    async def _worker(self) -> Worker:
        if self._idle:
            worker, timer = self._idle.pop()
            timer.cancel()
            return worker
        worker = await self._start()
        if self._closed:
            self._kill(worker)
            raise Stopped
        return worker

    def _rest(self, worker: Worker) -> None:
        timer = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._end, worker)
        self._idle.append((worker, timer))

    def _end(self, worker: Worker) -> None:
        self._idle = [each for each in self._idle if each[0] is not worker]
        self._kill(worker)

    def _kill(self, worker: Worker) -> None:
        task = asyncio.ensure_future(worker.kill())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


class _Process:
    """A process and its two pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, message: bytes) -> bytes:
        """`Worker.ask`."""
        to, back = self._process.stdin, self._process.stdout
        assert to is not None and back is not None  # noqa: S101, PT018 -- both are pipes
        to.write(len(message).to_bytes(LENGTH_BYTES, "big"))
        to.write(message)
        await to.drain()
        size = int.from_bytes(await back.readexactly(LENGTH_BYTES), "big")
        return await back.readexactly(size)

    async def kill(self) -> None:
        """`Worker.kill`; a solver that it has started is killed too."""
        if self._process.returncode is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                log.debug("a process for questions had ended by itself")
        await self._process.wait()


async def start_process(seconds: int = MOST_SECONDS) -> Worker:
    """A new process for questions, each of which may take so many seconds of processor time.

    It has none of the server's environment, which may hold secrets.
    """
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", WORKER, str(seconds)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    return _Process(process)
