"""Inline policies of users, groups and roles: put, get, list, delete."""

from dataclasses import dataclass
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.aws.policy_findings import in_member
from gatepost.policy.read import PolicyKind
from gatepost.policy.sizes import INLINE_CHARACTERS, size_of
from gatepost.services.iam import errors, groups, roles, users
from gatepost.services.iam.documents import checked_policy, given_out
from gatepost.services.iam.naming import MEMBERS, about, about_inline, on_entity
from gatepost.services.iam.pages import page
from gatepost.store import inline_policies
from gatepost.store.inline_policies import InlinePolicy
from gatepost.store.transaction import Transaction

PUT: Final = in_member("PolicyDocument", PolicyKind.IDENTITY)


@dataclass(frozen=True, slots=True)
class _Owner:
    kind: str
    id: str
    name: str


def _user(call: Call, tx: Transaction, name: str) -> _Owner:
    return _Owner("user", users.found(call, tx, name).id, name)


def _group(call: Call, tx: Transaction, name: str) -> _Owner:
    return _Owner("group", groups.found(call, tx, name).id, name)


def _role(call: Call, tx: Transaction, name: str) -> _Owner:
    return _Owner("role", roles.found(call, tx, name).id, name)


# --- users --------------------------------------------------------------------------------------------------------------


@operation("iam", "PutUserPolicy", needs=on_entity("user"), resources=about_inline("user"), document=PUT)
def put_user_policy(call: Call, tx: Transaction, *, user_name: str, policy_name: str, policy_document: str) -> Shape:
    """Put a policy on a user, in place of one of the same name."""
    return _put(call, tx, _user(call, tx, user_name), policy_name, policy_document)


@operation("iam", "GetUserPolicy", needs=on_entity("user"), resources=about_inline("user"))
def get_user_policy(call: Call, tx: Transaction, *, user_name: str, policy_name: str) -> Shape:
    """A policy of a user."""
    return _get(tx, _user(call, tx, user_name), policy_name)


@operation("iam", "ListUserPolicies", needs=on_entity("user"), resources=about("user"))
def list_user_policies(
    call: Call, tx: Transaction, *, user_name: str, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """The names of a user's policies."""
    return _list(tx, _user(call, tx, user_name), marker, max_items)


@operation("iam", "DeleteUserPolicy", needs=on_entity("user"), resources=about_inline("user"))
def delete_user_policy(call: Call, tx: Transaction, *, user_name: str, policy_name: str) -> Shape:
    """Delete a policy of a user."""
    return _delete(call, tx, _user(call, tx, user_name), policy_name)


# --- groups -------------------------------------------------------------------------------------------------------------


@operation("iam", "PutGroupPolicy", needs=on_entity("group"), resources=about_inline("group"), document=PUT)
def put_group_policy(call: Call, tx: Transaction, *, group_name: str, policy_name: str, policy_document: str) -> Shape:
    """Put a policy on a group, in place of one of the same name."""
    return _put(call, tx, _group(call, tx, group_name), policy_name, policy_document)


@operation("iam", "GetGroupPolicy", needs=on_entity("group"), resources=about_inline("group"))
def get_group_policy(call: Call, tx: Transaction, *, group_name: str, policy_name: str) -> Shape:
    """A policy of a group."""
    return _get(tx, _group(call, tx, group_name), policy_name)


@operation("iam", "ListGroupPolicies", needs=on_entity("group"), resources=about("group"))
def list_group_policies(
    call: Call, tx: Transaction, *, group_name: str, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """The names of a group's policies."""
    return _list(tx, _group(call, tx, group_name), marker, max_items)


@operation("iam", "DeleteGroupPolicy", needs=on_entity("group"), resources=about_inline("group"))
def delete_group_policy(call: Call, tx: Transaction, *, group_name: str, policy_name: str) -> Shape:
    """Delete a policy of a group."""
    return _delete(call, tx, _group(call, tx, group_name), policy_name)


# --- roles --------------------------------------------------------------------------------------------------------------


@operation("iam", "PutRolePolicy", needs=on_entity("role"), resources=about_inline("role"), document=PUT)
def put_role_policy(call: Call, tx: Transaction, *, role_name: str, policy_name: str, policy_document: str) -> Shape:
    """Put a policy on a role, in place of one of the same name."""
    return _put(call, tx, _role(call, tx, role_name), policy_name, policy_document)


@operation("iam", "GetRolePolicy", needs=on_entity("role"), resources=about_inline("role"))
def get_role_policy(call: Call, tx: Transaction, *, role_name: str, policy_name: str) -> Shape:
    """A policy of a role."""
    return _get(tx, _role(call, tx, role_name), policy_name)


@operation("iam", "ListRolePolicies", needs=on_entity("role"), resources=about("role"))
def list_role_policies(
    call: Call, tx: Transaction, *, role_name: str, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """The names of a role's policies."""
    return _list(tx, _role(call, tx, role_name), marker, max_items)


@operation("iam", "DeleteRolePolicy", needs=on_entity("role"), resources=about_inline("role"))
def delete_role_policy(call: Call, tx: Transaction, *, role_name: str, policy_name: str) -> Shape:
    """Delete a policy of a role."""
    return _delete(call, tx, _role(call, tx, role_name), policy_name)


# --- what all three share -----------------------------------------------------------------------------------------------


def _put(call: Call, tx: Transaction, owner: _Owner, name: str, document: str) -> Shape:
    others = [each.document for each in inline_policies.list_inline_policies(tx, owner.id) if each.name != name]
    most = INLINE_CHARACTERS[owner.kind]
    if sum(map(size_of, [*others, document])) > most:
        raise errors.limit(f"Maximum policy size of {most} bytes exceeded for {owner.kind} {owner.name}")
    checked_policy(document)
    inline_policies.put_inline_policy(tx, call.caller.account, owner.id, InlinePolicy(name, document))
    return {}


def _get(tx: Transaction, owner: _Owner, name: str) -> Shape:
    policy = inline_policies.get_inline_policy(tx, owner.id, name)
    if policy is None:
        raise errors.no_such(f"{owner.kind} policy", name)
    return {MEMBERS[owner.kind]: owner.name, "PolicyName": name, "PolicyDocument": given_out(policy.document)}


def _list(tx: Transaction, owner: _Owner, marker: str | None, max_items: int | None) -> Shape:
    names = [policy.name for policy in inline_policies.list_inline_policies(tx, owner.id)]
    listed, more = page(names, marker, max_items)
    return {"PolicyNames": listed, **more}


def _delete(call: Call, tx: Transaction, owner: _Owner, name: str) -> Shape:
    if not inline_policies.delete_inline_policy(tx, call.caller.account, owner.id, name):
        raise errors.no_such(f"{owner.kind} policy", name)
    return {}
