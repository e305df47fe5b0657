"""Something done again whenever files change, which is seen by looking at them each half second.

The kernel is not asked for notices: none come from network drives and folders mounted into containers, and an editor that writes a new
file and gives it the old name takes the notice of the old one along. A look costs microseconds a file, and misses none of these.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

from gatepost.sources.find import files_in

INTERVAL: Final = 0.5  # seconds between two looks
SETTLING: Final = 0.1  # seconds for which nothing more must change: an editor may write in steps
MOST_NAMES: Final = 3  # of what changed, in one line

Stamp = tuple[int, int, int]  # when a file was written, in nanoseconds, its size, and its number on the disk
Stamps = Mapping[str, Stamp]


def stamps(names: Iterable[str]) -> Stamps:
    """The stamps of the files that are there: of those named, and of those of ours in the folders named."""
    return {file: stamp for name in names for file in _files(name) if (stamp := _stamp(file)) is not None}


def _files(name: str) -> list[str]:
    path = Path(name)
    try:
        return [str(each) for each in files_in(path)] if path.is_dir() else [name]
    except OSError:  # what vanishes while it is looked through is seen by the next look
        return []


def _stamp(file: str) -> Stamp | None:
    try:
        status = Path(file).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def changes(before: Stamps, after: Stamps) -> Iterator[str]:
    """What is otherwise, a few words a file: `a.json changed`."""
    for file in sorted({*before, *after}):
        if file not in before:
            yield f"{file} is new"
        elif file not in after:
            yield f"{file} is gone"
        elif before[file] != after[file]:
            yield f"{file} changed"


def in_short(told: Sequence[str]) -> str:
    """Changes in one line."""
    more = len(told) - MOST_NAMES
    return ", ".join(told[:MOST_NAMES]) + (f", and {more} more" if more > 0 else "")


def watch(look: Callable[[], Stamps], act: Callable[[str], Iterable[str]], wait: Callable[[float], object]) -> NoReturn:
    """Act, and act again whenever a look differs from the one before; for ever, or until `wait` raises.

    `act` is told what changed (nothing, the first time), and gives the files that it has written itself: these changes are its own.
    """
    seen, told = look(), ""
    while True:
        seen = {**seen, **stamps(act(told))}
        after = _changed(seen, look, wait)
        seen, told = after, in_short(list(changes(seen, after)))


def _changed(before: Stamps, look: Callable[[], Stamps], wait: Callable[[float], object]) -> Stamps:
    """The first look that differs, and that no further change follows at once."""
    after = look()
    while True:
        if after == before:
            wait(INTERVAL)
            after = look()
        else:
            wait(SETTLING)
            settled, after = after, look()
            if settled == after:
                return after
