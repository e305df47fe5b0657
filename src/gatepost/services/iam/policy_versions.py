"""The versions of managed policies, of which one is in force."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import operation
from gatepost.aws.policy_findings import in_member
from gatepost.policy.read import PolicyKind
from gatepost.services.iam import errors
from gatepost.services.iam.documents import given_out
from gatepost.services.iam.managed_policies import (
    check_document,
    check_own,
    check_versions,
    found,
    known_policy,
    own,
    version_shape,
)
from gatepost.services.iam.naming import about_policy, on_arn
from gatepost.services.iam.pages import page
from gatepost.services.iam.quotas import VERSIONS_A_POLICY
from gatepost.store import managed_policies
from gatepost.store.managed_policies import ManagedPolicy, PolicyVersion
from gatepost.store.transaction import Transaction


@operation(
    "iam",
    "CreatePolicyVersion",
    needs=on_arn("PolicyArn"),
    resources=about_policy,
    document=in_member("PolicyDocument", PolicyKind.IDENTITY),
)
def create_policy_version(
    call: Call, tx: Transaction, *, policy_arn: str, policy_document: str, set_as_default: bool = False
) -> Shape:
    """Another version of a policy."""
    policy = own(call, tx, policy_arn)
    check_document(policy_document)
    if len(managed_policies.list_versions(tx, policy)) >= VERSIONS_A_POLICY:
        text = (
            f"A managed policy can have up to {VERSIONS_A_POLICY} versions. "
            "Before you create a new version, you must delete an existing version."
        )
        raise errors.limit(text)
    check_versions(tx, policy.account)
    version = managed_policies.add_version(tx, policy, policy_document, call.now, as_default=set_as_default)
    in_force = version.version if set_as_default else policy.default_version
    return {"PolicyVersion": version_shape(version, in_force)}


@operation("iam", "GetPolicyVersion", needs=on_arn("PolicyArn"), resources=about_policy)
def get_policy_version(call: Call, tx: Transaction, *, policy_arn: str, version_id: str) -> Shape:
    """A version of a policy with its document."""
    policy, version = _existing(call, tx, policy_arn, version_id)
    return {"PolicyVersion": {**version_shape(version, policy.default_version), "Document": given_out(version.document)}}


@operation("iam", "ListPolicyVersions", needs=on_arn("PolicyArn"), resources=about_policy)
def list_policy_versions(
    call: Call, tx: Transaction, *, policy_arn: str, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """A policy's versions, newest first."""
    policy = found(call, tx, policy_arn)
    listed, more = page(managed_policies.list_versions(tx, policy), marker, max_items)
    return {"Versions": [version_shape(each, policy.default_version) for each in listed], **more}


@operation("iam", "SetDefaultPolicyVersion", needs=on_arn("PolicyArn"), resources=about_policy)
def set_default_policy_version(call: Call, tx: Transaction, *, policy_arn: str, version_id: str) -> Shape:
    """Put another version in force."""
    policy, version = _existing(call, tx, policy_arn, version_id)
    check_own(call, policy)
    managed_policies.set_default_version(tx, policy, version.version, call.now)
    return {}


@operation("iam", "DeletePolicyVersion", needs=on_arn("PolicyArn"), resources=about_policy)
def delete_policy_version(call: Call, tx: Transaction, *, policy_arn: str, version_id: str) -> Shape:
    """Delete a version that is not in force."""
    policy, version = _existing(call, tx, policy_arn, version_id)
    check_own(call, policy)
    if version.version == policy.default_version:
        raise AwsError("DeleteConflict", "Cannot delete the default version of a policy.", 409)
    managed_policies.delete_version(tx, policy, version.version)
    return {}


def _existing(call: Call, tx: Transaction, arn: str, version_id: str) -> tuple[ManagedPolicy, PolicyVersion]:
    policy = known_policy(call, tx, arn)
    for version in () if policy is None else managed_policies.list_versions(tx, policy):
        if f"v{version.version}" == version_id:
            assert policy is not None  # noqa: S101 -- it has this version
            return policy, version
    raise errors.no_such_version(arn, version_id)
