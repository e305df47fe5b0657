"""The composition root: from `Settings` to a running server. The only place that builds things."""

import asyncio
import contextlib
import ctypes
import fcntl
import gc
import json
import os
import shutil
import signal
import socket
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Final, TextIO

import structlog
import uvloop

from gatepost.aws.pipeline import Pipeline
from gatepost.aws.record import Home
from gatepost.edge.admission import Admission
from gatepost.edge.certificates import Certificate, local_certificate
from gatepost.edge.checkpoint_sinks import CheckpointSink, FileSink, OutputSink, WebhookSink
from gatepost.edge.clock import Clock
from gatepost.edge.commit import Commits
from gatepost.edge.hook_guard import HookGuard
from gatepost.edge.http import Gate
from gatepost.edge.listening import HttpListener, bind, descriptors_allow
from gatepost.edge.own_pages import own_pages
from gatepost.edge.provider_keys import ProviderKeyRing, fetch_keys
from gatepost.edge.trail_keeper import Retention, TrailKeeper
from gatepost.edge.unauthenticated import UnauthenticatedCalls
from gatepost.services.registry import ROUTES
from gatepost.settings import READY_FILE, Listener, Profile, Settings
from gatepost.store.bootstrap import bootstrap, wipe
from gatepost.store.database import Database
from gatepost.store.failures import StoreUnusable
from gatepost.store.lock import StoreLock
from gatepost.store.memory import Memory
from gatepost.store.opening import Opened, open_store
from gatepost.store.private_files import Exposure, make_private_folder, replace_private_file
from gatepost.store.sqlite_advice import advice
from gatepost.store.sqlite_file import sqlite_file
from gatepost.store.transaction import Transaction

LOCK_FILE: Final = "server.lock"
CHECK_SECONDS: Final = 2.0  # of the store's pages at the start; a small store takes milliseconds
SWITCH_SECONDS: Final = 0.0001
M_MMAP_THRESHOLD: Final = -3  # malloc.h
LARGE_BLOCK: Final = 32_768  # bytes: what large bodies are read in (`mail.lines.SLICE`, `aws.wire.large_text.PIECE`)
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
    """Run until SIGTERM or SIGINT, drain, and return the exit code: 0, or 4 where an address cannot be had.

    StoreUnusable and WrongKey where the store cannot be served as it is.
    """
    _keep_logs_plain()
    os.umask(0o077)  # whatever this process makes is its owner's alone
    folder = make_private_folder(settings.data)
    lock = _locked(settings.data)
    if lock is None:
        _say(f"gatepost: another server runs on {settings.data}", to=sys.stderr)
        return 4
    store_lock = StoreLock(sqlite_file(settings.store_url))
    opened = open_store(settings.store_url, settings.data, Memory(), was_left=store_lock.was_left, check_seconds=CHECK_SECONDS)
    store_lock.describe({"pid": os.getpid()})
    _say_of_store(settings, opened, [*([] if folder is None else [folder]), *opened.exposures])
    _take_turns_quickly()
    _let_large_blocks_go()
    listeners = []
    for listener in settings.listen:
        try:
            listeners.append(_bound(listener, settings))
        except OSError as problem:
            opened.database.close()
            _say(f"gatepost: cannot listen on {listener}: {problem.strerror or problem}", to=sys.stderr)
            return 4
    code = uvloop.run(_serve(settings, listeners, opened.database, store_lock))
    store_lock.release()
    lock.close()
    return code


def _locked(data: Path) -> IO[bytes] | None:
    """The data folder's lock, held as long as this is open; None where another server holds it.

    The folder has one `server.json` and one set of certificates. The store has a lock of its own: what one server holds in memory
    would be stale once another has changed it.
    """
    try:
        file = (data / LOCK_FILE).open("wb")
    except OSError as problem:
        raise StoreUnusable(f"{data / LOCK_FILE} cannot be written: {problem.strerror}") from None
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


def _say_of_store(settings: Settings, opened: Opened, exposures: Sequence[Exposure]) -> None:
    """Say what is to be known of the store. StoreUnusable in production where a key or the folder stays open to others."""
    kept_open = [each for each in exposures if each.reason is not None]
    if settings.profile is Profile.PRODUCTION and kept_open:
        opened.database.close()
        raise StoreUnusable(f"{kept_open[0]}; the production profile does not start like this")
    if not opened.inspection.check.finished:
        _say(
            f"gatepost: the check of the store's pages did not end within {CHECK_SECONDS:g} s; `gatepost doctor` checks them all",
            to=sys.stderr,
        )
    closed = [each for each in exposures if each.reason is None and (each.is_secret or each.path == settings.data)]
    for line in (*opened.inspection.notices, *kept_open, *closed):
        _say(f"gatepost: {line}", to=sys.stderr)


