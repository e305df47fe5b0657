"""Tables of SES: settings, identities and their policies, configuration sets, messages."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from gatepost.store.instant import Instant
from gatepost.store.schema.metadata import metadata

sending_settings = Table(
    "sending_settings",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("region", Text, nullable=False),
    Column("sending_enabled", Boolean, nullable=False),
    Column("attributes", JSON, nullable=False, comment="what PutAccount… sets, by the API's own member names"),
    PrimaryKeyConstraint("account", "region"),
)

identities = Table(
    "identities",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("region", Text, nullable=False),
    Column("name", Text, nullable=False, comment="an address as given, or a domain in lower case"),
    Column("verification_status", Text, nullable=False, comment="Pending, Success, Failed, TemporaryFailure, NotStarted"),
    Column("verification_token", Text, nullable=False),
    Column("configuration_set", Text, comment="the default configuration set of mail from this identity"),
    Column("created_at", Instant, nullable=False),
    Column("attributes", JSON, nullable=False, comment="DKIM, MAIL FROM, feedback: by the API's own member names"),
    Column("tags", JSON, nullable=False),
    PrimaryKeyConstraint("account", "region", "name"),
)

identity_policies = Table(
    "identity_policies",
    metadata,
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("principal_ids", JSON, nullable=False, comment="ARN of a user or role → its unique ID when the policy was put"),
    PrimaryKeyConstraint("account", "region", "identity", "name"),
)

configuration_sets = Table(
    "configuration_sets",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("region", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sending_enabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("attributes", JSON, nullable=False, comment="delivery, tracking, reputation … options by the API's own names"),
    Column("tags", JSON, nullable=False),
    PrimaryKeyConstraint("account", "region", "name"),
)

messages = Table(
    "messages",
    metadata,
    Column("seq", Integer().with_variant(BigInteger, "postgresql"), primary_key=True, autoincrement=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False, comment="the sender's, to whom quota and statistics are counted"),
    Column("region", Text, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Column("source", Text, nullable=False, comment="the From address"),
    Column("return_path", Text, nullable=False),
    Column("recipients", JSON, nullable=False, comment="envelope: To, Cc and Bcc addresses"),
    Column("recipient_count", Integer, nullable=False, comment="what quotas and statistics count"),
    Column("subject", Text),
    Column("identity_arn", Text, nullable=False),
    Column("configuration_set", Text),
    Column("caller_arn", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("authorization_id", Text, comment="of the Event that tells the whole decision"),
    Column("seal", LargeBinary, nullable=False, comment="over the seal before and all columns (store.sealing)"),
    Column("content", LargeBinary, nullable=False, comment="the message as it goes out"),
)

send_counts = Table(
    "send_counts",
    metadata,
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("minute", Integer, nullable=False, comment="whole minutes since 1970"),
    Column("recipients", Integer, nullable=False, comment="of the mail that was accepted in this minute"),
    PrimaryKeyConstraint("account", "region", "minute"),
    sqlite_with_rowid=False,
)
