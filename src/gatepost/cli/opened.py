"""The store of a data folder, for the commands that read it without the server."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from gatepost.cli.exits import UNREACHABLE, USAGE, Exit
from gatepost.settings import READY_FILE, Flags, Settings, SettingsError, read_settings
from gatepost.store.database import Database
from gatepost.store.failures import StoreUnusable
from gatepost.store.keyring import WrongKey
from gatepost.store.lock import clear_left_lock
from gatepost.store.memory import Memory
from gatepost.store.opening import open_store
from gatepost.store.private_files import make_private_folder
from gatepost.store.sqlite_file import sqlite_file


def running_server(data: Path) -> Any:  # noqa: ANN401 -- JSON, as `server` writes it
    """What the server that runs on a data folder says of itself; None where none runs."""
    try:
        ready = json.loads((data / READY_FILE).read_text())
        os.kill(ready["pid"], 0)
    except (FileNotFoundError, ProcessLookupError, ValueError, KeyError, TypeError):
        return None
    except PermissionError:  # it runs, as somebody else
        return ready
    return ready


@contextmanager
def opened_store(data: Path | None, *, create: bool = False) -> Iterator[tuple[Settings, Database]]:
    """The settings and the database of a data folder; Exit where there is none, or it does not open or cannot be read."""
    try:
        settings = read_settings(Flags(data))
        if create:
            make_private_folder(settings.data)
        elif not settings.data.is_dir():
            raise Exit(UNREACHABLE, f"no data in {settings.data}: start `gatepost serve` first, or name its folder with --data")
        running = running_server(settings.data)
        url = settings.store_url if running is None else running["store"]
        opened = open_store(url, settings.data, Memory(), was_left=clear_left_lock(sqlite_file(url)))
    except SettingsError as error:
        raise Exit(USAGE, str(error)) from None
    except (StoreUnusable, WrongKey) as error:
        raise Exit(UNREACHABLE, str(error)) from None
    except DBAPIError as error:
        raise Exit(UNREACHABLE, f"the store of {settings.data} cannot be read: {error.orig}") from None
    for notice in opened.inspection.notices:
        print(f"gatepost: {notice}", file=sys.stderr)
    try:
        yield settings, opened.database
    except WrongKey as error:
        raise Exit(UNREACHABLE, str(error)) from None
    except DBAPIError as error:
        raise Exit(UNREACHABLE, f"the store of {settings.data} cannot be read: {error.orig}") from None
    finally:
        opened.database.close()
