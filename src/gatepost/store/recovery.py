"""Going on without what a damaged log can no longer give: on request alone, with a copy of everything kept."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from gatepost.store.failures import StoreUnusable
from gatepost.store.inspection import explain_refusal, inspect_store, is_open_elsewhere
from gatepost.store.lock import StoreLock
from gatepost.store.private_files import FOLDER_MODE
from gatepost.store.sqlite_file import shm_of, sqlite_file, wal_of
from gatepost.store.wal import DamagedLog, is_readable_log


def discard_damaged_log(url: str, now: datetime) -> Path | None:
    """Move what is whole of a damaged log into its database and drop the rest; the folder with a copy of all that was there.

    None, and nothing changed, where the log is not damaged. StoreUnusable where a server or a command has the store open, or it
    is unusable for another reason.
    """
    file = sqlite_file(url)
    lock = StoreLock(file)
    try:
        if is_open_elsewhere(file):
            raise StoreUnusable(f"a command has the store {file} open; nothing was changed")
        try:
            inspect_store(file)
        except DamagedLog:
            return _discard(file, now)
        return None
    finally:
        lock.release()


def _discard(file: Path, now: datetime) -> Path:
    kept = file.with_name(f"{file.name}.before-{now:%Y%m%dT%H%M%SZ}")
    try:
        kept.mkdir(mode=FOLDER_MODE)
        for each in (file, wal_of(file), shm_of(file)):
            if each.exists():
                shutil.copy2(each, kept / each.name)
        if not is_readable_log(file):
            wal_of(file).unlink(missing_ok=True)
        shm_of(file).unlink(missing_ok=True)
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except OSError as problem:
        raise StoreUnusable(f"{file}: {problem.strerror}; what was copied is in {kept}") from None
    except sqlite3.DatabaseError as problem:
        raise StoreUnusable(f"{explain_refusal(file, problem)}; what was there is in {kept}") from None
    return kept
