"""The table of guardrails: claims on an account that no change of its policies may break."""

from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, Table, Text

from gatepost.store.instant import Instant
from gatepost.store.schema.metadata import metadata

guardrails = Table(
    "guardrails",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="never, always"),
    Column("claim", Text, nullable=False, comment="requests, in the language of claims"),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("account", "name"),
)
