"""A gate over a store of its own, in the process of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from gatepost.aws.pipeline import Pipeline
from gatepost.aws.record import Home
from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.edge.clock import Clock
from gatepost.edge.commit import Commits
from gatepost.edge.http import Gate
from gatepost.edge.provider_keys import ProviderKeyRing
from gatepost.edge.unauthenticated import UnauthenticatedCalls
from gatepost.services.registry import ROUTES
from gatepost.store.bootstrap import Root, bootstrap
from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from hostile_requests import FORM, Hostile, form
from live import ACCOUNT, REGION, ROOT_KEY, ROOT_SECRET

HOST = "127.0.0.1:7370"


class Serving:
    """A gate over a store of its own, and a user without any permission."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._nobody = ("", "")

    async def prepare(self) -> None:
        for operation, version, members in (
            ("VerifyDomainIdentity", "2010-12-01", {"Domain": "example.com"}),
            ("CreateUser", "2010-05-08", {"UserName": "nobody"}),
            ("CreateAccessKey", "2010-05-08", {"UserName": "nobody"}),
        ):
            body = form(operation, version, **members)
            service = "ses" if version == "2010-12-01" else "iam"
            made = await self.send(signed_by_root(Hostile(operation, lambda: b"", service, "/", FORM), body))
            assert made.status == 200
        text = made.body.decode()
        key, secret = (text.partition(f"<{name}>")[2].partition("<")[0] for name in ("AccessKeyId", "SecretAccessKey"))
        self._nobody = (key, secret)

    def signed(self, hostile: Hostile, body: bytes) -> HttpRequest:
        """A request by the user without any permission."""
        return _signed(hostile, body, *self._nobody)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request."""
        answered: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
        too_large = len(request.body) > self._gate.body_limit(request)
        if too_large:
            request.body = b""
        self._gate.take(request, "127.0.0.1", answered.set_result, secure=False, too_large=too_large)
        return await answered


def signed_by_root(hostile: Hostile, body: bytes) -> HttpRequest:
    """A request by one who may do everything."""
    return _signed(hostile, body, ROOT_KEY, ROOT_SECRET)


def _signed(hostile: Hostile, body: bytes, key: str, secret: str) -> HttpRequest:
    fields = [(name.encode(), value.encode("latin-1")) for name, value in hostile.fields(body, HOST, key, secret)]
    return HttpRequest("POST", hostile.path.encode(), b"", fields, body)


@asynccontextmanager
async def serving(folder: Path, pipeline: type[Pipeline] = Pipeline) -> AsyncIterator[Serving]:
    database = Database.open(f"sqlite:///{folder / 'gatepost.db'}", keyring=Keyring.of(folder), memory=Memory())
    commits, clock, home = Commits(database, asyncio.get_running_loop()), Clock(), Home(ACCOUNT, REGION)
    await commits.run(lambda tx: bootstrap(tx, Root(ACCOUNT, ROOT_KEY, ROOT_SECRET), datetime.now(UTC)))

    async def no_pages(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(404, (), b"")

    gate = Gate(
        pipeline(ROUTES, home), database, database.memory, commits, clock, no_pages, ProviderKeyRing(),
        UnauthenticatedCalls(commits, clock, home), body_limit=64 * 1024 * 1024,
    )  # fmt: skip
    made = Serving(gate)
    await made.prepare()
    yield made
    await gate.close()
    commits.close()
    database.close()
