"""The gate: requests become calls, and are answered once they are on disk.

A call is prepared (signature, input, permissions) on the event loop with what memory holds. Where something must be read from
the store first, the whole of it runs in a thread instead. A call that changes something then goes to the writer; one that only
reads runs in a thread on a snapshot and leaves its Event with the writer. No answer leaves before its Event is committed.

A call that is a question is read in such a thread and thought about in a process of its own (`edge.questions`), with its snapshot
closed; changes go their own way (`edge.changes`). Callers whom memory does not hold have threads of their own, apart from those of
operations that read.

The way that most calls take (prepared from memory, then written) needs neither task nor future: two callbacks, no more.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeVar

import structlog
from msgspec import Struct, structs

from gatepost.access.provider_keys import KeysNeeded
from gatepost.aws.call import Arrival, Origin
from gatepost.aws.head import body_limit, signer
from gatepost.aws.pipeline import Outcome, Pipeline, Prepared
from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.edge import thinking
from gatepost.edge.callers import Callers, Name
from gatepost.edge.changes import Changes
from gatepost.edge.clock import Clock
from gatepost.edge.commit import Commits, Overloaded
from gatepost.edge.connection import Abandon, Answer
from gatepost.edge.fair_pool import FairPool
from gatepost.edge.origin import Network, origin_of
from gatepost.edge.pace import CHEAP_SECONDS, STRANGER_SECONDS, Pace
from gatepost.edge.provider_keys import ProviderKeyRing
from gatepost.edge.questions import Questions
from gatepost.edge.thinking import Client
from gatepost.edge.unauthenticated import UnauthenticatedCalls
from gatepost.store.database import Database
from gatepost.store.memory import Cold, Memory
from gatepost.store.writer import StoreFailed

A = TypeVar("A")
R = TypeVar("R")
OWN_PATHS: Final = "/_gatepost"
READERS: Final = 4
COLD_READERS: Final = 2
LARGE_AT_ONCE: Final = 2  # bodies
SMALL_BODY: Final = 65_536  # bytes; a larger one is read in a thread
SMALL_FORM: Final = 16_384  # the same of a form, which may have a name in every five bytes
FAILED_PAGE: Final = HttpResponse(500, ((b"content-length", b"0"),), b"")
Prepare = Callable[[Arrival, Name], Awaitable[Prepared]]
OwnPages = Callable[[HttpRequest], Awaitable[HttpResponse]]

log = structlog.get_logger("gatepost.http")


class Heavy(Struct, frozen=True):
    """What a question rests on that is not thought about in the thread that read it."""

    gathered: Any


class Gate:
    """Takes requests: AWS's protocols on every path but `/_gatepost`, which goes to `own_pages`."""

    def __init__(
        self,
        pipeline: Pipeline,
        database: Database,
        memory: Memory,
        commits: Commits,
        clock: Clock,
        own_pages: OwnPages,
        provider_keys: ProviderKeyRing,
        unauthenticated: UnauthenticatedCalls,
        *,
        body_limit: int,
        trusted_proxies: Sequence[Network] = (),
        questions: Questions | None = None,
    ) -> None:
        self._body_limit = body_limit
        self._pipeline = pipeline
        self._database = database
        self._held = memory.held()
        self._commits = commits
        self._clock = clock
        self._own_pages = own_pages
        self._provider_keys = provider_keys
        self._unauthenticated = unauthenticated
        self._trusted_proxies = trusted_proxies
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="gatepost-reader")
        self._cold = ThreadPoolExecutor(COLD_READERS, thread_name_prefix="gatepost-cold")
        self._questions = questions or Questions()
        self._changes = Changes(database, commits, self._questions, self._spawn, self._response)
        self._loop = asyncio.get_running_loop()
        self._callers = Callers()
        self._pace = Pace(self._loop)
        self._large = FairPool(LARGE_AT_ONCE, "gatepost-large", self._pace.delay)
        self._tasks: set[asyncio.Task[None]] = set()

    def body_limit(self, head: HttpRequest) -> int:
        """The largest body that a request may have: its service's limit, or the configured one where that is less."""
        return min(self._body_limit, body_limit(head))

    def take(self, request: HttpRequest, peer: str, answer: Answer, *, secure: bool, too_large: bool) -> Abandon:
        """Work on a request and answer it once."""
        if request.raw_path.startswith(OWN_PATHS):
            if too_large:
                answer(HttpResponse(413, ((b"content-length", b"0"),), b""))
            else:
                self._spawn(self._own(request, answer))
            return _go_on
        origin = origin_of(peer, secure=secure, request=request, trusted_proxies=self._trusted_proxies)
        client = Client(self._callers.name(signer(request), origin.source_ip))
        self._pace.start(client.caller.text, partial(self._take, request, origin, answer, client, too_large=too_large))
        return client.leave

    def _take(self, request: HttpRequest, origin: Origin, answer: Answer, client: Client, *, too_large: bool) -> None:
        now = self._clock.now()
        arrival = Arrival(request, origin, now, self._clock.for_policies(now), too_large)
        try:
            self._work_on(arrival, answer, client)
        except Exception:  # the client hears of it even where its call had to wait
            log.exception("a call could not be taken")
            answer(self._pipeline.unprepared(arrival))

    def _work_on(self, arrival: Arrival, answer: Answer, client: Client) -> None:
        request = arrival.request
        if len(request.body) > (SMALL_FORM if request.raw_path == "/" else SMALL_BODY):
            self._spawn(self._from_store(arrival, answer, client, self._prepare_large))
            return
        begun = time.thread_time()
        try:
            prepared = self._pipeline.prepare(arrival, self._held)
        except (Cold, KeysNeeded):
            self._charge(client.caller, time.thread_time() - begun)
            self._spawn(self._from_store(arrival, answer, client, self._prepare_cold))
            return
        self._charge(client.caller, time.thread_time() - begun, prepared)
        self._carry_out(prepared, answer, client)

    async def end_questions(self, stopping: asyncio.Event) -> None:
        """Once the server is to stop, kill every question, so that no connection waits for one: their callers are told so."""
        await stopping.wait()
        await self._questions.close()

    async def close(self) -> None:
        """Let what is under way end."""
        self._pace.close()
        await self._questions.close()
        while self._tasks:
            await asyncio.wait(self._tasks)
        self._changes.close()
        self._readers.shutdown()
        self._cold.shutdown()
        self._large.close()
        await self._unauthenticated.close()
        self._provider_keys.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _carry_out(self, prepared: Prepared, answer: Answer, client: Client) -> None:
        known = prepared.known
        if known.caller is not None and known.authorization is not None:
            self._callers.has_signed(known.authorization.access_key_id, known.arrival.origin.source_ip)
        if prepared.changes:
            self._changes.write(prepared, answer)
        elif self._unauthenticated.counted(prepared):
            answer(self._pipeline.respond(prepared, prepared.refusal()))
        else:
            self._spawn(self._without_change(prepared, answer, client))

    async def _from_store(self, arrival: Arrival, answer: Answer, client: Client, prepare: Prepare) -> None:
        try:
            prepared = await self._prepared(arrival, client.caller, prepare)
        except Exception:
            log.exception("the store could not be read")
            answer(self._pipeline.unprepared(arrival))
            return
        self._carry_out(prepared, answer, client)

    async def _prepared(self, arrival: Arrival, caller: Name, prepare: Prepare) -> Prepared:
        try:
            return await prepare(arrival, caller)
        except KeysNeeded as needed:  # once more at most for newer keys: keys that are fresh are never asked for anew
            keys = {**arrival.provider_keys, needed.issuer: await self._provider_keys.of(needed)}
            return await self._prepared(structs.replace(arrival, provider_keys=keys), caller, prepare)

    async def _prepare_cold(self, arrival: Arrival, caller: Name) -> Prepared:
        return await self._loop.run_in_executor(self._cold, self._charged(caller, self._prepare_from_store), arrival)

    async def _prepare_large(self, arrival: Arrival, caller: Name) -> Prepared:
        return await self._large.run(caller.text, partial(self._charged(caller, self._prepare_from_store), arrival))

    def _charged(self, caller: Name, work: Callable[[A], R]) -> Callable[[A], R]:
        """Work for a thread, whose cost its caller owes."""

        def run(given: A) -> R:
            begun, result = time.thread_time(), None
            try:
                result = work(given)
                return result
            finally:
                self._loop.call_soon_threadsafe(self._charge, caller, time.thread_time() - begun, result)

        return run

    def _charge(self, caller: Name, seconds: float, result: object = None) -> None:
        is_forged = isinstance(result, Prepared) and not result.is_authenticated
        if caller.is_known and not is_forged:
            self._pace.charge(caller.text, seconds - CHEAP_SECONDS)
        else:
            self._pace.charge(caller.source, seconds + STRANGER_SECONDS)

    async def _without_change(self, prepared: Prepared, answer: Answer, client: Client) -> None:
        result: Outcome | BaseException
        try:
            outcome = prepared.refusal()
            if prepared.runs:
                read = self._charged(client.caller, self._read)
                outcome = await self._loop.run_in_executor(self._readers, read, prepared)
                if isinstance(outcome.output, Heavy) and prepared.question is not None:
                    asked = outcome.output.gathered
                    outcome = await thinking.answer(self._questions, client, prepared.account, prepared.question, asked)
            await self._commits.run(lambda tx: prepared.record(tx, outcome))
            result = outcome
        except Exception as failure:  # noqa: BLE001 -- whatever it is, the client hears of it
            result = failure
        answer(self._response(prepared, result))

    def _response(self, prepared: Prepared, result: Outcome | BaseException) -> HttpResponse:
        if isinstance(result, Outcome):
            return self._pipeline.respond(prepared, result)
        expected = isinstance(result, StoreFailed | Overloaded)
        log.error("not recorded, so refused", request_id=prepared.request_id, exc_info=None if expected else result)
        return self._pipeline.unavailable(prepared)

    def _prepare_from_store(self, arrival: Arrival) -> Prepared:
        with self._database.reader() as tx:
            return self._pipeline.prepare(arrival, tx)

    def _read(self, prepared: Prepared) -> Outcome:
        with self._database.reader() as tx:
            outcome = prepared.perform(tx)
        question = prepared.question
        if question is None or outcome.error is not None:
            return outcome
        return prepared.think_here(outcome.output) if question.is_light(outcome.output) else Outcome(Heavy(outcome.output))

    async def _own(self, request: HttpRequest, answer: Answer) -> None:
        try:
            response = await self._own_pages(request)
        except Exception:
            log.exception("a page of Gatepost's own failed", path=request.raw_path)
            response = FAILED_PAGE
        answer(response)


def _go_on() -> None:
    """For a client that went away: what was handed in is carried out and recorded all the same."""
