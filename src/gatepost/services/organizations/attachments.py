"""Control policies on roots, units and accounts."""

from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.organizations import errors
from gatepost.services.organizations.audit import about
from gatepost.services.organizations.control_policies import found_policy, served_type, summary
from gatepost.services.organizations.membership import managed_organization
from gatepost.services.organizations.needs import on
from gatepost.services.organizations.pages import page
from gatepost.store.organizations import attachments
from gatepost.store.organizations.control_policies import RCP_FULL_AWS_ACCESS, ControlPolicy
from gatepost.store.organizations.organization import ControlPolicyType, Organization
from gatepost.store.organizations.targets import Target, find_target
from gatepost.store.transaction import Transaction

MOST_ATTACHED: Final = 5  # of a type to a target, AWS's own counted; User Guide, "Quotas and service limits"


@operation("organizations", "AttachPolicy", needs=on("PolicyId", "TargetId"), resources=about("PolicyId"))
def attach_policy(call: Call, tx: Transaction, *, policy_id: str, target_id: str) -> Shape:
    """Attach a policy; it counts at once for every account at or below the target."""
    organization = managed_organization(call, tx)
    policy, target = found_policy(tx, organization, policy_id), _found(tx, organization, target_id)
    if policy.type not in organization.policy_types:
        raise errors.type_not_enabled()
    attached = attachments.policies_of(tx, organization, target.id, policy.type)
    if _holds(attached, policy):
        raise errors.duplicate_attachment()
    if len(attached) >= MOST_ATTACHED:
        raise errors.too_many_attached()
    attachments.attach(tx, organization, target.id, policy.id, call.now)
    return {}


@operation("organizations", "DetachPolicy", needs=on("PolicyId", "TargetId"), resources=about("PolicyId"))
def detach_policy(call: Call, tx: Transaction, *, policy_id: str, target_id: str) -> Shape:
    """Detach a policy. One service control policy stays on every target, and RCPFullAWSAccess where RCPs are enabled."""
    organization = managed_organization(call, tx)
    policy, target = found_policy(tx, organization, policy_id), _found(tx, organization, target_id)
    attached = attachments.policies_of(tx, organization, target.id, policy.type)
    if policy.id == RCP_FULL_AWS_ACCESS.id:
        raise errors.not_detachable()
    if not _holds(attached, policy):
        raise errors.not_attached()
    if policy.type is ControlPolicyType.SCP and len(attached) == 1:
        raise errors.last_attached()
    attachments.detach(tx, organization, target.id, policy.id)
    return {}


@operation("organizations", "ListPoliciesForTarget", needs=on("TargetId"))
def list_policies_for_target(
    call: Call,
    tx: Transaction,
    *,
    target_id: str,
    filter: str,  # noqa: A002 -- the member's name
    next_token: str | None = None,
    max_results: int | None = None,
) -> Shape:
    """The policies of a type that are attached to a target itself."""
    organization = managed_organization(call, tx)
    target, type_ = _found(tx, organization, target_id), served_type(filter)
    known = () if type_ is None else attachments.policies_of(tx, organization, target.id, type_)
    listed, token = page(known, next_token, max_results)
    return {"Policies": [summary(each) for each in listed], "NextToken": token}


@operation("organizations", "ListTargetsForPolicy", needs=on("PolicyId"), resources=about("PolicyId"))
def list_targets_for_policy(
    call: Call, tx: Transaction, *, policy_id: str, next_token: str | None = None, max_results: int | None = None
) -> Shape:
    """What a policy is attached to."""
    organization = managed_organization(call, tx)
    policy = found_policy(tx, organization, policy_id)
    listed, token = page(attachments.targets_of(tx, organization, policy.id), next_token, max_results)
    return {"Targets": [_described(_found(tx, organization, each)) for each in listed], "NextToken": token}


def _holds(attached: tuple[ControlPolicy, ...], policy: ControlPolicy) -> bool:
    return any(each.id == policy.id for each in attached)


def _found(tx: Transaction, organization: Organization, target_id: str) -> Target:
    target = find_target(tx, organization, target_id)
    if target is None:
        raise errors.not_found("Target")
    return target


def _described(target: Target) -> Shape:
    return {"TargetId": target.id, "Arn": target.arn, "Name": target.name or None, "Type": target.kind.value}
