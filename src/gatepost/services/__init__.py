"""Operation handlers, one file a noun. Importing this room declares every operation that is served."""

from gatepost.aws.wire.model import load_service
from gatepost.aws.wire.routing import Routes
from gatepost.services import cloudtrail, iam_toolbox, organizations
from gatepost.services.iam import (
    access_keys,
    authorization_details,
    groups,
    inline_policies,
    managed_policies,
    roles,
    simulation,
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
    "authorization_details",
    "cloudtrail",
    "configuration_sets",
    "decoding",
    "groups",
    "iam_toolbox",
    "identities",
    "identity_attributes",
    "identity_policies",
    "inline_policies",
    "managed_policies",
    "organizations",
    "roles",
    "sending",
    "simulation",
    "statistics",
    "sts_callers",
    "sts_roles",
    "sts_users",
    "users",
    "web_identity",
]

ROUTES = Routes(map(load_service, ("ses", "sesv2", "iam", "sts", "cloudtrail", "organizations", "iam-toolbox")))
