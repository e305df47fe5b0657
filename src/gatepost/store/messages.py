"""Accepted messages, as they go out. Until there is delivery this is where they end: captured, readable, counted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy import BigInteger, Row, func, select, type_coerce

from gatepost.store.instant import to_microseconds
from gatepost.store.schema import messages
from gatepost.store.transaction import Insert, Kind, Transaction

COLUMNS: Final = (
    "message_id", "account", "region", "accepted_at", "source", "return_path", "recipients", "recipient_count", "subject",
    "identity_arn", "configuration_set", "caller_arn", "tags", "authorization_id", "content",
)  # fmt: skip
INSERT: Final = Insert("messages", COLUMNS)
encode_json = msgspec.json.Encoder().encode


class Message(Struct, frozen=True):
    """What is known of a message, without its content."""

    message_id: str
    account: str
    region: str
    accepted_at: datetime
    source: str
    return_path: str
    recipients: tuple[str, ...]
    subject: str | None
    identity_arn: str
    configuration_set: str | None
    caller_arn: str
    tags: tuple[tuple[str, str], ...]
    authorization_id: str | None  # of the Event that tells what let it out


class NewMessage(Struct, frozen=True):
    """A message with its content, to be appended to a transaction."""

    message: Message
    content: bytes

    def kind(self) -> Kind:
        """Messages are written together."""
        return MESSAGES


class _Messages:
    def insert(self, tx: Transaction, rows: Sequence[NewMessage]) -> None:
        tx.insert_rows(INSERT, [_columns(row) for row in rows])


MESSAGES: Final = _Messages()


def _columns(row: NewMessage) -> tuple[object, ...]:
    message = row.message
    return (
        message.message_id,
        message.account,
        message.region,
        to_microseconds(message.accepted_at),
        message.source,
        message.return_path,
        encode_json(message.recipients).decode(),
        len(message.recipients),
        message.subject,
        message.identity_arn,
        message.configuration_set,
        message.caller_arn,
        encode_json(dict(message.tags)).decode(),
        message.authorization_id,
        row.content,
    )


DESCRIBING: Final = tuple(messages.c[name] for name in COLUMNS if name not in ("content", "recipient_count"))


def list_messages(tx: Transaction, *, limit: int | None = None) -> tuple[Message, ...]:
    """Messages of every account, oldest first; with `limit` only the newest so many."""
    query = select(*DESCRIBING).order_by(messages.c.seq.desc()).limit(limit)
    return tuple(reversed([_message(row) for row in tx.execute(query)]))


def get_message(tx: Transaction, message_id: str) -> Message | None:
    """The message of an ID."""
    row = tx.execute(select(*DESCRIBING).where(messages.c.message_id == message_id)).one_or_none()
    return None if row is None else _message(row)


def raw(tx: Transaction, message_id: str) -> bytes | None:
    """A message as it goes out; None where no message has this ID."""
    content: bytes | None = tx.execute(select(messages.c.content).where(messages.c.message_id == message_id)).scalar()
    return content


def recipients_since(tx: Transaction, account: str, region: str, since: datetime) -> int:
    """How many recipients' worth of mail an account has sent, as quotas count it."""
    query = select(func.coalesce(func.sum(messages.c.recipient_count), 0)).where(
        messages.c.account == account, messages.c.region == region, messages.c.accepted_at > since
    )
    total: int = tx.execute(query).scalar_one()
    return total


def counts_by_interval(
    tx: Transaction, account: str, region: str, since: datetime, seconds: int
) -> tuple[tuple[int, int], ...]:
    """(start of interval in epoch seconds, recipients) for each interval of `seconds` in which something was sent."""
    width = seconds * 1_000_000
    start = type_coerce(messages.c.accepted_at, BigInteger).op("/")(width)
    query = (
        select(start.label("interval"), func.sum(messages.c.recipient_count).label("total"))
        .where(messages.c.account == account, messages.c.region == region, messages.c.accepted_at > since)
        .group_by("interval")
        .order_by("interval")
    )
    return tuple((int(row.interval) * seconds, row.total) for row in tx.execute(query))


def described(message: Message) -> dict[str, object]:
    """A message as the test hooks and `gatepost mail list` tell it."""
    return {
        "MessageId": message.message_id,
        "Account": message.account,
        "Region": message.region,
        "Source": message.source,
        "Recipients": list(message.recipients),
        "Subject": message.subject,
        "AcceptedAt": message.accepted_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def _message(row: Row[tuple[object, ...]]) -> Message:
    return Message(
        row.message_id,
        row.account,
        row.region,
        row.accepted_at,
        row.source,
        row.return_path,
        tuple(row.recipients),
        row.subject,
        row.identity_arn,
        row.configuration_set,
        row.caller_arn,
        tuple(row.tags.items()),
        row.authorization_id,
    )
