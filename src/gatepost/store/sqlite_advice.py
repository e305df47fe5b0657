"""SQLite versions with known bugs that can damage a store as Gatepost uses it (WAL, several connections, savepoints)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KnownBug:
    """A bug of SQLite: what happens, and the versions that have it, each range from its first to the one that mends it."""

    effect: str
    affected: tuple[tuple[Version, Version], ...]
    source: str


KNOWN_BUGS: Final = (
    KnownBug(
        "two connections that write and checkpoint at one moment may lose a commit (WAL-reset bug)",
        (((3, 7, 0), (3, 44, 6)), ((3, 45, 0), (3, 50, 7)), ((3, 51, 0), (3, 51, 3))),
        "https://www.sqlite.org/wal.html#walresetbug",
    ),
    KnownBug(
        "rolling back to a savepoint may damage the file when journals are kept in memory",
        (((3, 35, 0), (3, 37, 2)),),
        "https://www.sqlite.org/releaselog/3_37_2.html",
    ),
)


def bugs_of(version: Version) -> Sequence[KnownBug]:
    """The known bugs of an SQLite version such as (3, 40, 1)."""
    return [bug for bug in KNOWN_BUGS if any(first <= version < mended for first, mended in bug.affected)]


def advice(version: Version) -> str | None:
    """A line that says what a version's bugs do and which versions have mended them; None for a version without any."""
    bugs = bugs_of(version)
    if not bugs:
        return None
    shown = ".".join(map(str, version))
    summary = "; ".join(f"{bug.effect}, mended in {_mended(bug)}, {bug.source}" for bug in bugs)
    return (
        f"SQLite {shown} has a known bug, rare but harmful: {summary} (a distribution may have mended it under the same number)"
    )


def _mended(bug: KnownBug) -> str:
    return ", ".join(".".join(map(str, mended)) for _, mended in bug.affected)
