"""However a question ends, its caller reads an error of AWS's, and there is an outcome to be recorded."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from gatepost.aws.errors import AwsError
from gatepost.aws.pipeline import Outcome
from gatepost.aws.question import Question
from gatepost.edge.questions import Failed, Questions, Stopped, Throttled, Undecided
from gatepost.edge.thinking import Client, answer
from gatepost.services.access_analyzer.errors import not_analyzed, undecided
from gatepost.services.iam.errors import not_evaluated


class Ending(Questions):
    """A pool in which every question ends in the same way."""

    def __init__(self, end: Exception | str) -> None:
        self._how = end

    async def ask(self, account: str, think: Callable[[Any], Any], gathered: object) -> Any:  # noqa: ARG002 -- `Questions.ask`
        if isinstance(self._how, Exception):
            raise self._how
        return self._how


class Endless(Questions):
    """A pool that never answers; `ended` once the question's task was cancelled."""

    def __init__(self) -> None:
        self.ended = False

    async def ask(self, account: str, think: Callable[[Any], Any], gathered: object) -> Any:  # noqa: ARG002 -- `Questions.ask`
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.ended = True
            raise


def outcome(pool: Questions, refuse: Callable[[str], AwsError] = undecided, client: Client | None = None) -> Outcome:
    return asyncio.run(answer(pool, client or Client(), "123456789012", Question(dict, refuse), ()))


def test_an_answer_is_the_output() -> None:
    assert outcome(Ending("answer")) == Outcome(output="answer")


@pytest.mark.parametrize(
    ("end", "refuse", "code", "status"),
    [
        (Throttled(), undecided, "Throttling", 429),
        (Undecided("it took too long"), undecided, "UnprocessableEntityException", 422),
        (Undecided("it took too long"), not_analyzed, "ValidationException", 400),
        (Undecided("it took too long"), not_evaluated, "PolicyEvaluation", 500),
        (Stopped(), undecided, "ServiceUnavailable", 503),
        (Failed("a traceback"), undecided, "InternalFailure", 500),
        (AwsError("InvalidInput", "x"), undecided, "InvalidInput", 400),
    ],
)
def test_whatever_ends_it_is_an_error(end: Exception, refuse: Callable[[str], AwsError], code: str, status: int) -> None:
    error = outcome(Ending(end), refuse).error
    assert error is not None
    assert (error.code, error.status) == (code, status)
    if isinstance(end, Undecided):
        assert "it took too long" in error.message


def test_a_client_that_leaves_ends_its_question() -> None:
    pool, client = Endless(), Client()

    async def whole() -> Outcome:
        asked = asyncio.ensure_future(answer(pool, client, "123456789012", Question(dict, undecided), ()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        client.leave()
        return await asked

    error = asyncio.run(whole()).error
    assert error is not None
    assert error.code == "RequestAbandoned"
    assert pool.ended


def test_a_client_that_has_left_already_has_no_question() -> None:
    client = Client()
    client.leave()
    error = outcome(Endless(), client=client).error
    assert error is not None
    assert error.code == "RequestAbandoned"
