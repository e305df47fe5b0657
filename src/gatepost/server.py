"""The composition root: from `Settings` to a running server. The only place that builds things."""

import asyncio
import fcntl
import gc
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, TextIO

import structlog
import uvloop

from gatepost.aws.pipeline import Pipeline
from gatepost.aws.record import Home
from gatepost.edge.certificates import Certificate, local_certificate
from gatepost.edge.checkpoint_sinks import CheckpointSink, FileSink, OutputSink, WebhookSink
from gatepost.edge.clock import Clock
from gatepost.edge.commit import Commits
from gatepost.edge.http import Gate
from gatepost.edge.listening import HttpListener, bind
from gatepost.edge.own_pages import own_pages
from gatepost.edge.provider_keys import ProviderKeyRing
from gatepost.edge.trail_keeper import Retention, TrailKeeper
from gatepost.services import ROUTES
from gatepost.settings import READY_FILE, Listener, Settings
from gatepost.store.bootstrap import bootstrap, wipe
from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.transaction import Transaction

LOCK_FILE: Final = "server.lock"
COLLECT_EVERY: Final = 20_000  # new containers
LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
ANY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 -- recognised, not bound


@dataclass(frozen=True, slots=True)
class Bound:
    """A listener with its socket: where clients reach it, and its certificate where it speaks TLS."""

    url: str
    socket: socket.socket
    certificate: Certificate | None


def serve(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT, drain, and return the exit code: 0, or 4 where an address cannot be had."""
    _keep_logs_plain()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = _locked(settings.data)
    if lock is None:
        _say(f"gatepost: another server runs on {settings.data}", to=sys.stderr)
        return 4
    listeners = []
    for listener in settings.listen:
        try:
            listeners.append(_bound(listener, settings))
        except OSError as problem:
            _say(f"gatepost: cannot listen on {listener}: {problem.strerror or problem}", to=sys.stderr)
            return 4
    code = uvloop.run(_serve(settings, listeners))
    lock.close()
    return code


def _locked(data: Path) -> IO[bytes] | None:
    """The data folder's lock, held as long as this is open; None where another server holds it.

    What one server holds in memory would be stale once another has changed the store.
    """
    file = (data / LOCK_FILE).open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _keep_logs_plain() -> None:
    """Logs as one line an event on stderr; tracebacks without the values of variables, which may be secrets or bodies."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


async def _serve(settings: Settings, listeners: Sequence[Bound]) -> int:
    memory = Memory()
    database = Database.open(settings.store_url, keyring=Keyring.of(settings.data), memory=memory)
    commits = Commits(database, asyncio.get_running_loop())
    root = await commits.run(lambda tx: bootstrap(tx, settings.root, datetime.now(UTC)))

    def reset(tx: Transaction) -> None:
        wipe(tx, datetime.now(UTC))
        bootstrap(tx, root, datetime.now(UTC))

    keeper = _trail_keeper(settings, database, commits)
    await keeper.check_recent()
    clock, provider_keys = Clock(), ProviderKeyRing()
    gate = Gate(
        Pipeline(ROUTES, Home(settings.account, settings.region)),
        database,
        memory,
        commits,
        clock,
        own_pages(database, commits, clock, provider_keys, reset if settings.test_hooks else None, lambda: keeper.state),
        provider_keys,
        body_limit=settings.body_limit,
        trusted_proxies=settings.trusted_proxies,
    )
    stopping = _set_by_signal()
    async with asyncio.TaskGroup() as servers:
        servers.create_task(keeper.run_until(stopping))
        for bound in listeners:
            servers.create_task(HttpListener(gate, bound.socket, bound.certificate).run_until(stopping))
        # The models and tables stay for good: the collector need not look at them again with every few calls.
        gc.collect()
        gc.freeze()
        gc.set_threshold(COLLECT_EVERY)
        _say_ready(settings, listeners)
    await gate.close()
    commits.close()
    database.close()
    (settings.data / READY_FILE).unlink(missing_ok=True)
    return 0


def _trail_keeper(settings: Settings, database: Database, commits: Commits) -> TrailKeeper:
    trail, file = settings.trail, settings.checkpoint_file
    sinks: list[CheckpointSink] = [FileSink(file)]
    if trail.checkpoint_output:
        sinks.append(OutputSink())
    if trail.checkpoint_webhook is not None:
        sinks.append(WebhookSink(trail.checkpoint_webhook))
    retention = Retention(trail.unauthenticated_days, trail.unauthenticated_megabytes)
    return TrailKeeper(database, commits, tuple(sinks), file, (settings.account, settings.region), retention)


def _bound(listener: Listener, settings: Settings) -> Bound:
    listening = bind(listener.host, listener.port)
    port = listening.getsockname()[1]
    host = "127.0.0.1" if listener.host in ANY_ADDRESS else listener.host
    shown = f"[{host}]" if ":" in host else host
    certificate = _certificate(listener, settings) if listener.scheme == "https" else None
    return Bound(f"{listener.scheme}://{shown}:{port}", listening, certificate)


def _certificate(listener: Listener, settings: Settings) -> Certificate:
    """The configured certificate, else one of the installation's own authority."""
    if settings.tls_certificate is not None and settings.tls_key is not None:
        return Certificate(settings.tls_certificate, settings.tls_key, ca_bundle=None)
    hosts = {*LOCAL_HOSTS, socket.gethostname(), listener.host} - {*ANY_ADDRESS}
    return local_certificate(settings.data / "tls", hosts, datetime.now(UTC))


def _set_by_signal() -> asyncio.Event:
    """An event that SIGTERM or SIGINT sets. A second SIGINT ends the process at once."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        stopping.set()
        loop.remove_signal_handler(signal.SIGINT)

    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    loop.add_signal_handler(signal.SIGINT, interrupt)
    return stopping


def _say_ready(settings: Settings, listeners: Sequence[Bound]) -> None:
    """Write what `gatepost env` reads, then say where the server listens and what to type next."""
    bundle = next((bound.certificate.ca_bundle for bound in listeners if bound.certificate is not None), None)
    ready = {
        "pid": os.getpid(),
        "endpoints": [bound.url for bound in listeners],
        "region": settings.region,
        "store": settings.store_url,
        "ca_bundle": None if bundle is None else str(bundle.resolve()),
    }
    file = settings.data / READY_FILE
    written = file.with_suffix(".new")
    written.write_text(json.dumps(ready) + "\n")
    written.replace(file)
    where = "" if settings.data_is_default else f" --data {settings.data}"
    program = "gatepost" if shutil.which("gatepost") else os.path.relpath(sys.argv[0])
    _say(
        f"Gatepost is ready on {' and '.join(bound.url for bound in listeners)}",
        f"  account {settings.account}, region {settings.region}, data in {settings.data}",
        *(["  test hooks are on: /_gatepost/reset, /_gatepost/clock, /_gatepost/messages"] if settings.test_hooks else []),
        "",
        "Next, in another terminal:",
        f'  eval "$({program} env{where})"',
        "  aws ses verify-domain-identity --domain example.com",
        "  aws ses send-email --from news@example.com --to you@example.net --subject Hello --text 'It works.'",
        f"  {program} mail list{where}",
    )


def _say(*lines: str, to: TextIO | None = None) -> None:
    stream = to or sys.stdout
    stream.write("\n".join(lines) + "\n")
    stream.flush()
