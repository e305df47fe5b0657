"""Tables of the audit log: events, and the snapshots that they name."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from gatepost.store.instant import Instant
from gatepost.store.schema.metadata import metadata

events = Table(
    "events",
    metadata,
    Column("seq", Integer().with_variant(BigInteger, "postgresql"), primary_key=True),
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("time", Instant, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("event_name", Text, nullable=False),
    Column("event_source", Text, nullable=False),
    Column("user_name", Text),
    Column("access_key_id", Text),
    Column("read_only", Boolean, nullable=False),
    Column("resources", JSON, nullable=False, comment="[[type, name], …]"),
    Column("record", Text, nullable=False, comment="the CloudTrail record, exactly the bytes that the chain sealed"),
    Column(
        "seal",
        LargeBinary,
        nullable=False,
        comment="SHA-256 over the seal before, this record and its authorization (audit.chain)",
    ),
    Column(
        "authorization",
        Text,
        comment="request, decisions and the policies asked, sealed as the record is (audit.authorization)",
    ),
    Index(None, "account", "region", "time"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("fingerprint", Text, primary_key=True, comment="SHA-256 of the content"),
    Column(
        "content", Text, nullable=False, comment="JSON: the policies of one layer, or a caller with its layers, as they were"
    ),
)
