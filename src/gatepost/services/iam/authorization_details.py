"""GetAccountAuthorizationDetails: everyone and everything of an account's IAM in one answer, as auditors read it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.iam.attachments import attached_shapes
from gatepost.services.iam.documents import given_out
from gatepost.services.iam.groups import described as group_shape
from gatepost.services.iam.managed_policies import in_list as policy_shape
from gatepost.services.iam.managed_policies import versions_of
from gatepost.services.iam.pages import page
from gatepost.services.iam.roles import last_used
from gatepost.services.iam.roles import made as role_shape
from gatepost.services.iam.tags import tag_list
from gatepost.services.iam.users import described as user_shape
from gatepost.services.needs import on_everything
from gatepost.store import groups, inline_policies, managed_policies, policy_uses, roles, users
from gatepost.store.transaction import Transaction

Details = Iterator[Shape]


@operation("iam", "GetAccountAuthorizationDetails", needs=on_everything)
def get_account_authorization_details(
    call: Call, tx: Transaction, *, filter: Sequence[str] = (), max_items: int | None = None, marker: str | None = None  # noqa: A002 -- the API's name
) -> Shape:  # fmt: skip
    """Users, groups, roles and managed policies with their documents; `Filter` names the kinds wanted."""
    wanted = frozenset(filter) or frozenset(LISTS)
    everything = [(kind, each) for kind in LISTS if kind in wanted for each in LISTS[kind][1](call, tx)]
    listed, more = page(everything, marker, max_items)
    answer: dict[str, object] = {member: [] for member, _ in LISTS.values()}
    for member in answer:
        answer[member] = [each for kind, each in listed if LISTS[kind][0] == member]
    return {**answer, **more}


def _users(call: Call, tx: Transaction) -> Details:
    for user in users.list_users(tx, call.caller.account):
        yield {
            **user_shape(user),
            "Tags": tag_list(user.tags),
            "UserPolicyList": _inline(tx, user.id),
            "GroupList": [group.name for group in groups.groups_of(tx, user.id)],
            "AttachedManagedPolicies": attached_shapes(tx, user.id),
        }


def _groups(call: Call, tx: Transaction) -> Details:
    for group in groups.list_groups(tx, call.caller.account):
        yield {
            **group_shape(group),
            "GroupPolicyList": _inline(tx, group.id),
            "AttachedManagedPolicies": attached_shapes(tx, group.id),
        }


def _roles(call: Call, tx: Transaction) -> Details:
    for role in roles.list_roles(tx, call.caller.account):
        yield {
            **role_shape(tx, role),
            "RoleLastUsed": last_used(tx, role),
            "Tags": tag_list(role.tags),
            "InstanceProfileList": [],
            "RolePolicyList": _inline(tx, role.id),
            "AttachedManagedPolicies": attached_shapes(tx, role.id),
        }


def _own_policies(call: Call, tx: Transaction) -> Details:
    for policy in managed_policies.list_policies(tx, call.caller.account):
        yield _policy(call, tx, policy)


def _aws_policies(call: Call, tx: Transaction) -> Details:
    account = call.caller.account
    used = policy_uses.attached_policies(tx, account) | policy_uses.boundary_policies(tx, account)
    for policy in (managed_policies.get_policy(tx, arn) for arn in sorted(used)):
        if policy is not None and policy.account == "aws":
            yield _policy(call, tx, policy)


def _policy(call: Call, tx: Transaction, policy: managed_policies.ManagedPolicy) -> Shape:
    return {**policy_shape(call, tx, policy), "PolicyVersionList": versions_of(tx, policy)}


def _inline(tx: Transaction, owner_id: str) -> list[Shape]:
    return [
        {"PolicyName": policy.name, "PolicyDocument": given_out(policy.document)}
        for policy in inline_policies.list_inline_policies(tx, owner_id)
    ]


LISTS: Final[dict[str, tuple[str, Callable[[Call, Transaction], Details]]]] = {
    "User": ("UserDetailList", _users),
    "Group": ("GroupDetailList", _groups),
    "Role": ("RoleDetailList", _roles),
    "LocalManagedPolicy": ("Policies", _own_policies),
    "AWSManagedPolicy": ("Policies", _aws_policies),
}
