"""Tables of Access Analyzer: analyzers, their archive rules, and what they have found."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, ForeignKeyConstraint, PrimaryKeyConstraint, Table, Text

from gatepost.store.instant import Instant
from gatepost.store.schema.metadata import metadata

analyzers = Table(
    "analyzers",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("region", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False, comment="ACCOUNT, ORGANIZATION"),
    Column("created_at", Instant, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("last_resource", Text, comment="the ARN that was analyzed last"),
    Column("last_analyzed_at", Instant),
    PrimaryKeyConstraint("account", "region", "name"),
)

archive_rules = Table(
    "archive_rules",
    metadata,
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("analyzer", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("filter", JSON, nullable=False, comment="criteria by key, as the API has them"),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("account", "region", "analyzer", "name"),
    ForeignKeyConstraint(
        ["account", "region", "analyzer"], ["analyzers.account", "analyzers.region", "analyzers.name"], ondelete="CASCADE"
    ),
)

access_findings = Table(
    "access_findings",
    metadata,
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("analyzer", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("resource", Text, nullable=False, comment="an ARN"),
    Column("resource_type", Text, nullable=False),
    Column("resource_owner", Text, nullable=False),
    Column("principal", JSON, nullable=False),
    Column("action", JSON, nullable=False),
    Column("condition", JSON, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("status", Text, nullable=False, comment="ACTIVE, ARCHIVED, RESOLVED"),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("analyzed_at", Instant, nullable=False),
    PrimaryKeyConstraint("account", "region", "analyzer", "id"),
    ForeignKeyConstraint(
        ["account", "region", "analyzer"], ["analyzers.account", "analyzers.region", "analyzers.name"], ondelete="CASCADE"
    ),
)
