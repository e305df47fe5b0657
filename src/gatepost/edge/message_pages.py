"""The captured mail, under `--test-hooks`: a page of messages, one message, its parts decoded.

GET    /_gatepost/messages                  the newest that match, oldest first: ?to= &from= &subject= &since= &limit= &before=
                                            and &wait=SECONDS until one matches; `link` names the page before
GET    /_gatepost/messages/ID               one message as it goes out
GET    /_gatepost/messages/ID/text          its text part, decoded; …/html its HTML part, …/attachments/N its Nth attachment (from 0)
DELETE /_gatepost/messages                  forgets captured mail and nothing else

Whatever takes time (queries, JSON, decoding) runs in a thread. Those who wait share one look at the store every tenth of a second.
"""

import asyncio
import email
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from typing import Final, TypeVar
from urllib.parse import quote, urlencode

from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.edge.commit import Commits
from gatepost.store import chain_heads, messages
from gatepost.store.database import Database
from gatepost.store.messages import Wanted
from gatepost.store.trail_entries import FORGET, enter_removal
from gatepost.store.transaction import Transaction

T = TypeVar("T")
MESSAGES: Final = "/_gatepost/messages"
ONE_MESSAGE: Final = "/_gatepost/messages/"
DEFAULT_LIMIT: Final = 1000
MOST: Final = 10_000  # messages a page
MOST_SECONDS: Final = 60.0
MOST_WAITERS: Final = 64
LOOK_SECONDS: Final = 0.1
PARAMETERS: Final = ("to", "from", "subject", "since", "limit", "before", "wait")


class BadQuery(Exception):
    """A parameter that is none, or whose value cannot be."""


class MessagePages:
    """The pages of captured mail."""

    def __init__(self, database: Database, commits: Commits) -> None:
        self._database = database
        self._commits = commits
        self._waiters = 0
        self._arrival: asyncio.Future[None] | None = None

    async def list_messages(self, request: HttpRequest) -> HttpResponse:
        """A page of messages."""
        try:
            wanted, seconds = read_query(request)
        except BadQuery as problem:
            return json_answer(str(problem), 400)
        page = await self._page(wanted)
        if page.count or not seconds:
            return page.answer(request)
        if self._waiters >= MOST_WAITERS:
            return json_answer(f"{MOST_WAITERS} requests wait for messages already", 503)
        self._waiters += 1
        try:
            async with asyncio.timeout(seconds):
                while not page.count:
                    await self._next_arrival(page.newest)
                    page = await self._page(wanted)
        except TimeoutError:
            pass  # an empty page is the answer
        finally:
            self._waiters -= 1
        return page.answer(request)

    async def show(self, request: HttpRequest) -> HttpResponse:
        """One message, or one of its parts."""
        message_id, _, part = request.raw_path.removeprefix(ONE_MESSAGE).partition("/")
        content = await self._read(lambda tx: messages.raw(tx, message_id))
        if content is None:
            return json_answer(f"no message has the ID `{message_id}`", 404)
        if not part:
            return _answer(200, "message/rfc822", content)
        return await asyncio.get_running_loop().run_in_executor(None, lambda: _part(content, part))

    async def forget(self, _request: HttpRequest) -> HttpResponse:
        """Forget captured mail."""

        def job(tx: Transaction) -> None:
            enter_removal(tx, FORGET, chain_heads.MESSAGES, messages.forget_messages(tx), datetime.now(UTC))

        await self._commits.run(job)
        return _answer(200, "application/json", b'{"status": "forgotten"}')

    async def _next_arrival(self, seen: int) -> None:
        """Wait until there is a newer message than `seen`; one task looks for all who wait."""
        if self._arrival is None or self._arrival.done():
            self._arrival = asyncio.ensure_future(self._look(seen))
        await asyncio.shield(self._arrival)

    async def _look(self, seen: int) -> None:
        while self._waiters and await self._read(messages.newest_number) == seen:  # noqa: ASYNC110 -- another process may write too
            await asyncio.sleep(LOOK_SECONDS)

    async def _page(self, wanted: Wanted) -> "_Page":
        def read(tx: Transaction) -> _Page:
            newest = messages.newest_number(tx)
            found = messages.list_messages(tx, wanted)
            body = json.dumps([messages.described(each) for each in found]).encode()
            before = found[0].message_id if found and len(found) == wanted.limit else None
            return _Page(len(found), newest, body, before)

        return await self._read(read)

    async def _read(self, query: Callable[[Transaction], T]) -> T:
        def run() -> T:
            with self._database.reader() as tx:
                return query(tx)

        return await asyncio.get_running_loop().run_in_executor(None, run)


