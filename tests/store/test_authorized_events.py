"""The events that policies decided, as they are read for what was used: every one of them, once, a block at a time."""

from datetime import UTC, datetime, timedelta

from gatepost.audit.authorization import Authorization, Authorized, Evaluation
from gatepost.audit.event import Event
from gatepost.audit.ids import authorization_id, fresh_uuid
from gatepost.audit.sink import append_event
from gatepost.store.database import Database
from gatepost.store.event_lookup import authorized_events, first_time
from gatepost.store.event_terms import BLOCK
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OURS, OTHERS = "111122223333", "444455556666"


def event(number: int, account: str = OURS, region: str = "us-east-1", on: str | None = None, *, decided: bool = True) -> Event:
    time, request_id = NOW + timedelta(seconds=number), fresh_uuid()
    evaluation = Evaluation("ses:SendEmail", "*", "allowed", {}, on)
    kept = Authorization(authorization_id(time, request_id), "caller", [evaluation])
    return Event(
        time, account, region, "ses.amazonaws.com", "SendEmail", request_id, False, "127.0.0.1", "tests",
        request_parameters={"number": number}, authorized=Authorized(kept, ()) if decided else None,
    )  # fmt: skip


def keep(database: Database, events: list[Event]) -> None:
    def job(tx: Transaction) -> None:
        for each in events:
            append_event(tx, each)

    run_once(database, job)


def read(database: Database, since: datetime) -> list[int]:
    with database.reader() as tx:
        found = [each.parts.body.parameters for each in authorized_events(tx, OURS, since)]
    return [int(each.removeprefix(b'{"number":').removesuffix(b"}")) for each in found if each is not None]


def test_every_event_since_a_moment_is_read_once(database: Database) -> None:
    count = 2 * BLOCK + 50
    keep(database, [event(number) for number in range(count)])
    assert read(database, NOW) == list(range(count))
    assert read(database, NOW + timedelta(seconds=700)) == list(range(700, count))
    assert read(database, NOW + timedelta(days=1)) == []


def test_every_region_counts_and_what_others_did_to_what_the_account_has(database: Database) -> None:
    regions = [event(0), event(1, region="eu-west-1"), event(2, decided=False)]
    others = [event(3, OTHERS), event(4, OTHERS, on=OURS), event(5, OTHERS, "eu-west-1", OURS)]
    keep(database, [*regions, *others, *(event(6, OTHERS) for _ in range(BLOCK))])
    assert read(database, NOW) == [0, 1, 4, 5]


def test_the_log_begins_with_its_oldest_event_wherever_that_was(database: Database) -> None:
    with database.reader() as tx:
        assert first_time(tx) is None
    keep(database, [event(70), event(7, OTHERS, "eu-west-1"), *(event(14 + number) for number in range(BLOCK))])
    with database.reader() as tx:
        assert first_time(tx) == NOW + timedelta(seconds=7)
