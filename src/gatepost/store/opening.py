"""How a store is opened: its files closed to others, what is there looked at, the master key found, the schema brought up to date."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from gatepost.store.database import Database
from gatepost.store.failures import StoreUnusable
from gatepost.store.inspection import Inspection, explain_refusal, inspect_store
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.private_files import Exposure, keep_private
from gatepost.store.sqlite_file import sqlite_file


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database, what the look at it said, and the files that were or are open to others."""

    database: Database
    inspection: Inspection
    exposures: Sequence[Exposure]


def open_store(
    url: str,
    data: Path,
    memory: Memory,
    *,
    was_left: bool,
    check_seconds: float | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Opened:
    """Open the store of a URL with the master key of a data folder. With `check_seconds`, its pages are checked that long.

    `was_left`: the last server did not stop by itself.

    StoreUnusable for a store that is foreign, damaged or cannot be written; WrongKey for a key that is missing or another's.
    Where it is refused, nothing has been changed but modes of files.
    """
    file = sqlite_file(url)
    exposures = keep_private(data, file)
    inspection = inspect_store(file, check_seconds, was_left=was_left)
    keyring = Keyring.of(data, environment, make=not inspection.has_secrets)
    if inspection.keyring_check is not None:
        keyring.verify(inspection.keyring_check)
    try:
        return Opened(Database.open(url, keyring=keyring, memory=memory), inspection, exposures)
    except DBAPIError as problem:
        raise StoreUnusable(explain_refusal(file, problem.orig or problem)) from None
    except OSError as problem:
        raise StoreUnusable(f"{file} cannot be opened: {problem.strerror}") from None