class _Page:
    def __init__(self, count: int, newest: int, body: bytes, before: str | None) -> None:
        self.count = count
        self.newest = newest
        self._body = body
        self._before = before

    def answer(self, request: HttpRequest) -> HttpResponse:
        more: tuple[tuple[bytes, bytes], ...] = ()
        if self._before is not None:
            query = {**dict(request.query()), "before": self._before}
            more = ((b"link", f'<{MESSAGES}?{urlencode(query)}>; rel="next"'.encode()),)
        return _answer(200, "application/json", self._body, more)


# --- parameters ---------------------------------------------------------------------------------------------------------


def read_query(request: HttpRequest) -> tuple[Wanted, float]:
    """Which messages, and how many seconds to wait for one; BadQuery for what cannot be."""
    given = dict(request.query())
    unknown = next((name for name in given if name not in PARAMETERS), None)
    if unknown is not None:
        raise BadQuery(f"unknown parameter `{unknown}`; known: {', '.join(PARAMETERS)}")
    limit = int(_number(given, "limit", DEFAULT_LIMIT))
    if not 1 <= limit <= MOST:
        raise BadQuery(f"limit: expected 1 to {MOST}")
    seconds = min(_number(given, "wait", 0), MOST_SECONDS)
    wanted = Wanted(given.get("from"), given.get("to"), given.get("subject"), _since(given), given.get("before"), limit)
    return wanted, seconds


def _number(given: Mapping[str, str], name: str, default_number: float) -> float:
    text = given.get(name)
    try:
        number = float(default_number if text is None else text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9:  # NaN is neither
        raise BadQuery(f"{name} `{text}`: expected a number")
    return number


def _since(given: Mapping[str, str]) -> datetime | None:
    text = given.get("since")
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadQuery(f"since `{text}`: expected an ISO 8601 time, such as 2023-01-15T12:00:00Z") from None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


# --- parts --------------------------------------------------------------------------------------------------------------


def _part(content: bytes, part: str) -> HttpResponse:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 -- what the default policy makes
    kind, _, number = part.partition("/")
    try:
        if kind in ("text", "html") and not number:
            body = message.get_body(("plain",) if kind == "text" else ("html",))
            if body is None:
                return json_answer(f"the message has no {kind} part", 404)
            content_type = "text/plain; charset=utf-8" if kind == "text" else "text/html; charset=utf-8"
            return _answer(200, content_type, body.get_content().encode("utf-8", "replace"), SANDBOX)
        if kind == "attachments" and number.isascii() and number.isdigit() and len(number) < 5:
            attachments = list(message.iter_attachments())
            if int(number) < len(attachments):
                return _attachment(attachments[int(number)])
            return json_answer(f"the message has {len(attachments)} attachments", 404)
    except (LookupError, KeyError, ValueError) as problem:  # a charset or an encoding that nobody knows
        return json_answer(f"the part cannot be decoded: {problem}", 422)
    return json_answer("expected text, html, or attachments/N", 404)


SANDBOX: Final = ((b"content-security-policy", b"sandbox"), (b"x-content-type-options", b"nosniff"))


def _attachment(part: EmailMessage) -> HttpResponse:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else part.as_bytes()
    name = quote(part.get_filename() or "attachment", safe="")
    return _answer(
        200,
        part.get_content_type() if part.get_content_type().isascii() else "application/octet-stream",
        data,
        (*SANDBOX, (b"content-disposition", f"attachment; filename*=UTF-8''{name}".encode())),
    )


def json_answer(message: str, status: int) -> HttpResponse:
    """An error as JSON: `{"message": …}`."""
    return _answer(status, "application/json", json.dumps({"message": message}).encode())


def _answer(status: int, content_type: str, body: bytes, more: tuple[tuple[bytes, bytes], ...] = ()) -> HttpResponse:
    fields = ((b"content-type", content_type.encode("ascii", "replace")), (b"content-length", b"%d" % len(body)), *more)
    return HttpResponse(status, fields, body)
