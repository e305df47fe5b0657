"""Organizations: their trees, control policies, accounts made, invitations; and the address of an account's owner."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "handshakes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False, comment="INVITE, ENABLE_ALL_FEATURES, APPROVE_ALL_FEATURES"),
        sa.Column("organization", sa.Text(), nullable=False, comment="may be gone; its handshakes stay for a while"),
        sa.Column("management_account", sa.Text(), nullable=False, comment="the sender"),
        sa.Column("recipient_type", sa.Text(), nullable=False, comment="ACCOUNT, EMAIL"),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="REQUESTED, OPEN, CANCELED, ACCEPTED, DECLINED; EXPIRED shows by the time",
        ),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), comment="when it was canceled, accepted or declined"),
        sa.Column("feature_set", sa.Text(), nullable=False, comment="what the organization offers"),
        sa.Column("notes", sa.Text()),
        sa.Column("tags", sa.JSON(), nullable=False, comment="for the account once it has joined"),
        sa.Column("parent", sa.Text(), comment="the handshake that this one is part of"),
        sa.ForeignKeyConstraint(["management_account"], ["accounts.id"], name=op.f("fk_handshakes_management_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handshakes")),
    )
    op.create_index(op.f("ix_handshakes_organization"), "handshakes", ["organization"])
    op.create_index(op.f("ix_handshakes_recipient"), "handshakes", ["recipient"])
    op.create_table(
        "organizations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("management_account", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("feature_set", sa.Text(), nullable=False, comment="ALL, CONSOLIDATED_BILLING"),
        sa.Column("policy_types", sa.JSON(), nullable=False, comment="those enabled in the root"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["management_account"], ["accounts.id"], name=op.f("fk_organizations_management_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("management_account", name=op.f("uq_organizations_management_account")),
    )
    op.create_table(
        "account_requests",
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), comment="the account that was made, or NULL"),
        sa.Column("failure", sa.Text(), comment="why none was made"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_account_requests_account")),
        sa.ForeignKeyConstraint(["organization"], ["organizations.id"], name=op.f("fk_account_requests_organization")),
        sa.PrimaryKeyConstraint("organization", "id", name=op.f("pk_account_requests")),
    )
    op.create_table(
        "control_policies",
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False, comment="SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organization"], ["organizations.id"], name=op.f("fk_control_policies_organization")),
        sa.PrimaryKeyConstraint("organization", "id", name=op.f("pk_control_policies")),
        sa.UniqueConstraint("organization", "type", "name", name=op.f("uq_control_policies_organization_type_name")),
    )
    op.create_table(
        "control_policy_attachments",
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False, comment="of the organization or of AWS (p-FullAWSAccess)"),
        sa.Column("attached_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization"], ["organizations.id"], name=op.f("fk_control_policy_attachments_organization")
        ),
        sa.PrimaryKeyConstraint("organization", "target", "policy", name=op.f("pk_control_policy_attachments")),
    )
    op.create_table(
        "organization_members",
        sa.Column("account", sa.Text(), nullable=False, comment="of one organization at a time"),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False, comment="the root, or a unit"),
        sa.Column("joined_method", sa.Text(), nullable=False, comment="INVITED, CREATED"),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_organization_members_account")),
        sa.ForeignKeyConstraint(["organization"], ["organizations.id"], name=op.f("fk_organization_members_organization")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_organization_members")),
    )
    op.create_index(op.f("ix_organization_members_organization"), "organization_members", ["organization"])
    op.create_table(
        "organization_tags",
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False, comment="a target or a policy"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organization"], ["organizations.id"], name=op.f("fk_organization_tags_organization")),
        sa.PrimaryKeyConstraint("organization", "resource", "key", name=op.f("pk_organization_tags")),
    )
    op.create_table(
        "organizational_units",
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False, comment="the root, or a unit"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organization"], ["organizations.id"], name=op.f("fk_organizational_units_organization")),
        sa.PrimaryKeyConstraint("organization", "id", name=op.f("pk_organizational_units")),
        sa.UniqueConstraint("organization", "parent", "name", name=op.f("uq_organizational_units_organization_parent_name")),
    )
    op.add_column("accounts", sa.Column("email", sa.Text(), comment="of the account's owner; no two accounts have the same"))
