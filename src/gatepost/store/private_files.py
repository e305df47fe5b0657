"""Files and folders that are their owner's alone: 0600 and 0700, whatever they were before.

Only what is Gatepost's by name is changed, and only where it belongs to the user that Gatepost runs as. What a link points at is
left alone: somebody else may have placed the link. The folder is closed first, so that nobody replaces a file in between.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gatepost.store.failures import StoreUnusable

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
OWN_FILES: Final = ("master.key", "server.json", "server.new", "server.lock", "*.log", "tls/*")
OF_A_STORE: Final = ("", "-wal", "-shm", "-journal", ".lock")  # appended to the database's name


@dataclass(frozen=True, slots=True)
class Exposure:
    """What others could read or change: its mode, and why it stays so (None: it is closed now)."""

    path: Path
    mode: int
    reason: str | None = None

    @property
    def is_secret(self) -> bool:
        """Whether a copy of it opens something: a key."""
        return self.path.suffix == ".key"

    def __str__(self) -> str:
        if self.reason is None:
            copied = "; who could read it may have a copy" if self.is_secret else ""
            return f"{self.path} was open to others (mode {self.mode:04o}) and is closed now{copied}"
        return f"{self.path} may be read or changed by others (mode {self.mode:04o}): {self.reason}"


def make_private_folder(folder: Path) -> Exposure | None:
    """Make a folder, or close one that is there, to everybody but its owner.

    StoreUnusable for a folder that many share (`/`, or a sticky one such as /tmp), and for what is no folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        status = folder.stat()
    except FileExistsError:
        raise StoreUnusable(f"{folder} is a file; expected a folder") from None
    except OSError as problem:
        raise StoreUnusable(f"{folder}: {problem.strerror}") from None
    if status.st_mode & stat.S_ISVTX or folder.resolve() == Path("/"):
        raise StoreUnusable(f"{folder} is shared by everybody on this machine; name a folder of its own with --data")
    return _close(folder, status, FOLDER_MODE)


def keep_private(data: Path, store: Path) -> Sequence[Exposure]:
    """Close Gatepost's files in a data folder, and those of its store, to others; what was or stays open to them."""
    paths = [*_in(data, OWN_FILES), *_of_store(store)]
    results = [_close_file(path) for path in paths]
    tls = data / "tls"
    if tls.is_dir() and not tls.is_symlink():
        results.append(_close(tls, tls.stat(), FOLDER_MODE))
    return [each for each in results if each is not None]


def list_exposures(data: Path, store: Path) -> Sequence[Exposure]:
    """What of a data folder and its store is open to others, left as it is."""
    paths = [data, data / "tls", *_in(data, OWN_FILES), *_of_store(store)]
    modes = [(path, stat.S_IMODE(path.stat().st_mode)) for path in paths if path.exists()]
    return [Exposure(path, mode, "`gatepost serve` closes it") for path, mode in modes if mode & OTHERS]


def create_private_file(file: Path) -> None:
    """Make an empty file that only its owner may read, where there is none."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except FileExistsError:
        return


def replace_private_file(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all, and on disk when this returns."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as writing:
        writing.write(content)
        writing.flush()
        os.fsync(writing.fileno())
    new.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _of_store(store: Path) -> Sequence[Path]:
    return [store.with_name(store.name + suffix) for suffix in OF_A_STORE]


def _in(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from folder.glob(pattern)


def _close_file(path: Path) -> Exposure | None:
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            mode = path.stat().st_mode
            return Exposure(path, stat.S_IMODE(mode), "it is a link; close what it points at") if mode & OTHERS else None
    except FileNotFoundError:
        return None
    return _close(path, status, FILE_MODE) if stat.S_ISREG(status.st_mode) else None


def _close(path: Path, status: os.stat_result, mode: int) -> Exposure | None:
    before = stat.S_IMODE(status.st_mode)
    if not before & OTHERS:
        return None
    if status.st_uid != os.geteuid():
        return Exposure(path, before, "it belongs to another user")
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        return Exposure(path, before, "the file has other names too (hard links)")
    try:
        path.chmod(before & mode)
        after = stat.S_IMODE(path.stat().st_mode)
    except OSError as problem:
        return Exposure(path, before, f"its mode cannot be changed: {problem.strerror}")
    return Exposure(path, after, "its file system keeps no modes") if after & OTHERS else Exposure(path, before)
