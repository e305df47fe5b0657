"""Quota and statistics read running counts: what was sent in each minute, mail that was forgotten included."""

import random
from datetime import UTC, datetime, timedelta

from gatepost.store.database import Database
from gatepost.store.messages import Message, NewMessage, forget_messages
from gatepost.store.raw_rows import raw_rows
from gatepost.store.send_counts import BY_INTERVAL, SUM, drop_counts, recipients_by_interval, recipients_since
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
OURS, OTHERS, REGION = "111122223333", "444455556666", "us-east-1"


def message(number: int, at: datetime, recipients: int, account: str = OURS) -> NewMessage:
    to = tuple(f"a{each}@example.net" for each in range(recipients))
    return NewMessage(Message(str(number), account, REGION, at, "a@b", "a@b", to, "s", "arn", None, "arn", (), None), b"x")


def test_counts_are_those_of_the_messages_whatever_came_when(database: Database) -> None:
    choose = random.Random(1)  # noqa: S311 -- an order, not a secret
    sent = [(NOW - timedelta(seconds=choose.randrange(14 * 86_400)), choose.randrange(1, 4)) for _ in range(400)]

    def job(tx: Transaction) -> None:
        for number, (at, recipients) in enumerate(sent):
            tx.append(message(number, at, recipients))
        tx.append(message(1000, NOW, 5, OTHERS))

    run_once(database, job)
    run_once(database, forget_messages)
    day = NOW - timedelta(days=1)
    by_interval: dict[int, int] = {}
    for at, recipients in sent:
        start = int(at.timestamp()) // 900 * 900
        by_interval[start] = by_interval.get(start, 0) + recipients
    with database.reader() as tx:
        expected = sum(recipients for at, recipients in sent if at.replace(second=0, microsecond=0) > day)
        assert recipients_since(tx, OURS, REGION, day) == expected
        found = recipients_by_interval(tx, OURS, REGION, NOW - timedelta(days=15), 15)
        assert found == tuple(sorted(by_interval.items()))
        assert recipients_since(tx, OTHERS, REGION, day) == 5
        assert recipients_since(tx, OURS, "eu-west-1", day) == 0
    run_once(database, lambda tx: drop_counts(tx, NOW - timedelta(days=7)))
    with database.reader() as tx:
        assert recipients_since(tx, OURS, REGION, day) == expected
        assert len(recipients_by_interval(tx, OURS, REGION, NOW - timedelta(days=15), 15)) < len(by_interval)


def test_counts_are_found_by_their_key(database: Database) -> None:
    with database.reader() as tx:
        for text, values in ((SUM, ("a", "r", 1)), (BY_INTERVAL, (15, "a", "r", 1))):
            plan = [row[3] for row in raw_rows(tx, f"EXPLAIN QUERY PLAN {text}", values)]
            assert plan[0] == "SEARCH send_counts USING PRIMARY KEY (account=? AND region=? AND minute>?)"
