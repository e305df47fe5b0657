"""Calls that change something: to the writer, and where something must be thought about first, there and back again.

A change under guardrails that nobody has proved yet, or one that wants an answer, comes back from the writer undone. It is rehearsed
on a copy, thought about in a process of its own, and goes to the writer again (`aws.guarded`, `aws.question`). Once a policy is put
and answered, the linter looks at it (`edge.findings`).
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import structlog

from gatepost.aws.errors import AwsError
from gatepost.aws.guarded import MOST_TRIES, Proof, Rehearsal, Unproved, overtaken
from gatepost.aws.pipeline import Outcome, Prepared, internal_failure
from gatepost.aws.question import Unanswered
from gatepost.aws.request import HttpResponse
from gatepost.edge.commit import Commits, Overloaded
from gatepost.edge.connection import Answer
from gatepost.edge.findings import Findings
from gatepost.edge.questions import Questions
from gatepost.edge.thinking import Client, proved, thought
from gatepost.store.database import Database
from gatepost.store.writer import StoreFailed

REHEARSALS: Final = 1  # at once
Result = Outcome | BaseException

log = structlog.get_logger("gatepost.changes")


class Changes:
    """The way of changes. `respond` words what a call came to; `spawn` keeps a task until it ends."""

    def __init__(
        self,
        database: Database,
        commits: Commits,
        questions: Questions,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        respond: Callable[[Prepared, Result], HttpResponse],
    ) -> None:
        self._database = database
        self._commits = commits
        self._questions = questions
        self._spawn = spawn
        self._respond = respond
        self._findings = Findings(questions, commits, spawn)
        self._rehearsals = ThreadPoolExecutor(REHEARSALS, thread_name_prefix="gatepost-rehearsal")

    def write(self, prepared: Prepared, answer: Answer) -> None:
        """Carry out a call and answer it; the client may go away meanwhile."""

        def done(result: Result) -> None:
            if isinstance(result, Unproved | Unanswered):
                self._spawn(self._think(prepared, result, answer))
            elif isinstance(result, Outcome | StoreFailed | Overloaded):
                self._end(prepared, result, answer)
            else:  # what it has to write cannot be written: that much is recorded
                log.error("internal failure", request_id=prepared.request_id, exc_info=result)
                self._spawn(self._fail(prepared, answer))

        try:
            self._commits.submit(prepared.perform_and_record, done)
        except Overloaded as overloaded:
            done(overloaded)

    def close(self) -> None:
        """End the threads."""
        self._rehearsals.shutdown()

    def _end(self, prepared: Prepared, result: Result, answer: Answer) -> None:
        answer(self._respond(prepared, result))
        if isinstance(result, Outcome) and result.error is None:
            self._findings.look_at(prepared)

    async def _think(self, prepared: Prepared, wanted: Unproved | Unanswered, answer: Answer) -> None:
        """Think about what the writer found wanting, and let it run the call again, as often as others overtake it."""
        result: Result = wanted
        for _ in range(MOST_TRIES):
            result = await self._once_more(prepared, result)
            if not isinstance(result, Unproved | Unanswered):
                break
        else:
            result = await self._recorded(prepared, Outcome(error=overtaken()))
        self._end(prepared, result, answer)

    async def _fail(self, prepared: Prepared, answer: Answer) -> None:
        self._end(prepared, await self._recorded(prepared, internal_failure()), answer)

    async def _once_more(self, prepared: Prepared, wanted: Result) -> Result:
        client = Client()  # whoever waits, what was handed in is carried out
        proof: Proof | None = None
        try:
            if isinstance(wanted, Unanswered):
                given = wanted.think, wanted.gathered, wanted.undecided
                wanted.keep(await thought(self._questions, client, prepared.account, *given))
            else:
                rehearsal = await asyncio.get_running_loop().run_in_executor(self._rehearsals, self._rehearse, prepared)
                if rehearsal is not None:
                    await proved(self._questions, client, rehearsal)
                    proof = rehearsal.proof
            return await self._commits.run(lambda tx: prepared.perform_and_record(tx, proof))
        except AwsError as refused:
            return await self._recorded(prepared, Outcome(error=refused))
        except (Unproved, Unanswered) as again:
            return again
        except (StoreFailed, Overloaded) as failure:
            return failure
        except Exception:  # a mistake of ours: the client hears of it, and it is recorded
            log.exception("internal failure", request_id=prepared.request_id)
            return await self._recorded(prepared, internal_failure())

    def _rehearse(self, prepared: Prepared) -> Rehearsal | None:
        with self._database.rehearsal() as (before, copy):
            return prepared.rehearse(before, copy)

    async def _recorded(self, prepared: Prepared, outcome: Outcome) -> Result:
        try:
            await self._commits.run(lambda tx: prepared.record(tx, outcome))
        except Exception as failure:  # noqa: BLE001 -- the same
            return failure
        return outcome
