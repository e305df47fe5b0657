"""Tables of the audit log: events with their kinds and index, the snapshots that they name, records of strangers, checkpoints."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from gatepost.store.instant import Instant
from gatepost.store.schema.metadata import metadata

LOOKED_FOR = ("event_source", "event_name", "access_key_id", "read_only")
Number = Integer().with_variant(BigInteger, "postgresql")

events = Table(
    "events",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("time", Instant, nullable=False),
    Column("kind", Integer, nullable=False, comment="event_kinds.id"),
    Column("body", LargeBinary, nullable=False, comment="MessagePack of store.event_record.Body"),
    Column(
        "seal", LargeBinary, nullable=False, comment="over the seal before, all columns and the kind's digest (store.sealing)"
    ),
)

event_kinds = Table(
    "event_kinds",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False, unique=True, comment="SHA-256 of the columns below"),
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("event_source", Text, nullable=False),
    Column("event_name", Text, nullable=False),
    Column("user_name", Text),
    Column("access_key_id", Text),
    Column("read_only", Boolean, nullable=False),
    Column("has_resources", Boolean, nullable=False),
    Column("constant", Text, nullable=False, comment="JSON of store.event_record.Constant"),
)

event_kind_terms = Table(
    "event_kind_terms",
    metadata,
    Column("kind", Integer, nullable=False),
    Column("term", BigInteger, nullable=False, comment="store.event_terms"),
    PrimaryKeyConstraint("kind", "term"),
    sqlite_with_rowid=False,
)

event_terms = Table(
    "event_terms",
    metadata,
    Column("term", BigInteger, nullable=False, comment="store.event_terms"),
    Column("block", Integer, nullable=False, comment="of 512 events"),
    PrimaryKeyConstraint("term", "block"),
    sqlite_with_rowid=False,
)

event_blocks = Table(
    "event_blocks",
    metadata,
    Column("block", Integer, primary_key=True, autoincrement=False),
    Column("first_time", Instant, nullable=False),
    Column("last_time", Instant, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("fingerprint", Text, primary_key=True, comment="SHA-256 of the content"),
    Column(
        "content", Text, nullable=False, comment="JSON: the policies of one layer, or a caller with its layers, as they were"
    ),
)

unauthenticated_events = Table(
    "unauthenticated_events",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("time", Instant, nullable=False),
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("event_source", Text, nullable=False),
    Column("event_name", Text, nullable=False),
    Column("access_key_id", Text),
    Column("read_only", Boolean, nullable=False),
    Column("total_bytes", BigInteger, nullable=False, comment="of all rows up to this one"),
    Column("seal", LargeBinary, nullable=False, comment="over the seal before and all columns (store.sealing)"),
    Column("record", Text, nullable=False, comment="the CloudTrail record"),
    Index(
        "ix_unauthenticated_events_lookup",
        "account",
        "region",
        "seq",
        "time",
        "event_source",
        "event_name",
        "access_key_id",
        "read_only",
    ),
    comment="of calls without a valid signature, kept for a while: a chain of its own",
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False, comment="signed JSON of audit.checkpoint.Checkpoint"),
)
