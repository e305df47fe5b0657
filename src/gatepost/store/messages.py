"""Accepted messages, as they go out. Until there is delivery this is where they end: captured, readable, counted.

They are a sealed chain (`store.sealing`), from which the oldest may be forgotten.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import Row, Text, delete, func, select, type_coerce

from gatepost.store import chain_heads
from gatepost.store.chain_heads import Head, head_of, record_head
from gatepost.store.instant import to_microseconds
from gatepost.store.schema import messages
from gatepost.store.sealing import sealer_of
from gatepost.store.send_counts import count_sends
from gatepost.store.transaction import Insert, Kind, Transaction

COLUMNS: Final = (
    "seq", "message_id", "account", "region", "accepted_at", "source", "return_path", "recipients", "recipient_count", "subject",
    "identity_arn", "configuration_set", "caller_arn", "tags", "authorization_id",
)  # fmt: skip
NAMES: Final = ", ".join(COLUMNS)
INSERT: Final = Insert("messages", (*COLUMNS, "seal", "content"))
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


class Wanted(Struct, frozen=True):
    """Which messages: by From address and recipient (whole, in any case), part of the subject, time; `limit` at most.

    `before` is a message's ID: only those accepted before it, for the page before.
    """

    source: str | None = None
    recipient: str | None = None
    subject: str | None = None
    since: datetime | None = None
    before: str | None = None
    limit: int | None = None


class NewMessage(Struct, frozen=True):
    """A message with its content, to be appended to a transaction."""

    message: Message
    content: bytes | bytearray

    def kind(self) -> Kind:
        """Messages are written together."""
        return MESSAGES


class _Messages:
    def insert(self, tx: Transaction, rows: Sequence[NewMessage]) -> None:
        sealer, head = sealer_of(tx.keyring, chain_heads.MESSAGES), head_of(tx, chain_heads.MESSAGES)
        inserted: list[tuple[Any, ...]] = []
        for row in rows:
            columns = _columns(head.seq + 1, row.message)
            head = Head(head.seq + 1, sealer.seal(head.seal, (*columns, len(row.content)), row.content))
            inserted.append((*columns, head.seal, row.content))
        tx.insert_rows(INSERT, inserted)
        count_sends(tx, [(row[2], row[3], row[4], row[8]) for row in inserted])


MESSAGES: Final = _Messages()


def _columns(seq: int, message: Message) -> tuple[object, ...]:
    return (
        seq,
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
    )


DESCRIBING: Final = tuple(messages.c[name] for name in COLUMNS if name != "recipient_count")


def list_messages(tx: Transaction, wanted: "Wanted") -> Sequence[Message]:
    """The newest messages of every account that are wanted, oldest first."""
    known = messages.c
    query = select(*DESCRIBING)
    if wanted.source is not None:
        query = query.where(func.lower(known.source) == wanted.source.lower())
    if wanted.recipient is not None:
        quoted = encode_json(wanted.recipient.lower()).decode()
        query = query.where(func.instr(func.lower(type_coerce(known.recipients, Text)), quoted) > 0)
    if wanted.subject is not None:
        query = query.where(func.instr(func.lower(known.subject), wanted.subject.lower()) > 0)
    if wanted.since is not None:
        query = query.where(known.accepted_at >= wanted.since)
    if wanted.before is not None:
        query = query.where(known.seq < select(known.seq).where(known.message_id == wanted.before).scalar_subquery())
    query = query.order_by(known.seq.desc()).limit(wanted.limit)
    return [_message(row) for row in tx.execute(query)][::-1]


def newest_number(tx: Transaction) -> int:
    """The number of the newest message that there ever was."""
    return head_of(tx, chain_heads.MESSAGES).seq


def forget_messages(tx: Transaction) -> Head:
    """Remove every message, but not what was counted of them; the last that went."""
    tx.open()
    head = head_of(tx, chain_heads.MESSAGES)
    record_head(tx, chain_heads.MESSAGES, head)
    tx.execute(delete(messages))
    return head


def get_message(tx: Transaction, message_id: str) -> Message | None:
    """The message of an ID."""
    row = tx.execute(select(*DESCRIBING).where(messages.c.message_id == message_id)).one_or_none()
    return None if row is None else _message(row)


def raw(tx: Transaction, message_id: str) -> bytes | None:
    """A message as it goes out; None where no message has this ID."""
    content: bytes | None = tx.execute(select(messages.c.content).where(messages.c.message_id == message_id)).scalar()
    return content


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
