"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer().with_variant(sa.BigInteger(), "postgresql"), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_name", sa.Text(), nullable=False),
        sa.Column("event_source", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=True),
        sa.Column("access_key_id", sa.Text(), nullable=True),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("resources", sa.JSON(), nullable=False, comment="[[type, name], …]"),
        sa.Column(
            "record", sa.Text(), nullable=False, comment="the CloudTrail record, exactly the bytes that the chain sealed"
        ),
        sa.Column(
            "seal", sa.LargeBinary(), nullable=False, comment="SHA-256 over the seal before and this record (audit.chain)"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_account_region_time"), ["account", "region", "time"], unique=False)

    op.create_table(
        "identity_policies",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column(
            "principal_ids", sa.JSON(), nullable=False, comment="ARN of a user or role → its unique ID when the policy was put"
        ),
        sa.PrimaryKeyConstraint("account", "region", "identity", "name", name=op.f("pk_identity_policies")),
    )
    op.create_table(
        "inline_policies",
        sa.Column("owner_id", sa.Text(), nullable=False, comment="a user's, group's or role's ID"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "name", name=op.f("pk_inline_policies")),
    )
    op.create_table(
        "installation",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
        comment="facts of this installation: its ID, the check value of its master key, its first account",
    )
    op.create_table(
        "messages",
        sa.Column("seq", sa.Integer().with_variant(sa.BigInteger(), "postgresql"), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False, comment="the sender's, to whom quota and statistics are counted"),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="the From address"),
        sa.Column("return_path", sa.Text(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False, comment="envelope: To, Cc and Bcc addresses"),
        sa.Column("recipient_count", sa.Integer(), nullable=False, comment="what quotas and statistics count"),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("identity_arn", sa.Text(), nullable=False),
        sa.Column("configuration_set", sa.Text(), nullable=True),
        sa.Column("caller_arn", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column(
            "decision", sa.JSON(), nullable=False, comment="what let it out: action, resource, effect, matched statements"
        ),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="the message as it goes out"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_messages")),
        sa.UniqueConstraint("message_id", name=op.f("uq_messages_message_id")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_messages_account_region_accepted_at"), ["account", "region", "accepted_at"], unique=False
        )

    op.create_table(
        "policy_attachments",
        sa.Column("owner_id", sa.Text(), nullable=False, comment="a user's, group's or role's ID"),
        sa.Column("policy_arn", sa.Text(), nullable=False, comment="of an account or of AWS (arn:aws:iam::aws:policy/…)"),
        sa.Column("attached_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "policy_arn", name=op.f("pk_policy_attachments")),
    )
    with op.batch_alter_table("policy_attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_attachments_policy_arn"), ["policy_arn"], unique=False)

    op.create_table(
        "configuration_sets",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sending_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "attributes", sa.JSON(), nullable=False, comment="delivery, tracking, reputation … options by the API's own names"
        ),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_configuration_sets_account")),
        sa.PrimaryKeyConstraint("account", "region", "name", name=op.f("pk_configuration_sets")),
    )
    op.create_table(
        "groups",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_groups_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("account", "name_key", name=op.f("uq_groups_account_name_key")),
    )
    op.create_table(
        "identities",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="an address as given, or a domain in lower case"),
        sa.Column(
            "verification_status", sa.Text(), nullable=False, comment="Pending, Success, Failed, TemporaryFailure, NotStarted"
        ),
        sa.Column("verification_token", sa.Text(), nullable=False),
        sa.Column(
            "configuration_set", sa.Text(), nullable=True, comment="the default configuration set of mail from this identity"
        ),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False, comment="DKIM, MAIL FROM, feedback: by the API's own member names"),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_identities_account")),
        sa.PrimaryKeyConstraint("account", "region", "name", name=op.f("pk_identities")),
    )
    op.create_table(
        "managed_policies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("arn", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("default_version", sa.Integer(), nullable=False),
        sa.Column("next_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_managed_policies_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_managed_policies")),
        sa.UniqueConstraint("account", "name_key", name=op.f("uq_managed_policies_account_name_key")),
        sa.UniqueConstraint("arn", name=op.f("uq_managed_policies_arn")),
    )
    op.create_table(
        "roles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("trust_policy", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("max_session_seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("boundary_arn", sa.Text(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_roles_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("account", "name_key", name=op.f("uq_roles_account_name_key")),
    )
    op.create_table(
        "sending_settings",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("sending_enabled", sa.Boolean(), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False, comment="what PutAccount… sets, by the API's own member names"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_sending_settings_account")),
        sa.PrimaryKeyConstraint("account", "region", name=op.f("pk_sending_settings")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("boundary_arn", sa.Text(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_users_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("account", "name_key", name=op.f("uq_users_account_name_key")),
    )
    op.create_table(
        "access_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True, comment="NULL: the account's root user"),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_access_keys_account")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_access_keys_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_keys")),
    )
    with op.batch_alter_table("access_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_keys_user_id"), ["user_id"], unique=False)

    op.create_table(
        "group_members",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_group_members_group_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_group_members_user_id")),
        sa.PrimaryKeyConstraint("group_id", "user_id", name=op.f("pk_group_members")),
    )
    with op.batch_alter_table("group_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_members_user_id"), ["user_id"], unique=False)

    op.create_table(
        "managed_policy_versions",
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["managed_policies.id"], name=op.f("fk_managed_policy_versions_policy_id")),
        sa.PrimaryKeyConstraint("policy_id", "version", name=op.f("pk_managed_policy_versions")),
    )
