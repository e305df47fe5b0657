"""Tagging users, roles, policies and identity providers."""

from collections.abc import Sequence

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.iam import managed_policies as policies
from gatepost.services.iam import oidc_providers as providers
from gatepost.services.iam import roles, users
from gatepost.services.iam.naming import about, about_policy, about_provider, on_arn, on_entity
from gatepost.services.iam.pages import page
from gatepost.services.iam.tags import OF_PRINCIPALS, OF_RESOURCES, Pairs, Tags, tag_list
from gatepost.store import managed_policies as stored_policies
from gatepost.store import oidc_providers as stored_providers
from gatepost.store import roles as stored_roles
from gatepost.store import users as stored_users
from gatepost.store.transaction import Transaction

# --- users --------------------------------------------------------------------------------------------------------------


@operation("iam", "TagUser", needs=on_entity("user"), resources=about("user"))
def tag_user(call: Call, tx: Transaction, *, user_name: str, tags: Tags) -> Shape:
    """Set tags of a user; they are `aws:PrincipalTag` of what the user does."""
    user = users.found(call, tx, user_name)
    stored_users.set_tags(tx, user, OF_PRINCIPALS.merged(user.tags, tags))
    return {}


@operation("iam", "UntagUser", needs=on_entity("user"), resources=about("user"))
def untag_user(call: Call, tx: Transaction, *, user_name: str, tag_keys: Sequence[str]) -> Shape:
    """Take tags from a user."""
    user = users.found(call, tx, user_name)
    stored_users.set_tags(tx, user, OF_PRINCIPALS.without(user.tags, tag_keys))
    return {}


@operation("iam", "ListUserTags", needs=on_entity("user"), resources=about("user"))
def list_user_tags(
    call: Call, tx: Transaction, *, user_name: str, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """A user's tags."""
    return _listed(users.found(call, tx, user_name).tags, marker, max_items)


# --- roles --------------------------------------------------------------------------------------------------------------


@operation("iam", "TagRole", needs=on_entity("role"), resources=about("role"))
def tag_role(call: Call, tx: Transaction, *, role_name: str, tags: Tags) -> Shape:
    """Set tags of a role; they are `aws:PrincipalTag` of its sessions."""
    role = roles.found(call, tx, role_name)
    stored_roles.set_tags(tx, role, OF_PRINCIPALS.merged(role.tags, tags))
    return {}


@operation("iam", "UntagRole", needs=on_entity("role"), resources=about("role"))
def untag_role(call: Call, tx: Transaction, *, role_name: str, tag_keys: Sequence[str]) -> Shape:
    """Take tags from a role."""
    role = roles.found(call, tx, role_name)
    stored_roles.set_tags(tx, role, OF_PRINCIPALS.without(role.tags, tag_keys))
    return {}


@operation("iam", "ListRoleTags", needs=on_entity("role"), resources=about("role"))
def list_role_tags(
    call: Call, tx: Transaction, *, role_name: str, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """A role's tags."""
    return _listed(roles.found(call, tx, role_name).tags, marker, max_items)


# --- policies -----------------------------------------------------------------------------------------------------------


@operation("iam", "TagPolicy", needs=on_arn("PolicyArn"), resources=about_policy)
def tag_policy(call: Call, tx: Transaction, *, policy_arn: str, tags: Tags) -> Shape:
    """Set tags of a policy."""
    policy = policies.own(call, tx, policy_arn)
    stored_policies.set_tags(tx, policy, OF_RESOURCES.merged(policy.tags, tags))
    return {}


@operation("iam", "UntagPolicy", needs=on_arn("PolicyArn"), resources=about_policy)
def untag_policy(call: Call, tx: Transaction, *, policy_arn: str, tag_keys: Sequence[str]) -> Shape:
    """Take tags from a policy."""
    policy = policies.own(call, tx, policy_arn)
    stored_policies.set_tags(tx, policy, OF_RESOURCES.without(policy.tags, tag_keys))
    return {}


@operation("iam", "ListPolicyTags", needs=on_arn("PolicyArn"), resources=about_policy)
def list_policy_tags(
    call: Call, tx: Transaction, *, policy_arn: str, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """A policy's tags."""
    return _listed(policies.found(call, tx, policy_arn).tags, marker, max_items)


# --- identity providers -------------------------------------------------------------------------------------------------


@operation("iam", "TagOpenIDConnectProvider", needs=on_arn("OpenIDConnectProviderArn"), resources=about_provider)
def tag_open_id_connect_provider(call: Call, tx: Transaction, *, open_id_connect_provider_arn: str, tags: Tags) -> Shape:
    """Set tags of a provider."""
    provider = providers.found(call, tx, open_id_connect_provider_arn)
    stored_providers.set_tags(tx, provider, OF_RESOURCES.merged(provider.tags, tags))
    return {}


@operation("iam", "UntagOpenIDConnectProvider", needs=on_arn("OpenIDConnectProviderArn"), resources=about_provider)
def untag_open_id_connect_provider(
    call: Call, tx: Transaction, *, open_id_connect_provider_arn: str, tag_keys: Sequence[str]
) -> Shape:
    """Take tags from a provider."""
    provider = providers.found(call, tx, open_id_connect_provider_arn)
    stored_providers.set_tags(tx, provider, OF_RESOURCES.without(provider.tags, tag_keys))
    return {}


@operation("iam", "ListOpenIDConnectProviderTags", needs=on_arn("OpenIDConnectProviderArn"), resources=about_provider)
def list_open_id_connect_provider_tags(
    call: Call,
    tx: Transaction,
    *,
    open_id_connect_provider_arn: str,
    marker: str | None = None,
    max_items: int | None = None,
) -> Shape:
    """A provider's tags."""
    return _listed(providers.found(call, tx, open_id_connect_provider_arn).tags, marker, max_items)


def _listed(tags: Pairs, marker: str | None, max_items: int | None) -> Shape:
    listed, more = page(tag_list(tags), marker, max_items)
    return {"Tags": listed, **more}
