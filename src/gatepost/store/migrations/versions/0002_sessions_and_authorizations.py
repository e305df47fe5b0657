"""Sessions, identity providers, and what each call was authorized by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables, and give events and messages their authorization."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), nullable=False, comment="the access key ID, ASIA…"),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="assumed-role, session-token, federated-user"),
        sa.Column("owner_id", sa.Text(), comment="the unique ID of the role or user behind it; NULL: the account's root user"),
        sa.Column(
            "name", sa.Text(), nullable=False, comment="the session's or the federated user's name; a user's own otherwise"
        ),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the session token"),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.Text(), comment="the inline session policy"),
        sa.Column("policy_arns", sa.JSON(), nullable=False, comment="managed policies that are session policies"),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("transitive_tag_keys", sa.JSON(), nullable=False),
        sa.Column("source_identity", sa.Text()),
        sa.Column("provider", sa.Text(), comment="the identity provider that vouched for it"),
        sa.Column("claims", sa.JSON(), nullable=False, comment="condition key → value, as the provider's token told them"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_sessions_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])
    op.create_table(
        "oidc_providers",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="without its scheme, as the ARN has it"),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("client_ids", sa.JSON(), nullable=False),
        sa.Column("thumbprints", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_oidc_providers_account")),
        sa.PrimaryKeyConstraint("account", "url", name=op.f("pk_oidc_providers")),
    )
    op.create_table(
        "snapshots",
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="SHA-256 of the content"),
        sa.Column(
            "content",
            sa.Text(),
            nullable=False,
            comment="JSON: the policies of one layer, or a caller with its layers, as they were",
        ),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_snapshots")),
    )
    op.add_column("roles", sa.Column("principal_ids", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("events", sa.Column("authorization", sa.Text()))
    op.add_column("messages", sa.Column("authorization_id", sa.Text()))
    op.drop_column("messages", "decision")  # what let it out is told by the Event of its authorization ID
