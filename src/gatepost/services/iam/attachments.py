"""Managed policies attached to users, groups and roles, and who uses a policy."""

from collections.abc import Iterable, Sequence
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.iam import errors, groups, roles, users
from gatepost.services.iam.managed_policies import check_policy_arn, known_policy
from gatepost.services.iam.naming import about, about_policy, on_arn, on_entity
from gatepost.services.iam.pages import page
from gatepost.services.iam.quotas import ATTACHED_POLICIES
from gatepost.store import managed_policies, policy_uses
from gatepost.store.policy_uses import Holder, Uses
from gatepost.store.transaction import Transaction

KINDS: Final = ("User", "Group", "Role")
Use = tuple[str, Holder]  # its kind, and who


# --- attach -------------------------------------------------------------------------------------------------------------


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


# --- detach -------------------------------------------------------------------------------------------------------------


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


# --- list ---------------------------------------------------------------------------------------------------------------


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


@operation("iam", "ListEntitiesForPolicy", needs=on_arn("PolicyArn"), resources=about_policy)
def list_entities_for_policy(
    call: Call,
    tx: Transaction,
    *,
    policy_arn: str,
    entity_filter: str | None = None,
    path_prefix: str = "/",
    policy_usage_filter: str | None = None,
    max_items: int | None = None,
    marker: str | None = None,
) -> Shape:
    """Who uses a policy: to whom it is attached, whose permissions boundary it is, or both where no use is asked for."""
    if known_policy(call, tx, policy_arn) is None:
        raise errors.not_attachable(policy_arn)
    account = call.caller.account
    attached = () if policy_usage_filter == "PermissionsBoundary" else _uses(policy_uses.attached_to(tx, account, policy_arn))
    bounded = () if policy_usage_filter == "PermissionsPolicy" else _uses(policy_uses.bounded_by(tx, account, policy_arn))
    everyone = [
        use
        for use in dict.fromkeys((*attached, *bounded))
        if entity_filter in (None, use[0]) and use[1].path.startswith(path_prefix)
    ]
    listed, more = page(sorted(everyone, key=_order), marker, max_items)
    return {**{f"Policy{kind}s": _named(listed, kind) for kind in KINDS}, **more}


# --- parts --------------------------------------------------------------------------------------------------------------


def attached_shapes(tx: Transaction, owner_id: str) -> list[Shape]:
    """The name and ARN of each policy attached to an owner."""
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in managed_policies.attached_arns(tx, owner_id)]


def _attach(call: Call, tx: Transaction, owner_id: str, arn: str, kind: str) -> Shape:
    if known_policy(call, tx, arn) is None:
        raise errors.not_attachable(arn)
    most = ATTACHED_POLICIES[kind]
    others = [each for each in managed_policies.attached_arns(tx, owner_id) if each != arn]
    if len(others) >= most:
        raise errors.exceeded(f"PoliciesPer{kind.capitalize()}", most)
    managed_policies.attach(tx, call.caller.account, owner_id, arn, call.now)
    return {}


def _detach(call: Call, tx: Transaction, owner_id: str, arn: str) -> Shape:
    check_policy_arn(arn)
    if not managed_policies.detach(tx, call.caller.account, owner_id, arn):
        raise errors.no_such_policy(arn)
    return {}


def _attached(tx: Transaction, owner_id: str, path_prefix: str, marker: str | None, max_items: int | None) -> Shape:
    known = [
        each for each in attached_shapes(tx, owner_id) if each["PolicyArn"].partition(":policy")[2].startswith(path_prefix)
    ]
    listed, more = page(known, marker, max_items)
    return {"AttachedPolicies": listed, **more}


def _uses(uses: Uses) -> Iterable[Use]:
    return [
        (kind, each) for kind, holders in zip(KINDS, (uses.users, uses.groups, uses.roles), strict=True) for each in holders
    ]


def _order(use: Use) -> tuple[int, str]:
    kind, holder = use
    return KINDS.index(kind), holder.name.lower()


def _named(uses: Sequence[Use], kind: str) -> list[Shape]:
    return [{f"{kind}Name": holder.name, f"{kind}Id": holder.id} for of, holder in uses if of == kind]
