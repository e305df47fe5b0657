"""From a question to the outcome of its call: whatever ends a question becomes the error that the caller reads, and the Event tells."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from gatepost.aws import errors
from gatepost.aws.errors import AwsError
from gatepost.aws.guarded import Rehearsal
from gatepost.aws.pipeline import Outcome
from gatepost.aws.question import Question
from gatepost.claims.breach_words import told_breach
from gatepost.edge.callers import NOBODY, Name
from gatepost.edge.questions import Failed, Questions, Stopped, Throttled, Undecided

log = structlog.get_logger("gatepost.questions")


class Client:
    """Whether a request's client still waits for its answer. `leave` ends the question that is thought about for it.

    `caller` is the name by which it called.
    """

    __slots__ = ("_gone", "_task", "caller")

    def __init__(self, caller: Name = NOBODY) -> None:
        self.caller = caller
        self._gone = False
        self._task: asyncio.Task[Any] | None = None

    def leave(self) -> None:
        """The client went away."""
        self._gone = True
        if self._task is not None:
            self._task.cancel()

    async def wait_for(self, task: "asyncio.Task[Any]") -> Any:  # noqa: ANN401 -- what the task returns
        """The result of a task; `AwsError` where the client goes away before it is there."""
        self._task = task
        if self._gone:
            task.cancel()
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            self._task = None
        if task.cancelled():
            raise errors.abandoned()
        return task.result()


async def answer(questions: Questions, client: Client, account: str, question: Question, gathered: object) -> Outcome:
    """The outcome of a call whose handler has gathered what its question rests on."""
    try:
        return Outcome(output=await thought(questions, client, account, question.think, gathered, question.undecided))
    except AwsError as error:
        return Outcome(error=error)


async def thought(
    questions: Questions,
    client: Client,
    account: str,
    think: Callable[[Any], Any],
    gathered: object,
    undecided: Callable[[str], AwsError],
) -> Any:  # noqa: ANN401 -- what `think` returns
    """What `think` makes of `gathered`; `AwsError` for whatever ends it before."""
    try:
        return await client.wait_for(asyncio.ensure_future(questions.ask(account, think, gathered)))
    except Undecided as limit:
        raise undecided(str(limit)) from None
    except Throttled:
        raise errors.throttled() from None
    except Stopped:
        raise errors.stopping() from None
    except Failed as failure:
        log.error("a question failed", traceback=str(failure))  # noqa: TRY400 -- the traceback is the other process's
        raise errors.internal_failure() from None


async def proved(questions: Questions, client: Client, rehearsal: Rehearsal) -> None:
    """Return where every guardrail holds after a change; `AwsError` where one is broken, or is not decided."""
    for guarded in rehearsal.guarded:
        account = guarded.change.after.account
        told = await thought(questions, client, account, told_breach, guarded.change, guarded.undecided)
        if told is not None:
            raise guarded.refusal(told)
