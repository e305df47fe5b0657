"""A store of the schema before the sealed trail comes over with its events, messages and counts, and says what it was like."""

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from gatepost.audit.authorization import unpack
from gatepost.store import messages
from gatepost.store.database import Database
from gatepost.store.event_ids import time_of
from gatepost.store.event_lookup import Lookup, authorized_events, find_authorized, find_event, find_events
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.messages import Wanted
from gatepost.store.send_counts import recipients_by_interval
from gatepost.store.trail_entries import MIGRATE, parameters_of
from trail import findings

BEFORE: dict[str, Any] = json.loads((Path(__file__).parent / "trail_0004.json").read_text())
ACCOUNT, REGION = "123456789012", "us-east-1"
BINARY = ("seal", "content")


def insert(store: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    values = [bytes.fromhex(value) if name in BINARY and table != "snapshots" else value for name, value in row.items()]
    names = ", ".join(row)
    store.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", values)  # noqa: S608 -- names of ours


def make_old_store(data: Path) -> None:
    """The store as the version before has left it."""
    engine = create_engine(f"sqlite:///{data / 'gatepost.db'}")
    config = Config()
    config.set_main_option("script_location", "gatepost.store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
    engine.dispose()
    with sqlite3.connect(data / "gatepost.db") as store:
        for table in ("events", "messages", "snapshots"):
            for row in BEFORE[table]:
                insert(store, table, row)
        store.execute("INSERT INTO installation VALUES ('audit-head', ?)", (BEFORE["head"],))
    store.close()


def brought_up(data: Path) -> Database:
    return Database.open(f"sqlite:///{data / 'gatepost.db'}", keyring=Keyring.of(data), memory=Memory())


def entry(database: Database) -> dict[str, Any]:
    with database.reader() as tx:
        (found,) = find_events(tx, "", "", Lookup("EventName", MIGRATE), 2)
        return dict(parameters_of(found))


def test_every_record_comes_over_byte_for_byte(tmp_path: Path) -> None:
    make_old_store(tmp_path)
    database = brought_up(tmp_path)
    with database.reader() as tx:
        found = find_events(tx, ACCOUNT, REGION, Lookup(), 1000)
        assert [each.record for each in found] == [row["record"] for row in reversed(BEFORE["events"])]
        assert [each.parts.body.verbatim for each in found] == [None] * len(found)
        for row in BEFORE["events"]:
            event = find_event(tx, row["event_id"])
            assert event is not None
            assert (event.record, event.user_name, event.access_key_id) == (
                row["record"],
                row["user_name"],
                row["access_key_id"],
            )
            if row["authorization"] is not None:
                told = json.loads(row["authorization"])
                time = time_of(told["id"])
                assert time is not None
                kept = find_authorized(tx, told["id"], time)
                assert kept is not None
                assert _told(unpack(kept)) == told
        decided = list(authorized_events(tx, ACCOUNT, datetime(2000, 1, 1, tzinfo=UTC)))
        assert len(decided) == sum(row["authorization"] is not None for row in BEFORE["events"])
    expected = {"events": len(BEFORE["events"]), "oldSeal": BEFORE["events"][-1]["seal"], "oldHeadAgrees": True}
    assert entry(database) == {**expected, "firstBroken": None, "columnsRestored": 0}
    database.close()
    assert findings(tmp_path) == []


def _told(kept: Any) -> dict[str, Any]:
    """An authorization as the version before wrote it."""
    evaluations = []
    for each in kept.evaluations:
        context = {key: list(value) if isinstance(value, tuple) else value for key, value in each.context.items()}
        told = {"action": each.action, "resource": each.resource, "verdict": each.verdict, "context": context}
        evaluations.append({**told, **({} if each.resource_side is None else {"resource_side": each.resource_side})})
    return {"id": kept.id, "caller": kept.caller, "evaluations": evaluations}


def test_messages_come_over_and_are_counted(tmp_path: Path) -> None:
    make_old_store(tmp_path)
    database = brought_up(tmp_path)
    with database.reader() as tx:
        kept = messages.list_messages(tx, Wanted())
        assert [each.message_id for each in kept] == [row["message_id"] for row in BEFORE["messages"]]
        assert [messages.raw(tx, each.message_id) for each in kept] == [
            bytes.fromhex(row["content"]) for row in BEFORE["messages"]
        ]
        counts = recipients_by_interval(tx, ACCOUNT, REGION, datetime(2000, 1, 1, tzinfo=UTC), 15)
        assert sum(recipients for _, recipients in counts) == sum(row["recipient_count"] for row in BEFORE["messages"])
    database.close()


DAMAGES: dict[str, tuple[str, Callable[[dict[str, Any]], bool]]] = {
    "a record": (
        "UPDATE events SET record = replace(record, 'alice', 'mallo') WHERE seq = 9",
        lambda told: told["firstBroken"] == 9,
    ),
    "a row": ("DELETE FROM events WHERE seq = 5", lambda told: told["firstBroken"] == 6),
    "the last row": ("DELETE FROM events WHERE seq = 14", lambda told: not told["oldHeadAgrees"]),
    "index columns": (
        "UPDATE events SET account = '999999999999', user_name = 'mallory', event_name = 'Harmless' WHERE seq = 9",
        lambda told: told["columnsRestored"] == 1,
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_changed_before_is_told(tmp_path: Path, damage: str) -> None:
    make_old_store(tmp_path)
    statement, is_told = DAMAGES[damage]
    with sqlite3.connect(tmp_path / "gatepost.db") as store:
        store.execute(statement)
    store.close()
    database = brought_up(tmp_path)
    assert is_told(entry(database))
    with database.reader() as tx:
        assert find_events(tx, "999999999999", REGION, Lookup(), 5) == []
    database.close()
    assert findings(tmp_path) == []
