"""The pool of processes for questions: with processes that the test holds in its hand, and with real ones."""

import asyncio
import pickle
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from gatepost.aws.errors import AwsError
from gatepost.edge.questions import (
    MOST_WAITING_AN_ACCOUNT,
    Failed,
    Questions,
    Stopped,
    Throttled,
    Undecided,
    Worker,
    start_process,
)
from gatepost.services.access_analyzer.policy_checks import NewAccess, check_new_access

ONE, OTHER = "111122223333", "444455556666"
ALLOW = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "%s", "Resource": "*"}}'


class Held:
    """Processes that answer when they are told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, asyncio.Future[bytes]]] = []
        self.started = 0
        self.killed = 0

    async def start(self) -> Worker:
        self.started += 1
        return Process(self)

    def answer(self, number: int, value: object) -> None:
        self.asked[number][1].set_result(pickle.dumps(("answer", value)))


class Process:
    def __init__(self, held: Held) -> None:
        self._held = held
        self._pending: asyncio.Future[bytes] | None = None

    async def ask(self, message: bytes) -> bytes:
        self._pending = asyncio.get_running_loop().create_future()
        self._held.asked.append((pickle.loads(message)[1], self._pending))  # noqa: S301 -- from this test
        return await self._pending

    async def kill(self) -> None:
        self._held.killed += 1
        if self._pending is not None and not self._pending.done():
            self._pending.set_exception(EOFError())


def run(test: Callable[[Held], Awaitable[None]]) -> Held:
    held = Held()

    async def whole() -> None:
        await test(held)

    asyncio.run(whole())
    return held


async def until(holds: Callable[[], bool]) -> None:
    """Let everything run until something holds."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 -- of what holds there is no event
            await asyncio.sleep(0)


def test_an_answer_comes_back_and_the_process_serves_the_next() -> None:
    async def test(held: Held) -> None:
        pool = Questions(held.start)
        for number in range(3):
            asked = asyncio.ensure_future(pool.ask(ONE, len, number))
            await until(lambda number=number: len(held.asked) > number)  # type: ignore[misc]  # the loop's own
            held.answer(number, "yes")
            assert await asked == "yes"
        assert (held.started, held.killed) == (1, 0)
        await pool.close()

    run(test)


def test_past_its_time_a_question_is_undecided_and_its_process_is_killed() -> None:
    async def test(held: Held) -> None:
        pool = Questions(held.start, seconds=0)
        with pytest.raises(Undecided, match="it took longer than 0 seconds"):
            await pool.ask(ONE, len, 1)
        await until(lambda: held.killed == 1)
        with pytest.raises(Undecided):  # a new process takes its place
            await pool.ask(ONE, len, 1)
        assert held.started == 2

    run(test)


def test_a_process_that_ends_by_itself_leaves_its_question_undecided() -> None:
    async def test(held: Held) -> None:
        pool = Questions(held.start)
        asked = asyncio.ensure_future(pool.ask(ONE, len, 1))
        await until(lambda: len(held.asked) == 1)
        held.asked[0][1].set_exception(asyncio.IncompleteReadError(b"", 8))
        with pytest.raises(Undecided, match="more processor time or memory"):
            await asked

    run(test)


def test_accounts_take_turns_and_none_has_more_under_way_than_the_pool() -> None:
    async def test(held: Held) -> None:
        pool = Questions(held.start)
        mine = [asyncio.ensure_future(pool.ask(ONE, len, number)) for number in range(4)]
        await until(lambda: len(held.asked) == 2)
        other = asyncio.ensure_future(pool.ask(OTHER, len, "other"))
        await until(lambda: pool.waiting() == 3)
        held.answer(0, 0)
        await until(lambda: len(held.asked) == 3)
        assert held.asked[2][0] == "other", "who has none under way comes before who has"
        for number in range(1, 5):
            await until(lambda number=number: len(held.asked) > number)  # type: ignore[misc]  # the loop's own
            held.answer(number, number)
        await asyncio.gather(*mine, other)
        assert held.started == 2

    run(test)


