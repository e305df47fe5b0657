"""Tables of IAM and STS: users, groups, roles, their policies and keys, sessions, identity providers.

`name_key` is the name in lower case: IAM's names are unique without regard to case and shown as they were given.
`id` is AWS's unique ID (AIDA…, AGPA…, AROA…, ANPA…): a name that is made anew is another principal.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from gatepost.store.instant import Instant
from gatepost.store.schema.metadata import metadata

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
