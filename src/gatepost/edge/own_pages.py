"""Gatepost's own pages beside AWS's protocols: health, and under `--test-hooks` what other people's tests need.

GET  /_gatepost/health              {"status": "ok"}; 503 {"status": "failed"} while the store refuses writes
POST /_gatepost/reset               the state as after the first start, with the same root key
POST /_gatepost/clock               {"now": "2023-01-15T12:00:00Z"} sets the clock that policies see, {"now": null} frees it
GET  /_gatepost/messages            captured mail, oldest first
GET  /_gatepost/messages/ID         one message as it goes out
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gatepost.edge.clock import Clock
from gatepost.edge.commit import Commits
from gatepost.store import messages
from gatepost.store.database import Database
from gatepost.store.transaction import Transaction

T = TypeVar("T")
Reset = Callable[[Transaction], None]


def own_pages(database: Database, commits: Commits, clock: Clock, reset: Reset | None) -> Starlette:
    """The application for `/_gatepost`. Without `reset` there are no test hooks, only health."""

    async def health(_request: Request) -> Response:
        if commits.healthy:
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "failed", "reason": "the store refuses writes"}, 503)

    routes = [Route("/_gatepost/health", health)]
    if reset is not None:
        routes += _TestHooks(database, commits, clock, reset).routes()
    return Starlette(routes=routes)


class _TestHooks:
    def __init__(self, database: Database, commits: Commits, clock: Clock, reset: Reset) -> None:
        self._database = database
        self._commits = commits
        self._clock = clock
        self._reset = reset

    def routes(self) -> list[Route]:
        return [
            Route("/_gatepost/reset", self.reset, methods=["POST"]),
            Route("/_gatepost/clock", self.set_clock, methods=["POST"]),
            Route("/_gatepost/messages", self.list_messages),
            Route("/_gatepost/messages/{message_id}", self.show_message),
        ]

    async def reset(self, _request: Request) -> Response:
        await self._commits.run(self._reset)
        self._clock.set_for_policies(None)
        return JSONResponse({"status": "reset"})

    async def set_clock(self, request: Request) -> Response:
        try:
            instant = _instant(await request.body())
        except ValueError as problem:
            return JSONResponse({"message": str(problem)}, 400)
        self._clock.set_for_policies(instant)
        return JSONResponse({"now": None if instant is None else instant.isoformat().replace("+00:00", "Z")})

    async def list_messages(self, _request: Request) -> Response:
        rows = await self._read(messages.list_messages)
        return JSONResponse([messages.described(row) for row in rows])

    async def show_message(self, request: Request) -> Response:
        message_id = request.path_params["message_id"]
        content = await self._read(lambda tx: messages.raw(tx, message_id))
        if content is None:
            return JSONResponse({"message": f"no message has the ID `{message_id}`"}, 404)
        return Response(content, media_type="message/rfc822")

    async def _read(self, query: Callable[[Transaction], T]) -> T:
        def run() -> T:
            with self._database.reader() as tx:
                return query(tx)

        return await asyncio.get_running_loop().run_in_executor(None, run)


def _instant(body: bytes) -> datetime | None:
    expected = 'expected {"now": "2023-01-15T12:00:00Z"} or {"now": null}'
    try:
        document = json.loads(body)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}; {expected}") from None
    if not isinstance(document, Mapping) or "now" not in document:
        raise ValueError(expected)
    text = document["now"]
    if text is None:
        return None
    if not isinstance(text, str):
        raise ValueError(expected)  # noqa: TRY004 -- what the caller sent, not a type of ours
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text}` is no ISO 8601 time; {expected}") from None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
