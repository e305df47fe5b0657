"""Look-ups of events: by each attribute, over pages, by an index whatever the log's length."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from gatepost.audit.checkpoint import signing_key
from gatepost.audit.event import Event
from gatepost.audit.ids import event_id, fresh_uuid
from gatepost.audit.sink import append_event, append_unauthenticated
from gatepost.audit.trail_check import TrailCheck
from gatepost.policy.principal import Principal
from gatepost.store.bootstrap import wipe
from gatepost.store.database import Database
from gatepost.store.event_ids import event_id_bytes, event_id_text, time_of_event_id, uuid_bytes, uuid_text
from gatepost.store.event_lookup import OF_PLACE, OF_TIME, KeptEvent, Lookup, find_event, find_events
from gatepost.store.event_terms import BLOCK, WITH_TERM, WITH_TERM_WITHIN
from gatepost.store.raw_rows import raw_rows
from gatepost.store.transaction import Transaction
from gatepost.store.unauthenticated_events import FIND, find_unauthenticated, find_unauthenticated_record, remove_old
from gatepost.store.writer import run_once

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "us-east-1"
COUNT = 3 * BLOCK + 40


def event(number: int, account: str = ACCOUNT) -> Event:
    rare = number == 7
    user = "rare" if rare else f"user{number % 3}"
    return Event(
        NOW + timedelta(seconds=number), account, REGION, "iam.amazonaws.com" if rare else "ses.amazonaws.com",
        "Rare" if rare else "SendEmail", fresh_uuid(), number % 2 == 0, "127.0.0.1", "tests",
        Principal.of(f"arn:aws:iam::{account}:user/{user}"), user, access_key_id=f"AKIA{user}", request_parameters={"number": number},
        resources=(("AWS::IAM::User", "rare"), ("AWS::IAM::Role", "other")) if rare else (),
    )  # fmt: skip


@pytest.fixture
def filled(database: Database) -> Database:
    def job(tx: Transaction) -> None:
        for number in range(COUNT):
            append_event(tx, event(number))
            if number % 100 == 0:
                append_event(tx, event(number, OTHER))

    run_once(database, job)
    return database


def numbers(tx: Transaction, lookup: Lookup, limit: int = COUNT, account: str = ACCOUNT) -> list[int]:
    found = find_events(tx, account, REGION, lookup, limit)
    return [int((each.parts.body.parameters or b"").split(b":")[1].rstrip(b"}")) for each in found]


ATTRIBUTES: Mapping[str, Sequence[tuple[str, Sequence[int]]]] = {
    "EventName": [("Rare", [7]), ("SendEmail", [each for each in range(COUNT) if each != 7]), ("Never", [])],
    "EventSource": [("iam.amazonaws.com", [7]), ("x", [])],
    "Username": [("rare", [7]), ("user1", [each for each in range(COUNT) if each % 3 == 1 and each != 7]), ("nobody", [])],
    "AccessKeyId": [("AKIArare", [7]), ("AKIAnobody", [])],
    "ReadOnly": [("1", list(range(0, COUNT, 2))), ("0", list(range(1, COUNT, 2)))],
    "ResourceName": [("rare", [7]), ("x", [])],
    "ResourceType": [("AWS::IAM::Role", [7]), ("x", [])],
}


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_each_attribute_finds_its_events_newest_first(filled: Database, attribute: str) -> None:
    with filled.reader() as tx:
        for value, expected in ATTRIBUTES[attribute]:
            assert numbers(tx, Lookup(attribute, value)) == list(expected)[::-1]
            assert numbers(tx, Lookup(attribute, value), 3) == list(expected)[::-1][:3]
        assert numbers(tx, Lookup(), account=OTHER) == list(range(0, COUNT, 100))[::-1]
        assert numbers(tx, Lookup(), account="999999999999") == []


def test_pages_join_without_gap_whatever_their_size(filled: Database) -> None:
    with filled.reader() as tx:
        for attribute, value in ((None, ""), ("Username", "user2"), ("EventName", "Rare")):
            whole = numbers(tx, Lookup(attribute, value))
            below: int | None = None
            seen: list[KeptEvent] = []
            while page := find_events(tx, ACCOUNT, REGION, Lookup(attribute, value, below=below), 97):
                seen += page
                below = page[-1].seq
            assert [each.seq for each in seen] == sorted({each.seq for each in seen}, reverse=True)
            assert len(seen) == len(whole)


def test_a_span_of_time_is_inclusive(filled: Database) -> None:
    with filled.reader() as tx:
        for first, last in ((0, 0), (3, 9), (BLOCK - 2, BLOCK + 2), (COUNT - 5, COUNT + 5)):
            lookup = Lookup(start=NOW + timedelta(seconds=first), end=NOW + timedelta(seconds=last))
            assert numbers(tx, lookup) == [each for each in range(COUNT) if first <= each <= last][::-1]
        assert numbers(tx, Lookup(end=NOW - timedelta(seconds=1))) == []
        assert numbers(tx, Lookup("EventName", "Rare", start=NOW + timedelta(seconds=8))) == []


def test_an_event_is_found_by_its_id(filled: Database) -> None:
    with filled.reader() as tx:
        for each in find_events(tx, ACCOUNT, REGION, Lookup(), COUNT)[:: BLOCK // 2]:
            found = find_event(tx, each.event_id)
            assert found is not None
            assert found.seq == each.seq
            assert [one.seq for one in find_events(tx, ACCOUNT, REGION, Lookup("EventId", each.event_id), 5)] == [each.seq]
            assert find_events(tx, OTHER, REGION, Lookup("EventId", each.event_id), 5) == ()
        for unknown in (event_id(NOW), fresh_uuid(), "x", ""):
            assert find_event(tx, unknown) is None


PLANS: Mapping[str, tuple[str, tuple[object, ...], Sequence[str]]] = {
    "blocks of a term": (WITH_TERM, (1, 2), ["SEARCH event_terms USING PRIMARY KEY (term=? AND block<?)"]),
    "blocks of a term within a span": (
        WITH_TERM_WITHIN, (1, 2, 3, 4),
        ["SEARCH t USING PRIMARY KEY (term=? AND block<?)", "SEARCH b USING INTEGER PRIMARY KEY (rowid=?)"],
    ),
    "events of a block": (
        OF_PLACE + " ORDER BY e.seq DESC", (0, 1, 2, 3, "a", "r"),
        ["SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", "SEARCH k USING INTEGER PRIMARY KEY (rowid=?)"],
    ),
    "events of a time in a block": (
        OF_TIME, (0, 1, 2, 3),
        ["SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", "SEARCH k USING INTEGER PRIMARY KEY (rowid=?)"],
    ),
    "records of strangers": (
        FIND + " ORDER BY seq DESC", ("a", "r", 0, 1, 2),
        ["SEARCH unauthenticated_events USING INDEX ix_unauthenticated_events_lookup (account=? AND region=? AND seq<?)"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANS)
def test_look_ups_are_answered_by_an_index(filled: Database, name: str) -> None:
    text, values, expected = PLANS[name]
    with filled.reader() as tx:
        assert [row[3] for row in raw_rows(tx, f"EXPLAIN QUERY PLAN {text}", values)] == list(expected)


def test_an_event_s_id_tells_its_time_and_is_kept_without_it() -> None:
    time = NOW + timedelta(milliseconds=1234, microseconds=567)
    made = event_id(time)
    assert time_of_event_id(made) == NOW + timedelta(milliseconds=1234)
    assert len(event_id_bytes(made, time)) == 10
    assert event_id_text(event_id_bytes(made, time), time) == made
    for text in (fresh_uuid(), "", "x", "sixteen letters!"):
        assert uuid_text(uuid_bytes(text)) == text
        assert event_id_text(event_id_bytes(text, time), time) == text


def test_records_of_strangers_are_kept_apart_and_removed_by_age_and_size(database: Database) -> None:
    def stranger(number: int) -> Event:
        return Event(
            NOW + timedelta(seconds=number), ACCOUNT, REGION, "ses.amazonaws.com", "SendEmail", fresh_uuid(), False, "192.0.2.1",
            "x" * 700, error_code="IncompleteSignature", error_message="no",
        )  # fmt: skip

    def job(tx: Transaction) -> None:
        for number in range(100):
            append_unauthenticated(tx, stranger(number))

    run_once(database, job)
    with database.reader() as tx:
        assert find_events(tx, ACCOUNT, REGION, Lookup(), 10) == []
        found = find_unauthenticated(tx, ACCOUNT, REGION, Lookup("EventName", "SendEmail"), 100)
        assert [each.time for each in found] == [NOW + timedelta(seconds=number) for number in range(100)][::-1]
        one = found[50].record
        this = one.partition('"eventID":"')[2][:36]
        assert [each.record for each in find_unauthenticated(tx, ACCOUNT, REGION, Lookup("EventId", this), 5)] == [one]
        assert find_unauthenticated_record(tx, this) == one
        for attribute, value in (
            ("Username", "x"),
            ("ResourceName", "x"),
            ("EventName", "x"),
            ("AccessKeyId", "x"),
            ("ReadOnly", "1"),
        ):
            assert list(find_unauthenticated(tx, ACCOUNT, REGION, Lookup(attribute, value), 5)) == []

    def kept() -> int:
        with database.reader() as tx:
            return int(tx.execute_text("SELECT count(*) FROM unauthenticated_events", ())[0])

    assert run_once(database, lambda tx: remove_old(tx, NOW, 10**9)) is None
    through = run_once(database, lambda tx: remove_old(tx, NOW + timedelta(seconds=10), 10**9))
    assert through is not None
    assert (through.seq, kept()) == (10, 90)
    run_once(database, lambda tx: remove_old(tx, NOW, 30 * 1500))
    assert 20 <= kept() <= 40
    run_once(database, lambda tx: remove_old(tx, NOW + timedelta(days=1), 10**9))
    assert kept() == 0
    run_once(database, job)
    assert kept() == 100


@pytest.mark.parametrize("before", [BLOCK - 3, BLOCK - 2, BLOCK - 1, BLOCK, BLOCK + 1])
def test_the_log_goes_on_whichever_event_was_the_last_before_a_reset(database: Database, before: int) -> None:
    """A reset may leave a block without any event, or with its last ones alone."""

    def fill(tx: Transaction, count: int) -> None:
        for number in range(count):
            append_event(tx, event(number))

    run_once(database, lambda tx: fill(tx, before))
    run_once(database, lambda tx: wipe(tx, NOW))
    for _ in range(3):
        run_once(database, lambda tx: fill(tx, 1))
    run_once(database, lambda tx: fill(tx, 2 * BLOCK))
    with database.reader() as tx:
        assert len(numbers(tx, Lookup("EventName", "SendEmail"), 5 * BLOCK)) == 3 + 2 * BLOCK - 1, "one has another name"
        report = TrailCheck(database.reader, signing_key(database.keyring).public_key(), ()).run()
    assert not report.findings
