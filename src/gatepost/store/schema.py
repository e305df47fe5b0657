"""Every table of the store, as SQLAlchemy Core sees it.

State is kept per account and, for SES, per region, as AWS does. Times are whole microseconds since 1970 (UTC): one integer
compares, sorts and indexes alike on SQLite and PostgreSQL. Documents (policies) are kept as they were put; secrets only
encrypted (`store.keyring`).
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from gatepost.store.instant import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- the installation ---------------------------------------------------------------------------------------------------

installation = Table(
    "installation",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    comment="facts of this installation: its ID, the check value of its master key, its first account",
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("email", Text, comment="of the account's owner; no two accounts have the same"),
)

# --- IAM ----------------------------------------------------------------------------------------------------------------
# `name_key` is the name in lower case: IAM's names are unique without regard to case and shown as they were given.
# `id` is AWS's unique ID (AIDA…, AGPA…, AROA…, ANPA…): a name that is made anew is another principal.

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("boundary_arn", Text),
    Column("tags", JSON, nullable=False),
    UniqueConstraint("account", "name_key"),
)

groups = Table(
    "groups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("account", "name_key"),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", Text, ForeignKey("groups.id"), nullable=False),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False, index=True),
    PrimaryKeyConstraint("group_id", "user_id"),
)

roles = Table(
    "roles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("trust_policy", Text, nullable=False),
    Column("principal_ids", JSON, nullable=False, server_default="{}", comment="as identity_policies has them"),
    Column("description", Text),
    Column("max_session_seconds", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("boundary_arn", Text),
    Column("tags", JSON, nullable=False),
    UniqueConstraint("account", "name_key"),
)

inline_policies = Table(
    "inline_policies",
    metadata,
    Column("owner_id", Text, nullable=False, comment="a user's, group's or role's ID"),
    Column("name", Text, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("owner_id", "name"),
)

managed_policies = Table(
    "managed_policies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("arn", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("description", Text),
    Column("default_version", Integer, nullable=False),
    Column("next_version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("tags", JSON, nullable=False),
    UniqueConstraint("account", "name_key"),
)

managed_policy_versions = Table(
    "managed_policy_versions",
    metadata,
    Column("policy_id", Text, ForeignKey("managed_policies.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("policy_id", "version"),
)

policy_attachments = Table(
    "policy_attachments",
    metadata,
    Column("owner_id", Text, nullable=False, comment="a user's, group's or role's ID"),
    Column("policy_arn", Text, nullable=False, index=True, comment="of an account or of AWS (arn:aws:iam::aws:policy/…)"),
    Column("attached_at", Instant, nullable=False),
    PrimaryKeyConstraint("owner_id", "policy_arn"),
)

access_keys = Table(
    "access_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("user_id", Text, ForeignKey("users.id"), index=True, comment="NULL: the account's root user"),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True, comment="the access key ID, ASIA…"),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("kind", Text, nullable=False, comment="assumed-role, session-token, federated-user"),
    Column("owner_id", Text, comment="the unique ID of the role or user behind it; NULL: the account's root user"),
    Column("name", Text, nullable=False, comment="the session's or the federated user's name; a user's own otherwise"),
    Column("token_digest", LargeBinary, nullable=False, comment="SHA-256 of the session token"),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("policy", Text, comment="the inline session policy"),
    Column("policy_arns", JSON, nullable=False, comment="managed policies that are session policies"),
    Column("tags", JSON, nullable=False),
    Column("transitive_tag_keys", JSON, nullable=False),
    Column("source_identity", Text),
    Column("provider", Text, comment="the identity provider that vouched for it"),
    Column("claims", JSON, nullable=False, comment="condition key → value, as the provider's token told them"),
)

oidc_providers = Table(
    "oidc_providers",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("url", Text, nullable=False, comment="without its scheme, as the ARN has it"),
    Column("scheme", Text, nullable=False),
    Column("client_ids", JSON, nullable=False),
    Column("thumbprints", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("tags", JSON, nullable=False),
    PrimaryKeyConstraint("account", "url"),
)

# --- Organizations ------------------------------------------------------------------------------------------------------
# A target is a root, a unit or an account, by AWS's ID (r-…, ou-…, twelve digits): unique within its organization alone.

organizations = Table(
    "organizations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("management_account", Text, ForeignKey("accounts.id"), nullable=False, unique=True),
    Column("root", Text, nullable=False),
    Column("feature_set", Text, nullable=False, comment="ALL, CONSOLIDATED_BILLING"),
    Column("policy_types", JSON, nullable=False, comment="those enabled in the root"),
    Column("created_at", Instant, nullable=False),
)

organization_members = Table(
    "organization_members",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), primary_key=True, comment="of one organization at a time"),
    Column("organization", Text, ForeignKey("organizations.id"), nullable=False, index=True),
    Column("parent", Text, nullable=False, comment="the root, or a unit"),
    Column("joined_method", Text, nullable=False, comment="INVITED, CREATED"),
    Column("joined_at", Instant, nullable=False),
)

organizational_units = Table(
    "organizational_units",
    metadata,
    Column("organization", Text, ForeignKey("organizations.id"), nullable=False),
    Column("id", Text, nullable=False),
    Column("parent", Text, nullable=False, comment="the root, or a unit"),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("organization", "id"),
    UniqueConstraint("organization", "parent", "name"),
)

control_policies = Table(
    "control_policies",
    metadata,
    Column("organization", Text, ForeignKey("organizations.id"), nullable=False),
    Column("id", Text, nullable=False),
    Column("type", Text, nullable=False, comment="SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("organization", "id"),
    UniqueConstraint("organization", "type", "name"),
)

control_policy_attachments = Table(
    "control_policy_attachments",
    metadata,
    Column("organization", Text, ForeignKey("organizations.id"), nullable=False),
    Column("target", Text, nullable=False),
    Column("policy", Text, nullable=False, comment="of the organization or of AWS (p-FullAWSAccess)"),
    Column("attached_at", Instant, nullable=False),
    PrimaryKeyConstraint("organization", "target", "policy"),
)

organization_tags = Table(
    "organization_tags",
    metadata,
    Column("organization", Text, ForeignKey("organizations.id"), nullable=False),
    Column("resource", Text, nullable=False, comment="a target or a policy"),
    Column("key", Text, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("organization", "resource", "key"),
)

account_requests = Table(
    "account_requests",
    metadata,
    Column("organization", Text, ForeignKey("organizations.id"), nullable=False),
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("account", Text, ForeignKey("accounts.id"), comment="the account that was made, or NULL"),
    Column("failure", Text, comment="why none was made"),
    PrimaryKeyConstraint("organization", "id"),
)

handshakes = Table(
    "handshakes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("action", Text, nullable=False, comment="INVITE, ENABLE_ALL_FEATURES, APPROVE_ALL_FEATURES"),
    Column("organization", Text, nullable=False, index=True, comment="may be gone; its handshakes stay for a while"),
    Column("management_account", Text, ForeignKey("accounts.id"), nullable=False, comment="the sender"),
    Column("recipient_type", Text, nullable=False, comment="ACCOUNT, EMAIL"),
    Column("recipient", Text, nullable=False, index=True),
    Column("state", Text, nullable=False, comment="REQUESTED, OPEN, CANCELED, ACCEPTED, DECLINED; EXPIRED shows by the time"),
    Column("requested_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant, comment="when it was canceled, accepted or declined"),
    Column("feature_set", Text, nullable=False, comment="what the organization offers"),
    Column("notes", Text),
    Column("tags", JSON, nullable=False, comment="for the account once it has joined"),
    Column("parent", Text, comment="the handshake that this one is part of"),
)

# --- SES ----------------------------------------------------------------------------------------------------------------

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
    Column("seq", Integer().with_variant(BigInteger, "postgresql"), primary_key=True),
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
    Column("content", LargeBinary, nullable=False, comment="the message as it goes out"),
    Index(None, "account", "region", "accepted_at"),
)

# --- the audit log ------------------------------------------------------------------------------------------------------

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
