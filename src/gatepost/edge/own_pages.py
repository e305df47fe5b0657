"""Gatepost's own pages beside AWS's protocols: health, and under `--test-hooks` what other people's tests need.

GET  /_gatepost/health              {"status": "ok"}, with "trail": "tampered" where its check has found something (calls can still be
                                    recorded); 503 {"status": "failed"} while the store refuses writes
GET  /_gatepost/rules/CODE          what a rule of the linter finds and why, as ValidatePolicy's `learnMoreLink` names it
POST /_gatepost/reset               the state as after the first start, with the same root key
POST /_gatepost/clock               {"now": "2023-01-15T12:00:00Z"} sets the clock that policies see, {"now": null} frees it
     /_gatepost/messages            captured mail (`edge.message_pages`)
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.edge.clock import Clock
from gatepost.edge.commit import Commits
from gatepost.edge.hook_guard import HookGuard
from gatepost.edge.message_pages import MESSAGES, ONE_MESSAGE, MessagePages
from gatepost.edge.provider_keys import ProviderKeyRing
from gatepost.reports.rule_page import rule_page
from gatepost.store.database import Database
from gatepost.store.transaction import Transaction

Reset = Callable[[Transaction], None]
Page = Callable[[HttpRequest], Awaitable[HttpResponse]]
ONE_RULE: Final = "/_gatepost/rules/"


def own_pages(
    database: Database,
    commits: Commits,
    clock: Clock,
    provider_keys: ProviderKeyRing,
    reset: Reset | None,
    guard: HookGuard,
    trail_state: Callable[[], str],
) -> Page:
    """What answers `/_gatepost`. Without `reset` there are no test hooks, only health."""

    async def health(_request: HttpRequest) -> HttpResponse:
        if commits.healthy:
            return _json({"status": "ok"} if trail_state() == "intact" else {"status": "ok", "trail": trail_state()})
        return _json({"status": "failed", "reason": "the store refuses writes"}, 503)

    pages: dict[str, dict[str, Page]] = {"/_gatepost/health": {"GET": health}, ONE_RULE: {"GET": _show_rule}}
    if reset is not None:
        pages |= guard.guarded(_TestHooks(database, commits, clock, provider_keys, reset).pages())

    async def answer(request: HttpRequest) -> HttpResponse:
        path = next((each for each in (ONE_MESSAGE, ONE_RULE) if request.raw_path.startswith(each)), request.raw_path)
        by_method = pages.get(path)
        if by_method is None:
            hint = "" if reset is not None else "; the test hooks need `gatepost serve --test-hooks`"
            return _json({"message": f"no page `{request.raw_path}`{hint}"}, 404)
        page = by_method.get("GET" if request.method == "HEAD" else request.method)  # RFC 9110, 9.1
        if page is None:
            return _json({"message": f"expected {' or '.join(by_method)}"}, 405)
        return await page(request)

    return answer


async def _show_rule(request: HttpRequest) -> HttpResponse:
    code = request.raw_path.removeprefix(ONE_RULE)
    text = rule_page(code)
    if text is None:
        return _json({"message": f"no rule has the code `{code}`"}, 404)
    return _response(200, b"text/plain; charset=utf-8", text.encode())


class _TestHooks:
    def __init__(
        self, database: Database, commits: Commits, clock: Clock, provider_keys: ProviderKeyRing, reset: Reset
    ) -> None:
        self._messages = MessagePages(database, commits)
        self._commits = commits
        self._clock = clock
        self._provider_keys = provider_keys
        self._reset = reset

    def pages(self) -> dict[str, dict[str, Page]]:
        return {
            "/_gatepost/reset": {"POST": self.reset},
            "/_gatepost/clock": {"POST": self.set_clock},
            MESSAGES: {"GET": self._messages.list_messages, "DELETE": self._messages.forget},
            ONE_MESSAGE: {"GET": self._messages.show},
        }

    async def reset(self, _request: HttpRequest) -> HttpResponse:
        await self._commits.run(self._reset)
        self._clock.set_for_policies(None)
        self._provider_keys.forget()
        return _json({"status": "reset"})

    async def set_clock(self, request: HttpRequest) -> HttpResponse:
        try:
            instant = _instant(bytes(request.body))
        except ValueError as problem:
            return _json({"message": str(problem)}, 400)
        self._clock.set_for_policies(instant)
        return _json({"now": None if instant is None else instant.isoformat().replace("+00:00", "Z")})


def _json(value: object, status: int = 200) -> HttpResponse:
    return _response(status, b"application/json", json.dumps(value).encode())


def _response(status: int, content_type: bytes, body: bytes) -> HttpResponse:
    return HttpResponse(status, ((b"content-type", content_type), (b"content-length", b"%d" % len(body))), body)


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
