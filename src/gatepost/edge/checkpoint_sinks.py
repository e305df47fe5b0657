"""Where checkpoints go beside the store: a file, the standard output, a webhook. What fails is logged and never holds anything up."""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final, Protocol

import structlog

WEBHOOK_SECONDS: Final = 10

log = structlog.get_logger("gatepost.trail")


class CheckpointSink(Protocol):
    """A place for checkpoints; it is called in a thread."""

    def write(self, line: str) -> None:
        """Keep a checkpoint's line. OSError where it cannot."""


class FileSink:
    """A file to which lines are appended, each on disk when `write` returns."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def write(self, line: str) -> None:
        """Append a line."""
        with os.fdopen(os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w") as out:
            out.write(line + "\n")
            out.flush()
            os.fsync(out.fileno())


class OutputSink:
    """The standard output, for what collects it."""

    def write(self, line: str) -> None:
        """Print a line."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


class WebhookSink:
    """An HTTP endpoint to which each line is posted as JSON; anything but 2xx, a redirect too, is a failure."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(_NoRedirects())

    def write(self, line: str) -> None:
        """Post a line."""
        headers = {"content-type": "application/json", "user-agent": "gatepost trail"}
        request = urllib.request.Request(self._url, line.encode(), headers)  # noqa: S310 -- the operator's own URL, checked in settings
        try:
            with self._opener.open(request, timeout=WEBHOOK_SECONDS):
                pass
        except urllib.error.HTTPError as refused:
            raise OSError(f"answered {refused.code}") from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def write_everywhere(sinks: tuple[CheckpointSink, ...], line: str) -> None:
    """Write a line to every sink; a failure of one is logged and the others get it all the same."""
    for sink in sinks:
        try:
            sink.write(line)
        except OSError as problem:
            log.error("a checkpoint was not written", sink=type(sink).__name__, reason=str(problem))  # noqa: TRY400 -- the reason is enough
