"""Managed policies: made, versioned, attached to users, groups and roles."""

import re
from collections.abc import Sequence
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError, access_denied
from gatepost.aws.operation import operation
from gatepost.services.iam import errors, groups, roles, users
from gatepost.services.iam.documents import checked_policy, given_out, size_of
from gatepost.services.iam.naming import about, about_policy, iam_arn, new_id, on_arn, on_entity, on_kind, on_new_entity
from gatepost.services.iam.pages import page
from gatepost.services.iam.users import Tags, tag_list, tag_pairs
from gatepost.store import managed_policies
from gatepost.store.managed_policies import ManagedPolicy, PolicyVersion
from gatepost.store.transaction import Transaction

MOST_CHARACTERS: Final = 6144
MOST_VERSIONS: Final = 5
MOST_ATTACHED: Final = 10
ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/.+")


# --- policies -----------------------------------------------------------------------------------------------------------


@operation("iam", "CreatePolicy", needs=on_new_entity("policy"), resources=about_policy)
def create_policy(
    call: Call,
    tx: Transaction,
    *,
    policy_name: str,
    policy_document: str,
    path: str = "/",
    description: str | None = None,
    tags: Tags = (),
) -> Shape:
    """A new policy."""
    _check(policy_document)
    account = call.caller.account
    if managed_policies.get_policy_by_name(tx, account, policy_name) is not None:
        raise errors.policy_exists(policy_name)
    arn = iam_arn(call, "policy", f"{path}{policy_name}")
    policy = ManagedPolicy(
        new_id("ANPA"), account, arn, policy_name, path, description, 1, 2, call.now, call.now, tag_pairs(tags)
    )
    managed_policies.create_policy(tx, policy, policy_document)
    return {"Policy": described(call, tx, policy)}


@operation("iam", "GetPolicy", needs=on_arn("PolicyArn"), resources=about_policy)
def get_policy(call: Call, tx: Transaction, *, policy_arn: str) -> Shape:
    """A policy, without its document."""
    return {"Policy": described(call, tx, _found(call, tx, policy_arn))}


