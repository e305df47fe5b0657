"""Access Analyzer's analyzers, archive rules and findings; guardrails."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "analyzers",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False, comment="ACCOUNT, ORGANIZATION"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("last_resource", sa.Text(), comment="the ARN that was analyzed last"),
        sa.Column("last_analyzed_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_analyzers_account")),
        sa.PrimaryKeyConstraint("account", "region", "name", name=op.f("pk_analyzers")),
    )
    op.create_table(
        "archive_rules",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("analyzer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False, comment="criteria by key, as the API has them"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account", "region", "analyzer"],
            ["analyzers.account", "analyzers.region", "analyzers.name"],
            name=op.f("fk_archive_rules_account_region_analyzer"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account", "region", "analyzer", "name", name=op.f("pk_archive_rules")),
    )
    op.create_table(
        "access_findings",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("analyzer", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False, comment="an ARN"),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("resource_owner", sa.Text(), nullable=False),
        sa.Column("principal", sa.JSON(), nullable=False),
        sa.Column("action", sa.JSON(), nullable=False),
        sa.Column("condition", sa.JSON(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="ACTIVE, ARCHIVED, RESOLVED"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("analyzed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account", "region", "analyzer"],
            ["analyzers.account", "analyzers.region", "analyzers.name"],
            name=op.f("fk_access_findings_account_region_analyzer"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account", "region", "analyzer", "id", name=op.f("pk_access_findings")),
    )
    op.create_table(
        "guardrails",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="never, always"),
        sa.Column("claim", sa.Text(), nullable=False, comment="requests, in the language of claims"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_guardrails_account")),
        sa.PrimaryKeyConstraint("account", "name", name=op.f("pk_guardrails")),
    )
