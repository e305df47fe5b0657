"""`gatepost doctor`: whether a store is whole, its key there, its files closed to others."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from gatepost.cli.exits import DONE, NO, UNREACHABLE, USAGE, Exit

if TYPE_CHECKING:
    from gatepost.settings import Settings


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at: its state in a line, whether that is well, and what was found."""

    name: str
    state: str
    is_well: bool = True
    findings: tuple[str, ...] = ()


def doctor(
    *,
    data: Path | None = None,
    store: str | None = None,
    full: bool = False,
    discard_damaged_log: bool = False,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> int:
    """Check the store, its log, its master key, its files' modes and SQLite's version. Changes nothing, also beside a server.

    Exit code: 0 all is well, 1 something was found, 4 there is no store.

    Example: gatepost doctor --full

    Parameters
    ----------
    data
        The server's data folder. Default: ./gatepost-data
    store
        Where the store is. Default: the running server's, else sqlite:///DATA/gatepost.db
    full
        Check indexes against their tables too (integrity_check); takes longer.
    discard_damaged_log
        Go on without the calls of a log that is damaged: copies everything, then keeps what is whole.
    as_json
        Print a JSON object a line.
    """
    from gatepost.cli.opened import running_server  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.settings import Flags, SettingsError, read_settings  # noqa: PLC0415 -- the same
    from gatepost.store.failures import StoreUnusable  # noqa: PLC0415 -- the same
    from gatepost.store.recovery import discard_damaged_log as discard  # noqa: PLC0415 -- the same
    from gatepost.store.sqlite_file import sqlite_file  # noqa: PLC0415 -- the same

    try:
        settings = read_settings(Flags(data, store))
        running = running_server(settings.data)
        url = settings.store_url if running is None or store is not None else running["store"]
        file = sqlite_file(url)
        if not file.exists():
            raise Exit(UNREACHABLE, f"no store in {file}: start `gatepost serve` first, or name its folder with --data")
        if discard_damaged_log:
            kept = discard(url, datetime.now(UTC))
            text = (
                "the log is not damaged; nothing was changed"
                if kept is None
                else f"went on without it; all that was there is in {kept}"
            )
            print(text)
    except SettingsError as error:
        raise Exit(USAGE, str(error)) from None
    except StoreUnusable as error:
        raise Exit(UNREACHABLE, str(error)) from None
    examined = list(_examine(settings, file, full=full))
    for each in examined:
        if as_json:
            print(json.dumps({"Name": each.name, "Well": each.is_well, "State": each.state, "Findings": each.findings}))
        else:
            print(
                f"{'ok ' if each.is_well else 'NO '} {each.name:<7} {each.state}",
                *(f"              {line}" for line in each.findings),
                sep="\n",
            )
    return DONE if all(each.is_well for each in examined) else NO


def _examine(settings: "Settings", file: Path, *, full: bool) -> Iterator[Examined]:
    from gatepost.store.failures import StoreUnusable  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.store.inspection import Inspection, check_pages, inspect_store, reading_connection  # noqa: PLC0415 -- the same
    from gatepost.store.keyring import Keyring, WrongKey  # noqa: PLC0415 -- the same
    from gatepost.store.private_files import list_exposures  # noqa: PLC0415 -- the same
    from gatepost.store.sqlite_advice import advice  # noqa: PLC0415 -- the same

    inspection: Inspection | None = None
    try:
        inspection = inspect_store(file)
        yield Examined("store", f"{file}, {file.stat().st_size:,} bytes", not inspection.notices, tuple(inspection.notices))
    except StoreUnusable as error:
        yield Examined("store", str(error), is_well=False)
    if inspection is not None:
        pragma = "integrity_check" if full else "quick_check"
        try:
            with reading_connection(file) as connection:
                findings = tuple(check_pages(connection, pragma, None).findings)
            yield Examined("pages", f"{pragma}: {len(findings) or 'no'} findings", not findings, findings)
        except StoreUnusable as error:
            yield Examined("pages", str(error), is_well=False)
        try:
            if inspection.keyring_check is not None:
                Keyring.of(settings.data, make=False).verify(inspection.keyring_check)
            yield Examined("key", "the master key is the store's" if inspection.has_secrets else "nothing is sealed yet")
        except WrongKey as error:
            yield Examined("key", str(error), is_well=False)
    exposures = tuple(str(each) for each in list_exposures(settings.data, file))
    yield Examined(
        "files", f"{len(exposures)} are open to others" if exposures else "closed to others", not exposures, exposures
    )
    bug = advice(sqlite3.sqlite_version_info)
    yield Examined("sqlite", f"SQLite {sqlite3.sqlite_version}", findings=() if bug is None else (bug,))