def test_past_what_may_wait_an_account_is_throttled_and_others_are_not() -> None:
    async def test(held: Held) -> None:
        pool = Questions(held.start)
        tasks = [asyncio.ensure_future(pool.ask(ONE, len, number)) for number in range(2 + MOST_WAITING_AN_ACCOUNT)]
        await until(lambda: len(held.asked) == 2)
        with pytest.raises(Throttled):
            await pool.ask(ONE, len, "one more")
        tasks.append(asyncio.ensure_future(pool.ask(OTHER, len, "other")))
        await until(lambda: pool.waiting(OTHER) == 1)
        await pool.close()
        assert all(isinstance(each, Stopped) for each in await asyncio.gather(*tasks, return_exceptions=True))

    run(test)


def test_who_waits_too_long_for_a_turn_is_throttled() -> None:
    async def test(held: Held) -> None:
        pool = Questions(held.start, wait_seconds=0.01)
        tasks = [asyncio.ensure_future(pool.ask(ONE, len, number)) for number in range(2)]
        await until(lambda: len(held.asked) == 2)
        with pytest.raises(Throttled):
            await pool.ask(OTHER, len, "late")
        assert pool.waiting() == 0
        await pool.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    run(test)


def test_a_question_that_nobody_waits_for_ends_with_its_process_and_makes_room() -> None:
    async def test(held: Held) -> None:
        pool = Questions(held.start)
        first, second, third = (asyncio.ensure_future(pool.ask(ONE, len, number)) for number in range(3))
        await until(lambda: len(held.asked) == 2)
        first.cancel()
        await until(lambda: len(held.asked) == 3)
        assert held.killed == 1
        assert held.asked[2][0] == 2
        third.cancel()
        second.cancel()
        await asyncio.gather(first, second, third, return_exceptions=True)
        assert pool.under_way == 0
        assert pool.waiting() == 0

    run(test)


def test_a_stop_waits_for_no_question() -> None:
    async def test(held: Held) -> None:
        pool = Questions(held.start)
        tasks = [asyncio.ensure_future(pool.ask(ONE, len, number)) for number in range(5)]
        await until(lambda: len(held.asked) == 2)
        await pool.close()
        assert [type(each) for each in await asyncio.gather(*tasks, return_exceptions=True)] == [Stopped] * 5
        with pytest.raises(Stopped):
            await pool.ask(ONE, len, 1)
        assert held.killed >= 2

    run(test)


# --- real processes -----------------------------------------------------------------------------------------------------


def asked_of_a_process(think: Callable[[Any], Any], gathered: object, seconds: int = 10) -> Any:
    async def whole() -> Any:
        pool = Questions(partial(start_process, seconds))
        try:
            return await pool.ask(ONE, think, gathered)
        finally:
            await pool.close()

    return asyncio.run(whole())


def test_a_process_answers_with_what_the_function_makes() -> None:
    asked = NewAccess(ALLOW % "ses:SendEmail", ALLOW % "ses:*", "IDENTITY_POLICY")
    assert asked_of_a_process(check_new_access, asked)["result"] == "PASS"


def test_a_process_raises_what_the_function_raises() -> None:
    with pytest.raises(AwsError) as raised:
        asked_of_a_process(check_new_access, NewAccess("{", "{", "IDENTITY_POLICY"))
    assert (raised.value.code, raised.value.status) == ("InvalidParameterException", 400)


def test_a_mistake_of_ours_is_told_with_its_traceback() -> None:
    with pytest.raises(Failed, match="ValueError: invalid literal"):
        asked_of_a_process(int, "x")


def test_more_memory_than_a_question_may_have_is_a_limit() -> None:
    with pytest.raises(Undecided, match="memory"):
        asked_of_a_process(bytearray, 2 << 30)


def test_more_processor_time_than_a_question_may_have_ends_it() -> None:
    with pytest.raises(Undecided, match="processor time"):
        asked_of_a_process(sum, range(10**12), seconds=0)
