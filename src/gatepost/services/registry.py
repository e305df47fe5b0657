"""Every operation that is served: importing this module declares them all."""

from gatepost.aws.wire.model import load_service
from gatepost.aws.wire.routing import Routes
from gatepost.services import cloudtrail, iam_toolbox, organizations
from gatepost.services.access_analyzer import (
    access_not_granted,
    analyzers,
    archive_rules,
    findings,
    new_access,
    public_access,
    resources,
    validation,
)
from gatepost.services.access_analyzer import tags as analyzer_tags
from gatepost.services.iam import (
    access_keys,
    account_summary,
    attachments,
    authorization_details,
    context_keys,
    groups,
    inline_policies,
    instance_profiles,
    managed_policies,
    oidc_providers,
    other_credentials,
    policy_versions,
    roles,
    simulation,
    tagging,
    users,
)
from gatepost.services.ses import (
    configuration_sets,
    identities,
    identity_attributes,
    identity_policies,
    sending,
    statistics,
)
from gatepost.services.sts import callers as sts_callers
from gatepost.services.sts import decoding, web_identity
from gatepost.services.sts import roles as sts_roles
from gatepost.services.sts import users as sts_users

__all__ = [
    "ROUTES",
    "access_keys",
    "access_not_granted",
    "account_summary",
    "analyzer_tags",
    "analyzers",
    "archive_rules",
    "attachments",
    "authorization_details",
    "cloudtrail",
    "configuration_sets",
    "context_keys",
    "decoding",
    "findings",
    "groups",
    "iam_toolbox",
    "identities",
    "identity_attributes",
    "identity_policies",
    "inline_policies",
    "instance_profiles",
    "managed_policies",
    "new_access",
    "oidc_providers",
    "organizations",
    "other_credentials",
    "policy_versions",
    "public_access",
    "resources",
    "roles",
    "sending",
    "simulation",
    "statistics",
    "sts_callers",
    "sts_roles",
    "sts_users",
    "tagging",
    "users",
    "validation",
    "web_identity",
]

ROUTES = Routes(
    map(load_service, ("ses", "sesv2", "iam", "sts", "cloudtrail", "organizations", "iam-toolbox", "accessanalyzer"))
)
