"""The trail under a key: events packed and indexed, messages sealed, running counts of what was sent.

Events are held against the seals of before (SHA-256 over record and authorization) and then sealed anew under the master key; an
entry tells how many there were, the last of the old seals, the first that did not fit, and how many rows had columns that disagreed
with their record: those columns no seal had covered, and the record counts. Messages had no seal; theirs begin here.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import context, op
from msgspec import Raw

from gatepost.store.chain_heads import MESSAGES, Head
from gatepost.store.event_kinds import EventKind
from gatepost.store.event_record import Body, Constant, Parts, encode_body, encode_json, packed_ids, record_of, templated
from gatepost.store.events import EventRow, insert_events
from gatepost.store.instant import from_microseconds
from gatepost.store.memory import Memory
from gatepost.store.sealing import FIRST, sealer_of
from gatepost.store.trail_entries import MIGRATE, enter
from gatepost.store.transaction import Insert, Transaction

revision = "0005"
down_revision = "0004"

PAGE = 500
SIGNED = Raw(b'{"SignatureVersion":"4"}')
READ = "SELECT seq, account, region, time, event_id, event_name, event_source, user_name, access_key_id, read_only, record, authorization, seal FROM events_0004 WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: E501 -- one statement
MESSAGE = (
    "message_id", "account", "region", "accepted_at", "source", "return_path", "recipients", "recipient_count", "subject",
    "identity_arn", "configuration_set", "caller_arn", "tags", "authorization_id",
)  # fmt: skip
COUNT = """
INSERT INTO send_counts (account, region, minute, recipients)
SELECT account, region, accepted_at / 60000000 AS minute, sum(recipient_count) FROM messages GROUP BY account, region, minute
"""


def upgrade() -> None:
    """Make the tables and move what there is into them."""
    op.drop_index("ix_events_account_region_time", "events")
    op.rename_table("events", "events_0004")
    op.drop_index("ix_messages_account_region_accepted_at", "messages")
    op.rename_table("messages", "messages_0004")
    _make_tables()
    tx = Transaction(op.get_bind(), Memory(), context.config.attributes["keyring"], writes=True)
    _move_messages(tx)
    _move_events(tx)
    op.drop_table("messages_0004")
    op.drop_table("events_0004")


def _make_tables() -> None:
    number = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
    op.create_table(
        "events",
        sa.Column("seq", number, nullable=False, autoincrement=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False, comment="event_kinds.id"),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="MessagePack of store.event_record.Body"),
        sa.Column(
            "seal",
            sa.LargeBinary(),
            nullable=False,
            comment="over the seal before, all columns and the kind's digest (store.sealing)",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
    )
    op.create_table(
        "event_kinds",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the columns below"),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("event_source", sa.Text(), nullable=False),
        sa.Column("event_name", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text()),
        sa.Column("access_key_id", sa.Text()),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("has_resources", sa.Boolean(), nullable=False),
        sa.Column("constant", sa.Text(), nullable=False, comment="JSON of store.event_record.Constant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_kinds")),
        sa.UniqueConstraint("digest", name=op.f("uq_event_kinds_digest")),
    )
    op.create_table(
        "event_kind_terms",
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False, comment="store.event_terms"),
        sa.PrimaryKeyConstraint("kind", "term", name=op.f("pk_event_kind_terms")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_terms",
        sa.Column("term", sa.BigInteger(), nullable=False, comment="store.event_terms"),
        sa.Column("block", sa.Integer(), nullable=False, comment="of 512 events"),
        sa.PrimaryKeyConstraint("term", "block", name=op.f("pk_event_terms")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_blocks",
        sa.Column("block", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("first_time", sa.BigInteger(), nullable=False),
        sa.Column("last_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", name=op.f("pk_event_blocks")),
    )
    op.create_table(
        "unauthenticated_events",
        sa.Column("seq", number, nullable=False, autoincrement=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("event_source", sa.Text(), nullable=False),
        sa.Column("event_name", sa.Text(), nullable=False),
        sa.Column("access_key_id", sa.Text()),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("total_bytes", sa.BigInteger(), nullable=False, comment="of all rows up to this one"),
        sa.Column("seal", sa.LargeBinary(), nullable=False, comment="over the seal before and all columns (store.sealing)"),
        sa.Column("record", sa.Text(), nullable=False, comment="the CloudTrail record"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_unauthenticated_events")),
        comment="of calls without a valid signature, kept for a while: a chain of its own",
    )
    columns = ["account", "region", "seq", "time", "event_source", "event_name", "access_key_id", "read_only"]
    op.create_index(op.f("ix_unauthenticated_events_lookup"), "unauthenticated_events", columns)
    op.create_table(
        "checkpoints",
        sa.Column("number", number, nullable=False, autoincrement=False),
        sa.Column("line", sa.Text(), nullable=False, comment="signed JSON of audit.checkpoint.Checkpoint"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "send_counts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False, comment="whole minutes since 1970"),
        sa.Column("recipients", sa.Integer(), nullable=False, comment="of the mail that was accepted in this minute"),
        sa.PrimaryKeyConstraint("account", "region", "minute", name=op.f("pk_send_counts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "messages",
        sa.Column("seq", number, nullable=False, autoincrement=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False, comment="the sender's, to whom quota and statistics are counted"),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="the From address"),
        sa.Column("return_path", sa.Text(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False, comment="envelope: To, Cc and Bcc addresses"),
        sa.Column("recipient_count", sa.Integer(), nullable=False, comment="what quotas and statistics count"),
        sa.Column("subject", sa.Text()),
        sa.Column("identity_arn", sa.Text(), nullable=False),
        sa.Column("configuration_set", sa.Text()),
        sa.Column("caller_arn", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("authorization_id", sa.Text(), comment="of the Event that tells the whole decision"),
        sa.Column("seal", sa.LargeBinary(), nullable=False, comment="over the seal before and all columns (store.sealing)"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="the message as it goes out"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_messages")),
        sa.UniqueConstraint("message_id", name=op.f("uq_messages_message_id")),
    )


# --- messages -----------------------------------------------------------------------------------------------------------


def _move_messages(tx: Transaction) -> None:
    sealer, head = sealer_of(tx.keyring, MESSAGES), Head(0, FIRST)
    insert = Insert("messages", ("seq", *MESSAGE, "seal", "content"))
    read = f"SELECT seq, {', '.join(MESSAGE)}, content FROM messages_0004 WHERE seq > ? ORDER BY seq LIMIT 1"  # noqa: S608 -- names of ours
    at = 0
    while row := tx.execute_text(read, (at,)):
        at, *columns, content = row
        kept = (head.seq + 1, *columns)
        head = Head(head.seq + 1, sealer.seal(head.seal, (*kept, len(content)), content))
        tx.insert_rows(insert, [(*kept, head.seal, content)])
    tx.execute_text(COUNT, ())


# --- events -------------------------------------------------------------------------------------------------------------


def _move_events(tx: Transaction) -> None:
    previous, at, broken, restored, count = FIRST, 0, None, 0, 0
    driver: Any = tx.connection.connection.driver_connection
    while page := driver.execute(READ, (at, PAGE)).fetchall():
        rows = []
        for row in page:
            seq, record, kept, seal = row[0], row[10], row[11], row[12]
            sealed = record if kept is None else f"{record}\n{kept}"
            if broken is None and (seq != at + 1 or hashlib.sha256(previous + sealed.encode()).digest() != seal):
                broken = seq
            event, agrees = _event(row)
            rows.append(event)
            restored += not agrees
            previous, at = seal, seq
        insert_events(tx, rows)
        count += len(page)
    if count == 0:
        return
    fact = tx.execute_text("SELECT value FROM installation WHERE name = ?", ("audit-head",))
    agrees = bool(fact) and fact[0] == f"{at} {previous.hex()}"
    tx.execute_text("DELETE FROM installation WHERE name = ?", ("audit-head",))
    parameters = {
        "events": count,
        "oldSeal": previous.hex(),
        "oldHeadAgrees": agrees,
        "firstBroken": broken,
        "columnsRestored": restored,
    }
    enter(tx, MIGRATE, parameters, datetime.now(UTC))


def _event(row: tuple[Any, ...]) -> tuple[EventRow, bool]:
    """The event of an old row, and whether its columns were those of its record."""
    _, account, region, micro, event_id, name, source, user_name, key, read_only, record, kept, _ = row
    members = msgspec.json.decode(record, type=dict[str, Raw])
    plain = msgspec.json.decode(record)
    identity = plain["userIdentity"]
    time = from_microseconds(micro)
    told_time = datetime.fromisoformat(plain["eventTime"])
    columns = (account, region, event_id, name, source, user_name, key, bool(read_only))
    told = (
        plain["recipientAccountId"], plain["awsRegion"], plain["eventID"], plain["eventName"], plain["eventSource"],
        _user_name(identity), identity.get("accessKeyId"), plain["readOnly"],
    )  # fmt: skip
    agrees = columns == told and time.replace(microsecond=0) == told_time
    if time.replace(microsecond=0) != told_time:
        time = told_time
    account, region, event_id, name, source, user_name, key, read_only = told
    allowed = None if kept is None else msgspec.json.decode(kept)
    resources = tuple((each["type"], each["resourceName"]) for each in plain.get("resources", ()))
    constant, body = _constant_and_body(members, plain, allowed, time)
    kind = EventKind(account, region, source, name, user_name, key, read_only, bool(resources), "")
    parts = Parts(account, region, source, name, read_only, time, constant, body)
    if record_of(parts) != record:
        body = msgspec.structs.replace(body, verbatim=record)
    touched = tuple({each["account"]: None for each in (allowed or {}).get("evaluations", ()) if each.get("account")})
    kind = msgspec.structs.replace(kind, constant=encode_json(constant).decode())
    return EventRow(time, kind, body, event_id, touched), agrees


def _constant_and_body(
    members: Mapping[str, Raw], plain: Mapping[str, Any], allowed: Mapping[str, Any] | None, time: datetime
) -> tuple[Constant, Body]:
    code, message = plain.get("errorCode"), plain.get("errorMessage")
    template: str | None = None
    placed: Sequence[str] = ()
    if allowed is not None and message is not None and allowed["id"] in message:
        template, placed = templated(message, allowed["id"], [each["resource"] for each in allowed["evaluations"]])
    additional = {name: value for name, value in (plain.get("additionalEventData") or {}).items() if name != "authorizationId"}
    signed = additional == {"SignatureVersion": "4"}
    constant = Constant(
        Raw(bytes(members["userIdentity"])),
        plain["sourceIPAddress"],
        plain["userAgent"],
        "tlsDetails" in plain,
        (plain.get("tlsDetails") or {}).get("clientProvidedHostHeader"),
        SIGNED if signed else Raw(b"null"),
        None if allowed is None else allowed["caller"],
        None if template is None else code,
        template,
    )
    request_id, event_id = packed_ids(plain["requestID"], plain["eventID"], time)
    body = Body(
        request_id,
        event_id,
        code if template is None else None,
        message if template is None else None,
        _member(members, "requestParameters"),
        _member(members, "responseElements"),
        tuple((each["type"], each["resourceName"]) for each in plain.get("resources", ())),
        encode_json(additional) if additional and not signed else None,
        None if allowed is None else encode_body(list(_packed(allowed))),
        placed,
    )
    return constant, body


def _packed(allowed: Mapping[str, Any]) -> Iterator[object]:
    """An authorization as `audit.authorization.Packed` has it."""
    names = ("action", "resource", "verdict", "context", "account", "resource_side", "rcps", "place")
    yield [[each.get(name) for name in names] for each in allowed["evaluations"]]
    yield allowed.get("clock")
    yield allowed.get("semantics", 1)


def _member(members: Mapping[str, Raw], name: str) -> bytes | None:
    kept = bytes(members[name])
    return None if kept == b"null" else kept


def _user_name(identity: Mapping[str, Any]) -> str | None:
    """CloudTrail's `Username`, as the record's userIdentity tells it."""
    if "userName" in identity:
        name: str | None = identity["userName"]
        return name
    if identity.get("type") == "Root":
        return "root"
    arn: str = identity.get("arn", "")
    return arn.rpartition("/")[2] or None
