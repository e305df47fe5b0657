"""Whether a data folder's trail is intact, for tests that have broken or loaded its server."""

from collections.abc import Sequence
from pathlib import Path

from gatepost.audit.checkpoint import read_lines, signing_key
from gatepost.audit.trail_check import TrailCheck
from gatepost.store.database import Database
from gatepost.store.event_lookup import SELECT as SELECT_EVENTS
from gatepost.store.event_lookup import KeptEvent, kept_event
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.raw_rows import raw_rows

FINDINGS_SOURCE = "lint.gatepost"  # of events that no call leaves, but what the linter finds in the policies that calls put
CALLS = f"SELECT count(*) FROM events JOIN event_kinds ON id = kind WHERE event_source <> '{FINDINGS_SOURCE}'"  # noqa: S608 -- ours


def opened(data: Path) -> Database:
    """The store of a data folder."""
    return Database.open(f"sqlite:///{data / 'gatepost.db'}", keyring=Keyring.of(data), memory=Memory())


def findings(data: Path) -> Sequence[str]:
    """What the check of the trail finds; nothing where it is intact."""
    database = opened(data)
    key = signing_key(database.keyring).public_key()
    report = TrailCheck(database.reader, key, read_lines(data / "checkpoints.log")).run()
    database.close()
    return [each.text() for each in report.findings]


def all_events(database: Database) -> Sequence[KeptEvent]:
    """Every event, in order."""
    with database.reader() as tx:
        return [kept_event(row) for row in raw_rows(tx, f"{SELECT_EVENTS} ORDER BY e.seq", ())]


def records(data: Path) -> Sequence[str]:
    """The record of every event, in order."""
    database = opened(data)
    texts = [each.record for each in all_events(database)]
    database.close()
    return texts
