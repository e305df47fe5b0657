"""What the linter finds in the policies that are put: recorded as Events of their own, one after another, once the calls are answered.

Best effort: findings that wait are lost with the process, and where thousands wait the newest are left out; the log says so. Nothing
rests on them, and `gatepost lint --data` finds them all at any time.
"""

from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog

from gatepost.audit.sink import append_event
from gatepost.aws.errors import AwsError
from gatepost.aws.pipeline import Prepared
from gatepost.aws.record import findings_event, posted_document
from gatepost.edge.commit import Commits, Overloaded
from gatepost.edge.questions import Failed, Questions, Stopped, Throttled, Undecided
from gatepost.lint.posted import PostedDocument, policy_findings
from gatepost.store.writer import StoreFailed

MOST_WAITING: Final = 1_000

log = structlog.get_logger("gatepost.findings")


class Findings:
    """Looks at policies one at a time, so that a burst of changes takes no more than one process from the questions of others."""

    def __init__(self, questions: Questions, commits: Commits, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._questions = questions
        self._commits = commits
        self._spawn = spawn
        self._waiting: deque[tuple[Prepared, PostedDocument]] = deque()
        self._runs = False

    def look_at(self, prepared: Prepared) -> None:
        """Look, soon, at the policy that a call has put, if it has put one."""
        posted = posted_document(prepared.known)
        if posted is None:
            return
        if len(self._waiting) >= MOST_WAITING:
            log.warning("too many policies wait to be looked at", request_id=prepared.request_id)
            return
        self._waiting.append((prepared, posted))
        if not self._runs:
            self._runs = True
            self._spawn(self._run())

    async def _run(self) -> None:
        while self._waiting:
            prepared, posted = self._waiting.popleft()
            try:
                await self._record(prepared, posted)
            except Stopped:
                log.warning("the server stops before policies are looked at", policies=len(self._waiting) + 1)
                self._waiting.clear()
            except (Throttled, Undecided, Failed, AwsError, StoreFailed, Overloaded) as reason:
                log.warning(
                    "a policy is not looked at", request_id=prepared.request_id, reason=f"{type(reason).__name__}: {reason}"
                )
        self._runs = False

    async def _record(self, prepared: Prepared, posted: PostedDocument) -> None:
        found = await self._questions.ask(prepared.account, policy_findings, posted)
        if found:
            await self._commits.run(lambda tx: append_event(tx, findings_event(prepared.known, found)))