@operation("iam", "ListPolicies", needs=on_kind("policy"))
def list_policies(
    call: Call,
    tx: Transaction,
    *,
    scope: str = "All",
    only_attached: bool = False,
    path_prefix: str = "/",
    policy_usage_filter: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Shape:
    """The policies of the account (`Local`), of AWS (`AWS`), or both."""
    own = () if scope == "AWS" else managed_policies.list_policies(tx, call.caller.account)
    aws = () if scope == "Local" else managed_policies.list_aws_policies()
    known = (
        []
        if policy_usage_filter == "PermissionsBoundary"
        else [each for each in (*own, *aws) if each.path.startswith(path_prefix)]
    )
    if only_attached:
        known = [each for each in known if managed_policies.attachment_count(tx, call.caller.account, each.arn)]
    listed, more = page(known, marker, max_items)
    return {"Policies": [users.without_tags(described(call, tx, each)) for each in listed], **more}


@operation("iam", "DeletePolicy", needs=on_arn("PolicyArn"), resources=about_policy)
def delete_policy(call: Call, tx: Transaction, *, policy_arn: str) -> Shape:
    """Delete a policy that is attached to nobody and has one version."""
    policy = _own(call, tx, policy_arn)
    if managed_policies.attachment_count(tx, call.caller.account, policy_arn):
        text = "Cannot delete a policy attached to entities."
        raise AwsError("DeleteConflict", text, 409)
    if len(managed_policies.list_versions(tx, policy)) > 1:
        text = "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        raise AwsError("DeleteConflict", f"{text}The default version is deleted with the policy.", 409)
    managed_policies.delete_policy(tx, policy)
    return {}


@operation("iam", "ListEntitiesForPolicy", needs=on_arn("PolicyArn"), resources=about_policy)
def list_entities_for_policy(
    call: Call,
    tx: Transaction,
    *,
    policy_arn: str,
    entity_filter: str | None = None,
    max_items: int | None = None,
    marker: str | None = None,
) -> Shape:
    """To whom a policy is attached."""
    _found(call, tx, policy_arn)
    by_kind = zip(("User", "Group", "Role"), managed_policies.attached_names(tx, call.caller.account, policy_arn), strict=True)
    wanted = (entity_filter,) if entity_filter in ("User", "Group", "Role") else ("User", "Group", "Role")
    everyone = [(kind, name, entity_id) for kind, owners in by_kind for name, entity_id in owners if kind in wanted]
    listed, more = page(everyone, marker, max_items)
    return {
        **{f"Policy{kind}s": [{f"{kind}Name": name, f"{kind}Id": known_as} for of, name, known_as in listed if of == kind]
           for kind in ("User", "Group", "Role")},
        **more,
    }  # fmt: skip


# --- versions -----------------------------------------------------------------------------------------------------------


@operation("iam", "CreatePolicyVersion", needs=on_arn("PolicyArn"), resources=about_policy)
def create_policy_version(
    call: Call, tx: Transaction, *, policy_arn: str, policy_document: str, set_as_default: bool = False
) -> Shape:
    """Another version of a policy."""
    policy = _own(call, tx, policy_arn)
    _check(policy_document)
    if len(managed_policies.list_versions(tx, policy)) >= MOST_VERSIONS:
        text = (
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."
        )
        raise errors.limit(text)
    version = managed_policies.add_version(tx, policy, policy_document, call.now, as_default=set_as_default)
    in_force = version.version if set_as_default else policy.default_version
    return {"PolicyVersion": _version(version, in_force)}


@operation("iam", "GetPolicyVersion", needs=on_arn("PolicyArn"), resources=about_policy)
def get_policy_version(call: Call, tx: Transaction, *, policy_arn: str, version_id: str) -> Shape:
    """A version of a policy with its document."""
    policy = _found(call, tx, policy_arn)
    version = _existing(tx, policy, version_id)
    return {"PolicyVersion": {**_version(version, policy.default_version), "Document": given_out(version.document)}}


@operation("iam", "ListPolicyVersions", needs=on_arn("PolicyArn"), resources=about_policy)
def list_policy_versions(
    call: Call, tx: Transaction, *, policy_arn: str, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """A policy's versions, newest first."""
    policy = _found(call, tx, policy_arn)
    listed, more = page(managed_policies.list_versions(tx, policy), marker, max_items)
    return {"Versions": [_version(each, policy.default_version) for each in listed], **more}


@operation("iam", "SetDefaultPolicyVersion", needs=on_arn("PolicyArn"), resources=about_policy)
def set_default_policy_version(call: Call, tx: Transaction, *, policy_arn: str, version_id: str) -> Shape:
    """Put another version in force."""
    policy = _own(call, tx, policy_arn)
    managed_policies.set_default_version(tx, policy, _existing(tx, policy, version_id).version, call.now)
    return {}


@operation("iam", "DeletePolicyVersion", needs=on_arn("PolicyArn"), resources=about_policy)
def delete_policy_version(call: Call, tx: Transaction, *, policy_arn: str, version_id: str) -> Shape:
    """Delete a version that is not in force."""
    policy = _own(call, tx, policy_arn)
    version = _existing(tx, policy, version_id)
    if version.version == policy.default_version:
        raise AwsError("DeleteConflict", "Cannot delete the default version of a policy.", 409)
    managed_policies.delete_version(tx, policy, version.version)
    return {}


# --- attachments --------------------------------------------------------------------------------------------------------


@operation("iam", "AttachUserPolicy", needs=on_entity("user"), resources=about_policy)
def attach_user_policy(call: Call, tx: Transaction, *, user_name: str, policy_arn: str) -> Shape:
    """Attach a policy to a user."""
    return _attach(call, tx, users.found(call, tx, user_name).id, policy_arn, "user")


@operation("iam", "AttachGroupPolicy", needs=on_entity("group"), resources=about_policy)
def attach_group_policy(call: Call, tx: Transaction, *, group_name: str, policy_arn: str) -> Shape:
    """Attach a policy to a group."""
    return _attach(call, tx, groups.found(call, tx, group_name).id, policy_arn, "group")


@operation("iam", "AttachRolePolicy", needs=on_entity("role"), resources=about_policy)
def attach_role_policy(call: Call, tx: Transaction, *, role_name: str, policy_arn: str) -> Shape:
    """Attach a policy to a role."""
    return _attach(call, tx, roles.found(call, tx, role_name).id, policy_arn, "role")


@operation("iam", "DetachUserPolicy", needs=on_entity("user"), resources=about_policy)
def detach_user_policy(call: Call, tx: Transaction, *, user_name: str, policy_arn: str) -> Shape:
    """Detach a policy from a user."""
    return _detach(call, tx, users.found(call, tx, user_name).id, policy_arn)


@operation("iam", "DetachGroupPolicy", needs=on_entity("group"), resources=about_policy)
def detach_group_policy(call: Call, tx: Transaction, *, group_name: str, policy_arn: str) -> Shape:
    """Detach a policy from a group."""
    return _detach(call, tx, groups.found(call, tx, group_name).id, policy_arn)


@operation("iam", "DetachRolePolicy", needs=on_entity("role"), resources=about_policy)
def detach_role_policy(call: Call, tx: Transaction, *, role_name: str, policy_arn: str) -> Shape:
    """Detach a policy from a role."""
    return _detach(call, tx, roles.found(call, tx, role_name).id, policy_arn)


@operation("iam", "ListAttachedUserPolicies", needs=on_entity("user"), resources=about("user"))
def list_attached_user_policies(
    call: Call, tx: Transaction, *, user_name: str, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> Shape:  # fmt: skip
    """The policies attached to a user."""
    return _attached(tx, users.found(call, tx, user_name).id, path_prefix, marker, max_items)


@operation("iam", "ListAttachedGroupPolicies", needs=on_entity("group"), resources=about("group"))
def list_attached_group_policies(
    call: Call, tx: Transaction, *, group_name: str, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> Shape:  # fmt: skip
    """The policies attached to a group."""
    return _attached(tx, groups.found(call, tx, group_name).id, path_prefix, marker, max_items)


@operation("iam", "ListAttachedRolePolicies", needs=on_entity("role"), resources=about("role"))
def list_attached_role_policies(
    call: Call, tx: Transaction, *, role_name: str, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> Shape:  # fmt: skip
    """The policies attached to a role."""
    return _attached(tx, roles.found(call, tx, role_name).id, path_prefix, marker, max_items)


# --- parts --------------------------------------------------------------------------------------------------------------


def described(call: Call, tx: Transaction, policy: ManagedPolicy) -> Shape:
    """A policy as IAM answers it."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": f"v{policy.default_version}",
        "AttachmentCount": managed_policies.attachment_count(tx, call.caller.account, policy.arn),
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "Description": policy.description,
        "CreateDate": policy.created_at,
        "UpdateDate": policy.updated_at,
        "Tags": tag_list(policy.tags) or None,
    }


def versions_of(tx: Transaction, policy: ManagedPolicy) -> Sequence[Shape]:
    """Every version with its document, as GetAccountAuthorizationDetails answers them."""
    known = managed_policies.list_versions(tx, policy)
    return [{**_version(each, policy.default_version), "Document": given_out(each.document)} for each in known]


def attached_shapes(tx: Transaction, owner_id: str) -> list[Shape]:
    """The name and ARN of each policy attached to an owner."""
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in managed_policies.attached_arns(tx, owner_id)]


def _version(version: PolicyVersion, in_force: int) -> Shape:
    return {
        "VersionId": f"v{version.version}",
        "IsDefaultVersion": version.version == in_force,
        "CreateDate": version.created_at,
    }


def _check(document: str) -> None:
    checked_policy(document)
    if size_of(document) > MOST_CHARACTERS:
        raise errors.limit(f"Cannot exceed quota for PolicySize: {MOST_CHARACTERS}")


def _found(call: Call, tx: Transaction, arn: str) -> ManagedPolicy:
    match = ARN.fullmatch(arn)
    if match is None:
        raise errors.validation(f"ARN {arn} is not valid.")
    policy = managed_policies.get_policy(tx, arn)
    if policy is None or policy.account not in (call.caller.account, "aws"):
        raise errors.no_such_policy(arn)
    return policy


def _own(call: Call, tx: Transaction, arn: str) -> ManagedPolicy:
    """A policy that the account may change."""
    policy = _found(call, tx, arn)
    if policy.account != call.caller.account:
        raise access_denied(f"User: {call.caller.arn} is not authorized to change {arn}: it is a policy of AWS's own")
    return policy


def _existing(tx: Transaction, policy: ManagedPolicy, version_id: str) -> PolicyVersion:
    for version in managed_policies.list_versions(tx, policy):
        if f"v{version.version}" == version_id:
            return version
    raise errors.no_such_version(policy.arn, version_id)


def _attach(call: Call, tx: Transaction, owner_id: str, arn: str, kind: str) -> Shape:
    match = ARN.fullmatch(arn)
    if match is None:
        raise errors.validation(f"ARN {arn} is not valid.")
    policy = managed_policies.get_policy(tx, arn)
    if policy is None or policy.account not in (call.caller.account, "aws"):
        raise errors.not_attachable(arn)
    others = [each for each in managed_policies.attached_arns(tx, owner_id) if each != arn]
    if len(others) >= MOST_ATTACHED:
        raise errors.limit(f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: {MOST_ATTACHED}")
    managed_policies.attach(tx, call.caller.account, owner_id, arn, call.now)
    return {}


def _detach(call: Call, tx: Transaction, owner_id: str, arn: str) -> Shape:
    if not managed_policies.detach(tx, call.caller.account, owner_id, arn):
        raise errors.no_such_policy(arn)
    return {}


def _attached(tx: Transaction, owner_id: str, path_prefix: str, marker: str | None, max_items: int | None) -> Shape:
    known = [
        each for each in attached_shapes(tx, owner_id) if each["PolicyArn"].partition(":policy")[2].startswith(path_prefix)
    ]
    listed, more = page(known, marker, max_items)
    return {"AttachedPolicies": listed, **more}
