"""Tables of Organizations: members, units, control policies and what they are attached to, handshakes.

A target is a root, a unit or an account, by AWS's ID (r-…, ou-…, twelve digits): unique within its organization alone.
"""

from sqlalchemy import JSON, Column, ForeignKey, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from gatepost.store.instant import Instant
from gatepost.store.schema.metadata import metadata

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
