"""Managed policies: made, looked up, deleted. Their versions and attachments have files of their own."""

from collections.abc import Sequence

from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError, access_denied
from gatepost.aws.operation import operation
from gatepost.aws.policy_findings import in_member
from gatepost.policy.read import PolicyKind
from gatepost.policy.sizes import MANAGED_CHARACTERS
from gatepost.policy.values import arn_parts
from gatepost.services.iam import errors
from gatepost.services.iam.boundaries import POLICY_ARN
from gatepost.services.iam.documents import check_length, checked_policy, given_out
from gatepost.services.iam.naming import about_policy, iam_arn, new_id, on_arn, on_kind, on_new_entity
from gatepost.services.iam.pages import page
from gatepost.services.iam.quotas import POLICIES, POLICY_VERSIONS
from gatepost.services.iam.tags import OF_RESOURCES, Tags, tag_list
from gatepost.store import managed_policies, policy_uses
from gatepost.store.managed_policies import ManagedPolicy, PolicyVersion
from gatepost.store.transaction import Transaction


@operation(
    "iam",
    "CreatePolicy",
    needs=on_new_entity("policy"),
    resources=about_policy,
    document=in_member("PolicyDocument", PolicyKind.IDENTITY),
)
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
    check_document(policy_document)
    account = call.caller.account
    if managed_policies.get_policy_by_name(tx, account, policy_name) is not None:
        raise errors.policy_exists(policy_name)
    if managed_policies.count_policies(tx, account) >= POLICIES:
        raise errors.exceeded("PoliciesPerAccount", POLICIES)
    check_versions(tx, account)
    arn = iam_arn(call, "policy", f"{path}{policy_name}")
    policy = ManagedPolicy(
        new_id("ANPA"), account, arn, policy_name, path, description, 1, 2, call.now, call.now, OF_RESOURCES.pairs(tags)
    )
    managed_policies.create_policy(tx, policy, policy_document)
    return {"Policy": {**in_list(call, tx, policy), "Tags": tag_list(policy.tags) or None}}


@operation("iam", "GetPolicy", needs=on_arn("PolicyArn"), resources=about_policy)
def get_policy(call: Call, tx: Transaction, *, policy_arn: str) -> Shape:
    """A policy, without its document."""
    policy = found(call, tx, policy_arn)
    return {"Policy": {**in_list(call, tx, policy), "Description": policy.description, "Tags": tag_list(policy.tags)}}


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
    """The policies of the account (`Local`), of AWS (`AWS`), or both; those alone that are used in a way, where that is asked."""
    account = call.caller.account
    own = () if scope == "AWS" else managed_policies.list_policies(tx, account)
    aws = () if scope == "Local" else managed_policies.list_aws_policies()
    known = [each for each in (*own, *aws) if each.path.startswith(path_prefix)]
    if policy_usage_filter == "PermissionsBoundary":
        used = policy_uses.boundary_policies(tx, account)
        known = [each for each in known if each.arn in used]
    elif policy_usage_filter == "PermissionsPolicy" or only_attached:
        used = policy_uses.attached_policies(tx, account)
        known = [each for each in known if each.arn in used]
    listed, more = page(known, marker, max_items)
    return {"Policies": [in_list(call, tx, each) for each in listed], **more}


@operation("iam", "DeletePolicy", needs=on_arn("PolicyArn"), resources=about_policy)
def delete_policy(call: Call, tx: Transaction, *, policy_arn: str) -> Shape:
    """Delete a policy that nobody uses, neither attached nor as a permissions boundary, and that has one version."""
    policy = own(call, tx, policy_arn)
    account = call.caller.account
    if policy_uses.attached_to(tx, account, policy_arn) or policy_uses.bounded_by(tx, account, policy_arn):
        raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    if len(managed_policies.list_versions(tx, policy)) > 1:
        text = "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        raise AwsError("DeleteConflict", f"{text}The default version is deleted with the policy.", 409)
    managed_policies.delete_policy(tx, policy)
    return {}


# --- for the other files of this room -----------------------------------------------------------------------------------


def in_list(call: Call, tx: Transaction, policy: ManagedPolicy) -> Shape:
    """A policy as lists answer it: without its description and its tags."""
    account = call.caller.account
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": f"v{policy.default_version}",
        "AttachmentCount": len(policy_uses.attached_to(tx, account, policy.arn)),
        "PermissionsBoundaryUsageCount": len(policy_uses.bounded_by(tx, account, policy.arn)),
        "IsAttachable": True,
        "CreateDate": policy.created_at,
        "UpdateDate": policy.updated_at,
    }


def version_shape(version: PolicyVersion, in_force: int) -> Shape:
    """A version as IAM answers it, without its document."""
    return {
        "VersionId": f"v{version.version}",
        "IsDefaultVersion": version.version == in_force,
        "CreateDate": version.created_at,
    }


def versions_of(tx: Transaction, policy: ManagedPolicy) -> Sequence[Shape]:
    """Every version with its document, as GetAccountAuthorizationDetails answers them."""
    known = managed_policies.list_versions(tx, policy)
    return [{**version_shape(each, policy.default_version), "Document": given_out(each.document)} for each in known]


def check_policy_arn(arn: str) -> None:
    """`ValidationError` for what is no ARN, and for an ARN of anything but a policy."""
    if arn_parts(arn) is None:
        raise errors.validation("Invalid ARN:  Could not be parsed!")
    if POLICY_ARN.fullmatch(arn) is None:
        raise errors.validation(f"ARN {arn} is not valid.")


def known_policy(call: Call, tx: Transaction, arn: str) -> ManagedPolicy | None:
    """The policy of an ARN that the account may use: its own, or one of AWS's."""
    check_policy_arn(arn)
    policy = managed_policies.get_policy(tx, arn)
    return policy if policy is not None and policy.account in (call.caller.account, "aws") else None


def found(call: Call, tx: Transaction, arn: str) -> ManagedPolicy:
    """The policy of an ARN; `NoSuchEntity` where there is none."""
    policy = known_policy(call, tx, arn)
    if policy is None:
        raise errors.no_such_policy(arn)
    return policy


def own(call: Call, tx: Transaction, arn: str) -> ManagedPolicy:
    """A policy that the account may change."""
    policy = found(call, tx, arn)
    check_own(call, policy)
    return policy


def check_own(call: Call, policy: ManagedPolicy) -> None:
    """Refuse to change a policy of AWS's own."""
    if policy.account != call.caller.account:
        raise access_denied(f"User: {call.caller.arn} is not authorized to change {policy.arn}: it is a policy of AWS's own")


def check_document(document: str) -> None:
    """Refuse what is no policy, or too long or too old for a managed one; an inline policy may be of the older version."""
    check_length(document, MANAGED_CHARACTERS, errors.exceeded("PolicySize", MANAGED_CHARACTERS))
    checked_policy(document, managed=True)


def check_versions(tx: Transaction, account: str) -> None:
    """Refuse one version more than an account's policies may have together."""
    if managed_policies.count_versions(tx, account) >= POLICY_VERSIONS:
        raise errors.exceeded("PolicyVersionsInUse", POLICY_VERSIONS)
