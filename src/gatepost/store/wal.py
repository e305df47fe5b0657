"""What SQLite would silently leave out of a damaged write-ahead log, found before it is opened for writing.

SQLite reads a log up to the first frame whose checksum is wrong and ignores the rest; that is right after a crash, where the
rest was never answered, and wrong after damage. Three things tell damage from a crash:

1. The header. It is written once, before the first frame; a header that does not hold, above frames, is damage.
2. The index (`-shm`). It outlives `kill -9` and counts the frames that were committed: fewer whole ones in the log are damage.
3. Commits behind the first frame that does not hold, with the log's own salts. A commit begins only when the one before it is on
   disk (`synchronous=FULL`), so a crash leaves one such commit at most. Frames of an older log have other salts.

What this cannot see: a log that was cut, or removed, together with its index. Where the server had not stopped by itself, that is
told as a possibility; the chain of the audit log, whose head is kept elsewhere too, shows it for certain.

Source: https://www.sqlite.org/fileformat2.html, section 4; https://www.sqlite.org/walformat.html, section 2
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from struct import Struct, unpack
from typing import BinaryIO, Final, Literal

from gatepost.store.failures import StoreUnusable
from gatepost.store.sqlite_file import HEADER_BYTES, page_size, shm_of, wal_of

WAL_MAGIC: Final = (0x377F0682, 0x377F0683)  # its last bit: checksums are of big-endian words
WAL_FORMAT: Final = 3007000
WAL_HEADER_BYTES: Final = 32
FRAME_HEADER: Final = Struct(">2I8s")  # page, pages after a commit (0: none), salts; then two checksums
FRAME_HEADER_BYTES: Final = 24
INDEX_BYTES: Final = 100  # two copies of a header of 48 bytes, and how many frames are in the database already
INDEX_COPY: Final = 48
SUMMED: Final = 40
ByteOrder = Literal["big", "little"]


class DamagedLog(StoreUnusable):
    """The write-ahead log is damaged, missing, or another's: opening the store would leave out commits."""


@dataclass(frozen=True, slots=True)
class WalHeader:
    """The header of a log: the size of its pages, and the salts of the frames that count."""

    page_size: int
    salts: bytes


@dataclass(frozen=True, slots=True)
class WalIndex:
    """What the index of a log says: frames that were committed, how many of them are in the database, and the log's salts."""

    frames: int
    checkpointed: int
    salts: bytes


def read_wal_header(file: Path, size_of_page: int) -> WalHeader | None:
    """The header of a database's log; None where there is no log or an empty one. DamagedLog where it does not hold."""
    wal = wal_of(file)
    try:
        with wal.open("rb") as reading:
            header = reading.read(WAL_HEADER_BYTES)
        size = wal.stat().st_size
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise StoreUnusable(f"{wal} cannot be read: {problem.strerror}") from None
    if size == 0:
        return None
    if len(header) == WAL_HEADER_BYTES:
        magic, version, size_in_log = unpack(">3I", header[:12])
        order: ByteOrder = "big" if magic & 1 else "little"
        holds = magic in WAL_MAGIC and version == WAL_FORMAT and _checksum(header[:24], order) == header[24:]
        if holds and size_in_log == size_of_page:
            return WalHeader(size_in_log, header[16:24])
        if holds:
            raise DamagedLog(_refusal(file, f"is of another database (its pages have {size_in_log} bytes, not {size_of_page})"))
    raise DamagedLog(_refusal(file, f"is damaged: its header does not hold, and its {size:,} bytes would be ignored"))


def is_readable_log(file: Path) -> bool:
    """Whether there is a log of this very database whose header holds: SQLite reads what is whole of it."""
    with file.open("rb") as reading:
        size = page_size(reading.read(HEADER_BYTES))
    try:
        return read_wal_header(file, size) is not None
    except DamagedLog:
        return False


def read_wal_index(file: Path) -> WalIndex | None:
    """The index of a database's log, None where there is none or it does not hold."""
    try:
        with shm_of(file).open("rb") as reading:
            content = reading.read(INDEX_BYTES)
    except OSError:
        return None
    first, second = content[:INDEX_COPY], content[INDEX_COPY : 2 * INDEX_COPY]
    if len(content) < INDEX_BYTES or first != second or _native_checksum(first[:SUMMED]) != first[SUMMED:]:
        return None
    return WalIndex(_native(first[16:20]), _native(content[96:100]), first[32:40])


def refuse_missing_frames(file: Path, header: WalHeader | None, before: WalIndex | None) -> None:
    """DamagedLog where the index counts frames of a log that is not there, or that is an older one."""
    if before is None or before.frames <= before.checkpointed:
        return
    if header is None:
        raise DamagedLog(
            _refusal(file, f"is missing: {before.frames - before.checkpointed} of its pages are not in the database")
        )
    newer = (int.from_bytes(header.salts[:4], "big") - int.from_bytes(before.salts[:4], "big")) % 2**32
    if header.salts != before.salts and not 0 < newer < 2**31:  # each log's first salt is one more than that of the log before
        raise DamagedLog(_refusal(file, "is an older one, or of another database"))


def refuse_ignored_commits(file: Path, header: WalHeader, before: WalIndex | None, whole: int) -> str | None:
    """DamagedLog where committed frames stand behind the `whole` ones that SQLite reads; a notice where a crash may explain it."""
    counted = None if before is None or before.salts != header.salts else before.frames
    if counted is not None and counted > whole:
        raise DamagedLog(_refusal(file, f"is damaged: it holds {whole} whole pages of {counted} that were committed"))
    if counted == whole:
        return None
    with wal_of(file).open("rb") as reading:
        commits = _commits_behind(reading, header, whole)
    if commits > 1:
        raise DamagedLog(_refusal(file, f"is damaged behind page {whole}: {commits} commits that follow would be ignored"))
    if commits == 1:
        return (
            f"the end of {wal_of(file)} does not hold and is ignored; a loss of power leaves such an end, and none of it was "
            "answered; if no power was lost, calls of the last moment may be missing"
        )
    return None


def _commits_behind(reading: BinaryIO, header: WalHeader, whole: int) -> int:
    frame = FRAME_HEADER_BYTES + header.page_size
    commits, at = 0, WAL_HEADER_BYTES + whole * frame
    while True:
        reading.seek(at)
        content = reading.read(FRAME_HEADER.size)
        if len(content) < FRAME_HEADER.size:
            return commits
        _, pages, salts = FRAME_HEADER.unpack(content)
        commits += pages != 0 and salts == header.salts
        at += frame


def _refusal(file: Path, what: str) -> str:
    return (
        f"the log {wal_of(file).name} of {file} {what}. Calls that were answered may be missing. Nothing was changed; keep a copy of "
        "both, then restore a backup, or go on without those calls with `gatepost doctor --discard-damaged-log`"
    )


def _native(content: bytes) -> int:
    return int.from_bytes(content, sys.byteorder)


def _native_checksum(content: bytes) -> bytes:
    return b"".join(each.to_bytes(4, sys.byteorder) for each in _sums(content, sys.byteorder))


def _checksum(content: bytes, order: ByteOrder) -> bytes:
    return b"".join(each.to_bytes(4, "big") for each in _sums(content, order))


def _sums(content: bytes, order: ByteOrder) -> tuple[int, int]:
    first = second = 0
    for at in range(0, len(content), 8):
        first = (first + int.from_bytes(content[at : at + 4], order) + second) & 0xFFFFFFFF
        second = (second + int.from_bytes(content[at + 4 : at + 8], order) + first) & 0xFFFFFFFF
    return first, second
