"""The HTTP edge: a bare ASGI application that turns requests into calls and answers once they are on disk.

A call is prepared (signature, input, permissions) on the event loop with what memory holds. Where something must be read from
the store first, the whole of it runs in a thread instead. A call that changes something then goes to the writer; one that only
reads runs in a thread on a snapshot and leaves its Event with the writer. No answer leaves before its Event is committed.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import structlog

from gatepost.aws.call import Arrival
from gatepost.aws.pipeline import Outcome, Pipeline, Prepared
from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.edge.clock import Clock
from gatepost.edge.commit import Commits
from gatepost.edge.origin import Network, origin_of
from gatepost.store.database import Database
from gatepost.store.memory import Cold, Memory
from gatepost.store.writer import Overloaded, StoreFailed

Scope = MutableMapping[str, Any]  # ASGI's own types
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

OWN_PATHS: Final = "/_gatepost"
READERS: Final = 4

log = structlog.get_logger("gatepost.http")


class BodyTooLarge(Exception):
    """The request's body passes the limit; reading it was given up."""


class ClientGone(Exception):
    """The client closed the connection before its request was whole."""


class Gate:
    """The ASGI application: AWS's protocols on every path but `/_gatepost`, which goes to `own_pages`."""

    def __init__(
        self,
        pipeline: Pipeline,
        database: Database,
        memory: Memory,
        commits: Commits,
        clock: Clock,
        own_pages: Application,
        *,
        body_limit: int,
        trusted_proxies: Sequence[Network] = (),
    ) -> None:
        self._pipeline = pipeline
        self._database = database
        self._held = memory.held()
        self._commits = commits
        self._clock = clock
        self._own_pages = own_pages
        self._body_limit = body_limit
        self._trusted_proxies = trusted_proxies
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="gatepost-reader")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["path"].startswith(OWN_PATHS):
            await self._own_pages(scope, receive, send)
            return
        try:
            body = await _read_body(receive, self._body_limit)
        except ClientGone:
            return
        except BodyTooLarge:
            body = None
        response = await self._answer(self._arrival(scope, body))
        await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
        await send({"type": "http.response.body", "body": response.body})

    def close(self) -> None:
        """Let running reads end."""
        self._readers.shutdown()

    def _arrival(self, scope: Scope, body: bytes | None) -> Arrival:
        headers = scope["headers"]
        origin = origin_of(
            scope["client"][0],
            secure=scope["scheme"] == "https",
            headers=dict(headers),
            trusted_proxies=self._trusted_proxies,
        )
        request = HttpRequest(scope["method"], scope["raw_path"], scope["query_string"], headers, body or b"")
        now = self._clock.now()
        return Arrival(request, origin, now, self._clock.for_policies(now), too_large=body is None)

    async def _answer(self, arrival: Arrival) -> HttpResponse:
        pipeline = self._pipeline
        try:
            prepared = pipeline.prepare(arrival, self._held)
        except Cold:
            prepared = await self._in_thread(self._prepare_from_store, arrival)
        try:
            outcome = await self._perform(prepared)
        except (StoreFailed, Overloaded) as failure:
            log.error("not recorded, so refused", request_id=prepared.request_id, reason=str(failure))  # noqa: TRY400 -- the reason is enough
            return pipeline.unavailable(prepared)
        except Exception:
            log.exception("not carried out", request_id=prepared.request_id)
            return pipeline.unavailable(prepared)
        return pipeline.respond(prepared, outcome)

    async def _perform(self, prepared: Prepared) -> Outcome:
        if prepared.changes:
            return await self._commits.run(prepared.perform_and_record)
        outcome = await self._in_thread(self._read, prepared) if prepared.runs else prepared.refusal()
        await self._commits.run(lambda tx: prepared.record(tx, outcome))
        return outcome

    def _prepare_from_store(self, arrival: Arrival) -> Prepared:
        with self._database.reader() as tx:
            return self._pipeline.prepare(arrival, tx)

    def _read(self, prepared: Prepared) -> Outcome:
        with self._database.reader() as tx:
            return prepared.perform(tx)

    async def _in_thread(self, function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 -- what `function` returns
        return await asyncio.get_running_loop().run_in_executor(self._readers, function, *arguments)


async def _read_body(receive: Receive, limit: int) -> bytes:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > limit:
            raise BodyTooLarge
        return body
    chunks, size = [body], len(body)
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)  # past the limit the rest is read away, so that the client reads the answer
    if size > limit:
        raise BodyTooLarge
    return b"".join(chunks)
