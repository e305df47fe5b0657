"""Tables of the installation itself: its facts, its accounts."""

from sqlalchemy import Column, Table, Text

from gatepost.store.instant import Instant
from gatepost.store.schema.metadata import metadata

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
