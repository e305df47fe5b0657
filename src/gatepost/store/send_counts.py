"""Running counts of what was sent, by account, region and minute: what quota and statistics read, however much mail there is.

A count is written in the transaction of its message. The oldest minute of a span counts whole.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from gatepost.store.instant import EPOCH
from gatepost.store.raw_rows import raw_rows
from gatepost.store.transaction import Transaction

MINUTE: Final = timedelta(minutes=1)
MINUTE_MICROSECONDS: Final = 60_000_000
ADD: Final = """
INSERT INTO send_counts (account, region, minute, recipients) VALUES (?, ?, ?, ?)
ON CONFLICT (account, region, minute) DO UPDATE SET recipients = recipients + excluded.recipients
"""
SUM: Final = "SELECT coalesce(sum(recipients), 0) FROM send_counts WHERE account = ? AND region = ? AND minute > ?"
BY_INTERVAL: Final = """
SELECT minute / ? AS interval, sum(recipients) FROM send_counts WHERE account = ? AND region = ? AND minute > ?
GROUP BY interval ORDER BY interval
"""
DROP: Final = "DELETE FROM send_counts WHERE minute < ?"


def minute_of(time: datetime) -> int:
    """Whole minutes since 1970."""
    return (time - EPOCH) // MINUTE


def count_sends(tx: Transaction, sends: Iterable[tuple[str, str, int, int]]) -> None:
    """Count (account, region, time in microseconds, recipients) of messages that are accepted."""
    counts: Counter[tuple[str, str, int]] = Counter()
    for account, region, time, recipients in sends:
        counts[account, region, time // MINUTE_MICROSECONDS] += recipients
    for place, recipients in counts.items():
        tx.execute_text(ADD, (*place, recipients))


def recipients_since(tx: Transaction, account: str, region: str, since: datetime) -> int:
    """The recipients of the mail that an account has sent since a time, to the minute: that of `since` does not count."""
    total: int = tx.execute_text(SUM, (account, region, minute_of(since)))[0]
    return total


def recipients_by_interval(
    tx: Transaction, account: str, region: str, since: datetime, minutes: int
) -> tuple[tuple[int, int], ...]:
    """(start of the interval in epoch seconds, recipients) for each interval of so many minutes in which anything was sent."""
    rows = raw_rows(tx, BY_INTERVAL, (minutes, account, region, minute_of(since)))
    return tuple((interval * minutes * 60, recipients) for interval, recipients in rows)


def drop_counts(tx: Transaction, before: datetime) -> None:
    """Drop the counts of what was sent before a time."""
    tx.execute_text(DROP, (minute_of(before),))
