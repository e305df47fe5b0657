"""The store of a data folder, for the commands that read it without the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gatepost.cli.exits import UNREACHABLE, USAGE, Exit
from gatepost.settings import Flags, Settings, SettingsError, read_settings
from gatepost.store.database import Database, StoreUnusable
from gatepost.store.keyring import Keyring, WrongKey
from gatepost.store.memory import Memory


@contextmanager
def opened_store(data: Path | None, store: str | None = None, *, create: bool = False) -> Iterator[tuple[Settings, Database]]:
    """The settings and the database of a data folder; Exit where there is none, or it does not open."""
    try:
        settings = read_settings(Flags(data, store))
        if create:
            settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        elif not settings.data.is_dir():
            raise Exit(UNREACHABLE, f"no data in {settings.data}: start `gatepost serve` first, or name its folder with --data")
        database = Database.open(settings.store_url, keyring=Keyring.of(settings.data), memory=Memory())
    except SettingsError as error:
        raise Exit(USAGE, str(error)) from None
    except (StoreUnusable, WrongKey) as error:
        raise Exit(UNREACHABLE, str(error)) from None
    try:
        yield settings, database
    finally:
        database.close()
