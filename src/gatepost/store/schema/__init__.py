"""Every table of the store, as SQLAlchemy Core sees it.

State is kept per account and, for SES, per region, as AWS does. Times are whole microseconds since 1970 (UTC): one integer
compares, sorts and indexes alike on SQLite and PostgreSQL. Documents (policies) are kept as they were put; secrets only
encrypted (`store.keyring`).
"""

from gatepost.store.schema.access_analyzer import access_findings, analyzers, archive_rules
from gatepost.store.schema.audit_log import (
    checkpoints,
    event_blocks,
    event_kind_terms,
    event_kinds,
    event_terms,
    events,
    snapshots,
    unauthenticated_events,
)
from gatepost.store.schema.guardrails import guardrails
from gatepost.store.schema.iam import (
    access_keys,
    group_members,
    groups,
    inline_policies,
    managed_policies,
    managed_policy_versions,
    oidc_providers,
    policy_attachments,
    roles,
    sessions,
    users,
)
from gatepost.store.schema.installation import accounts, installation
from gatepost.store.schema.metadata import metadata
from gatepost.store.schema.organizations import (
    account_requests,
    control_policies,
    control_policy_attachments,
    handshakes,
    organization_members,
    organization_tags,
    organizational_units,
    organizations,
)
from gatepost.store.schema.ses import (
    configuration_sets,
    identities,
    identity_policies,
    messages,
    send_counts,
    sending_settings,
)

__all__ = [
    "access_findings",
    "access_keys",
    "account_requests",
    "accounts",
    "analyzers",
    "archive_rules",
    "checkpoints",
    "configuration_sets",
    "control_policies",
    "control_policy_attachments",
    "event_blocks",
    "event_kind_terms",
    "event_kinds",
    "event_terms",
    "events",
    "group_members",
    "groups",
    "guardrails",
    "handshakes",
    "identities",
    "identity_policies",
    "inline_policies",
    "installation",
    "managed_policies",
    "managed_policy_versions",
    "messages",
    "metadata",
    "oidc_providers",
    "organization_members",
    "organization_tags",
    "organizational_units",
    "organizations",
    "policy_attachments",
    "roles",
    "send_counts",
    "sending_settings",
    "sessions",
    "snapshots",
    "unauthenticated_events",
    "users",
]
