"""The lock of a store: one server at a time, whatever folder or link it came by.

An advisory lock (flock) on `FILE.lock` beside the database file itself, links followed. The kernel frees it when the process
ends, however it ends. What the file says (pid, endpoints) is for the message of the second server alone.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from gatepost.store.failures import StoreUnusable
from gatepost.store.private_files import FILE_MODE

MOST_BYTES: Final = 4096


class StoreInUse(StoreUnusable):
    """Another server holds the store."""


class StoreLock:
    """A lock that is held until `release`."""

    def __init__(self, file: Path) -> None:
        """Take the lock of a database file. `StoreInUse` where another server holds it; StoreUnusable where there can be none."""
        place = file.with_name(file.name + ".lock")
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
        except OSError as problem:
            raise StoreUnusable(f"the store {file} cannot be locked: {place}: {problem.strerror}") from None
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, MOST_BYTES, 0)
            os.close(self._descriptor)
            raise StoreInUse(f"another server runs on the store {file}{_described(holder)}") from None
        except OSError as problem:
            os.close(self._descriptor)
            raise StoreUnusable(f"the store {file} cannot be locked: {problem.strerror}; it must be on a local disk") from None
        # What is written here goes with a clean stop: where it stays, the server before was killed, or its machine stopped.
        self.was_left = os.fstat(self._descriptor).st_size > 0

    def describe(self, holder: Mapping[str, Any]) -> None:
        """Write who holds the lock, for whoever comes next."""
        content = json.dumps(dict(holder)).encode()
        with suppress(OSError):  # a full disk: the lock holds all the same
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, content, 0)

    def release(self) -> None:
        """Give the lock up after a clean stop. The file stays: to remove it would let two servers lock two files of one name."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def clear_left_lock(file: Path) -> bool:
    """Whether the last server of a store did not stop by itself; asked once, by a command that opens the store without a server."""
    try:
        descriptor = os.open(file.with_name(file.name + ".lock"), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        was_left = os.fstat(descriptor).st_size > 0
        os.ftruncate(descriptor, 0)
    except OSError:  # a server runs
        return False
    finally:
        os.close(descriptor)
    return was_left


def _described(content: bytes) -> str:
    try:
        holder = json.loads(content)
        endpoints = [str(each) for each in holder.get("endpoints", ())]
        return f" (pid {int(holder['pid'])}{', ' if endpoints else ''}{' and '.join(endpoints)})"
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