def _take_turns_quickly() -> None:
    """Let threads take turns every 0.1 ms instead of Python's 5 ms.

    The writer asks for the interpreter's lock with every statement that it runs; beside a thread that computes it would wait 5 ms for
    each. With nothing to compute it makes no difference (`benchmarks/hostile.py`, `sending.py`).
    """
    sys.setswitchinterval(SWITCH_SECONDS)


def _let_large_blocks_go() -> None:
    """Have glibc give every block of 32 KB or more back to the system when it is freed.

    Its own limit is 128 KB at first and rises to the largest block freed so far, up to 32 MB: message bodies then come from arenas that
    stay large for good, and a growing one is copied instead of mapped anew (mallopt(3)). Other C libraries have no `mallopt`.
    """
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)


async def _serve(settings: Settings, listeners: Sequence[Bound], database: Database, lock: StoreLock) -> int:
    memory = database.memory
    commits = Commits(database, asyncio.get_running_loop())
    root = await commits.run(lambda tx: bootstrap(tx, settings.root, datetime.now(UTC)))

    def reset(tx: Transaction) -> None:
        wipe(tx, datetime.now(UTC))
        bootstrap(tx, root, datetime.now(UTC))

    keeper = _trail_keeper(settings, database, commits)
    await keeper.check_recent()
    clock, provider_keys = Clock(), ProviderKeyRing(partial(fetch_keys, outside_only=settings.profile is Profile.PRODUCTION))
    home = Home(settings.account, settings.region)
    unauthenticated = UnauthenticatedCalls(commits, clock, home)
    gate = Gate(
        Pipeline(ROUTES, home),
        database,
        memory,
        commits,
        clock,
        own_pages(
            database,
            commits,
            clock,
            provider_keys,
            reset if settings.test_hooks else None,
            HookGuard(settings.test_hooks_token),
            lambda: keeper.state,
        ),
        provider_keys,
        unauthenticated,
        body_limit=settings.body_limit,
        trusted_proxies=settings.trusted_proxies,
    )
    stopping = _set_by_signal()
    admission = Admission(
        replace(settings.http, connections=descriptors_allow(settings.http.connections)), settings.trusted_proxies
    )
    async with asyncio.TaskGroup() as servers:
        servers.create_task(gate.end_questions(stopping))
        servers.create_task(keeper.run_until(stopping))
        for bound in listeners:
            servers.create_task(HttpListener(gate, bound.socket, bound.certificate, admission).run_until(stopping))
        servers.create_task(unauthenticated.run_until(stopping))
        # The models and tables stay for good: the collector need not look at them again with every few calls.
        gc.collect()
        gc.freeze()
        gc.set_threshold(COLLECT_EVERY)
        _say_ready(settings, listeners, lock)
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


def _say_ready(settings: Settings, listeners: Sequence[Bound], lock: StoreLock) -> None:
    """Write what `gatepost env` reads, then say where the server listens and what to type next."""
    bundle = next((bound.certificate.ca_bundle for bound in listeners if bound.certificate is not None), None)
    ready = {
        "pid": os.getpid(),
        "endpoints": [bound.url for bound in listeners],
        "region": settings.region,
        "store": settings.store_url,
        "ca_bundle": None if bundle is None else str(bundle.resolve()),
    }
    try:
        replace_private_file(settings.data / READY_FILE, (json.dumps(ready) + "\n").encode())
    except OSError as problem:
        _say(
            f"gatepost: {settings.data / READY_FILE} cannot be written ({problem.strerror}): commands do not find this server",
            to=sys.stderr,
        )
    lock.describe(ready)
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
    bug = advice(sqlite3.sqlite_version_info)
    if bug is not None:
        _say(f"gatepost: {bug}", to=sys.stderr)


def _say(*lines: str, to: TextIO | None = None) -> None:
    stream = to or sys.stdout
    stream.write("\n".join(lines) + "\n")
    stream.flush()
