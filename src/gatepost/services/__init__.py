"""Operation handlers, one file a noun. Importing this room declares every operation that is served."""

from gatepost.aws.wire.model import load_service
from gatepost.aws.wire.routing import Routes
from gatepost.services import cloudtrail, sts
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

__all__ = [
    "ROUTES",
    "access_keys",
    "account_summary",
    "attachments",
    "authorization_details",
    "cloudtrail",
    "configuration_sets",
    "context_keys",
    "groups",
    "identities",
    "identity_attributes",
    "identity_policies",
    "inline_policies",
    "instance_profiles",
    "managed_policies",
    "oidc_providers",
    "other_credentials",
    "policy_versions",
    "roles",
    "sending",
    "simulation",
    "statistics",
    "sts",
    "tagging",
    "users",
]

ROUTES = Routes(map(load_service, ("ses", "sesv2", "iam", "sts", "cloudtrail")))
