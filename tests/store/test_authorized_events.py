"""The events that policies decided, as they are read for what was used: every one of them, once, a page at a time."""

from datetime import UTC, datetime, timedelta

from gatepost.store.database import Database
from gatepost.store.events import PAGE, EventRow, Head, authorized_events, first_time, insert_sealed
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OURS, OTHERS = "111122223333", "444455556666"
OWN = '{"id":"0","caller":"x","evaluations":[{"action":"a","resource":"*","verdict":"allowed","context":{}}]}'
ON_OURS = OWN.replace('"context":{}', f'"context":{{}},"account":"{OURS}"')


def row(number: int, account: str = OURS, region: str = "us-east-1", authorization: str | None = OWN) -> EventRow:
    time = NOW + timedelta(seconds=number // 7)  # seven at a time: a page ends amid those of one moment
    return EventRow(account, region, time, f"{number}", "E", "s", None, None, False, "[]", f'"{number}"', authorization)


def keep(database: Database, rows: list[EventRow]) -> None:
    def job(tx: Transaction) -> None:
        insert_sealed(tx, [each.columns(seq, b"") for seq, each in enumerate(rows, 1)], Head(len(rows), b""))

    run_once(database, job)


def read(database: Database, since: datetime) -> list[int]:
    with database.reader() as tx:
        return [int(each.record.strip('"')) for each in authorized_events(tx, OURS, since)]


def test_every_event_since_a_moment_is_read_once(database: Database) -> None:
    rows = [row(number) for number in range(2 * PAGE + 500)]
    keep(database, rows)
    assert read(database, NOW) == list(range(len(rows)))
    assert read(database, NOW + timedelta(seconds=200)) == list(range(1400, len(rows)))
    assert read(database, NOW + timedelta(days=1)) == []


def test_every_region_counts_and_what_others_did_to_what_the_account_has(database: Database) -> None:
    regions = [row(0), row(1, region="eu-west-1"), row(2, authorization=None)]
    others = [row(3, OTHERS), row(4, OTHERS, authorization=ON_OURS), row(5, OTHERS, "eu-west-1", ON_OURS)]
    keep(database, [*regions, *others])
    assert sorted(read(database, NOW)) == [0, 1, 4, 5]


def test_the_log_begins_with_its_oldest_event_wherever_that_was(database: Database) -> None:
    with database.reader() as tx:
        assert first_time(tx) is None
    keep(database, [row(70), row(7, OTHERS, "eu-west-1"), row(14)])
    with database.reader() as tx:
        assert first_time(tx) == NOW + timedelta(seconds=1)
