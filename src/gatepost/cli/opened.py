"""The store of a data folder, for the commands that read it without the server."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from gatepost.cli.exits import UNREACHABLE, USAGE, Exit
from gatepost.settings import READY_FILE, Flags, Settings, SettingsError, read_settings
from gatepost.store.database import Database, StoreUnusable
from gatepost.store.keyring import Keyring, WrongKey
from gatepost.store.memory import Memory


def running_server(data: Path) -> Any:  # noqa: ANN401 -- JSON, as `server` writes it
    """What the server that runs on a data folder says of itself; None where none runs."""
    try:
        ready = json.loads((data / READY_FILE).read_text())
        os.kill(ready["pid"], 0)
    except (FileNotFoundError, ProcessLookupError):
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
            settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        elif not settings.data.is_dir():
            raise Exit(UNREACHABLE, f"no data in {settings.data}: start `gatepost serve` first, or name its folder with --data")
        running = running_server(settings.data)
        url = settings.store_url if running is None else running["store"]
        database = Database.open(url, keyring=Keyring.of(settings.data), memory=Memory())
    except SettingsError as error:
        raise Exit(USAGE, str(error)) from None
    except (StoreUnusable, WrongKey) as error:
        raise Exit(UNREACHABLE, str(error)) from None
    except DBAPIError as error:
        raise Exit(UNREACHABLE, f"the store of {settings.data} cannot be read: {error.orig}") from None
    try:
        yield settings, database
    except DBAPIError as error:
        raise Exit(UNREACHABLE, f"the store of {settings.data} cannot be read: {error.orig}") from None
    finally:
        database.close()
