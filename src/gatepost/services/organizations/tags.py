"""Tags of roots, units, accounts and policies."""

from collections.abc import Sequence

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.organizations import errors
from gatepost.services.organizations.membership import managed_organization
from gatepost.services.organizations.needs import on
from gatepost.services.organizations.pages import page
from gatepost.services.organizations.tagging import Tags, check_keys, new_tags
from gatepost.store.organizations import tags as known
from gatepost.store.organizations.control_policies import get_control_policy
from gatepost.store.organizations.organization import Organization
from gatepost.store.organizations.targets import find_target
from gatepost.store.transaction import Transaction


@operation("organizations", "TagResource", needs=on("ResourceId"))
def tag_resource(call: Call, tx: Transaction, *, resource_id: str, tags: Tags) -> Shape:
    """Set tags; others stay."""
    organization = _of_resource(call, tx, resource_id)
    known.tag(tx, organization, resource_id, new_tags(tags, known.tags_of(tx, organization, resource_id)))
    return {}


@operation("organizations", "UntagResource", needs=on("ResourceId"))
def untag_resource(call: Call, tx: Transaction, *, resource_id: str, tag_keys: Sequence[str]) -> Shape:
    """Take tags away."""
    organization = _of_resource(call, tx, resource_id)
    check_keys(tag_keys)
    known.untag(tx, organization, resource_id, tag_keys)
    return {}


@operation("organizations", "ListTagsForResource", needs=on("ResourceId"))
def list_tags_for_resource(call: Call, tx: Transaction, *, resource_id: str, next_token: str | None = None) -> Shape:
    """The tags of something, by key."""
    organization = _of_resource(call, tx, resource_id)
    listed, token = page(tuple(known.tags_of(tx, organization, resource_id).items()), next_token, None)
    return {"Tags": [{"Key": key, "Value": value} for key, value in listed], "NextToken": token}


def _of_resource(call: Call, tx: Transaction, resource_id: str) -> Organization:
    """The organization that has the resource; AWS's own policies have no tags."""
    organization = managed_organization(call, tx)
    policy = get_control_policy(tx, organization, resource_id)
    if policy is not None and policy.aws_managed:
        raise errors.not_taggable()
    if policy is None and find_target(tx, organization, resource_id) is None:
        raise errors.not_found("Target")
    return organization
