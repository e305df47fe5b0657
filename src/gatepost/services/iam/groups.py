"""IAM groups and their members."""

from collections.abc import Iterable

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.iam import errors, users
from gatepost.services.iam.naming import about, new_id, on_entity, on_kind, on_new_entity, on_renamed
from gatepost.services.iam.pages import page
from gatepost.services.iam.quotas import GROUPS, GROUPS_A_USER
from gatepost.services.iam.tags import without_tags
from gatepost.store import groups, inline_policies, managed_policies
from gatepost.store.groups import Group
from gatepost.store.transaction import Transaction


def _about_both(call: Call) -> Iterable[tuple[str, str]]:
    return [*about("group")(call), *about("user")(call)]


@operation("iam", "CreateGroup", needs=on_new_entity("group"), resources=about("group"))
def create_group(call: Call, tx: Transaction, *, group_name: str, path: str = "/") -> Shape:
    """A new group."""
    account = call.caller.account
    if groups.get_group(tx, account, group_name) is not None:
        raise errors.exists("Group", group_name)
    if groups.count_groups(tx, account) >= GROUPS:
        raise errors.exceeded("GroupsPerAccount", GROUPS)
    group = Group(new_id("AGPA"), account, group_name, path, call.now)
    groups.create_group(tx, group)
    return {"Group": described(group)}


@operation("iam", "GetGroup", needs=on_entity("group"), resources=about("group"))
def get_group(
    call: Call, tx: Transaction, *, group_name: str, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """A group and its members."""
    group = found(call, tx, group_name)
    names, more = page(groups.members_of(tx, group), marker, max_items)
    members = [without_tags(users.described(users.found(call, tx, name))) for name in names]
    return {"Group": described(group), "Users": members, **more}


@operation("iam", "ListGroups", needs=on_kind("group"))
def list_groups(
    call: Call, tx: Transaction, *, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> Shape:
    """The groups of a path."""
    listed, more = page(groups.list_groups(tx, call.caller.account, path_prefix), marker, max_items)
    return {"Groups": [described(group) for group in listed], **more}


@operation("iam", "UpdateGroup", needs=on_renamed("group"), resources=about("group"))
def update_group(
    call: Call, tx: Transaction, *, group_name: str, new_path: str | None = None, new_group_name: str | None = None
) -> Shape:
    """Another name or path for a group."""
    group = found(call, tx, group_name)
    other = groups.get_group(tx, call.caller.account, new_group_name) if new_group_name else None
    if other is not None and other.id != group.id:
        raise errors.exists("Group", new_group_name or "")
    groups.rename_group(tx, group, new_group_name or group.name, new_path or group.path)
    return {}


@operation("iam", "DeleteGroup", needs=on_entity("group"), resources=about("group"))
def delete_group(call: Call, tx: Transaction, *, group_name: str) -> Shape:
    """Delete a group that has nothing left."""
    group = found(call, tx, group_name)
    if groups.members_of(tx, group):
        raise errors.conflict("remove users from group")
    if inline_policies.list_inline_policies(tx, group.id):
        raise errors.conflict("delete policies")
    if managed_policies.attached_arns(tx, group.id):
        raise errors.conflict("detach all policies")
    groups.delete_group(tx, group)
    return {}


@operation("iam", "AddUserToGroup", needs=on_entity("group"), resources=_about_both)
def add_user_to_group(call: Call, tx: Transaction, *, group_name: str, user_name: str) -> Shape:
    """Put a user in a group; its policies are the user's from then on."""
    group, user = found(call, tx, group_name), users.found(call, tx, user_name)
    others = [each for each in groups.groups_of(tx, user.id) if each.id != group.id]
    if len(others) >= GROUPS_A_USER:
        raise errors.exceeded("GroupsPerUser", GROUPS_A_USER)
    groups.add_member(tx, group, user.id)
    return {}


@operation("iam", "RemoveUserFromGroup", needs=on_entity("group"), resources=_about_both)
def remove_user_from_group(call: Call, tx: Transaction, *, group_name: str, user_name: str) -> Shape:
    """Take a user out of a group."""
    groups.remove_member(tx, found(call, tx, group_name), users.found(call, tx, user_name).id)
    return {}


@operation("iam", "ListGroupsForUser", needs=on_entity("user"), resources=about("user"))
def list_groups_for_user(
    call: Call, tx: Transaction, *, user_name: str, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """The groups that a user is in."""
    listed, more = page(groups.groups_of(tx, users.found(call, tx, user_name).id), marker, max_items)
    return {"Groups": [described(group) for group in listed], **more}


def found(call: Call, tx: Transaction, name: str) -> Group:
    """The group of a name; `NoSuchEntity` where there is none."""
    group = groups.get_group(tx, call.caller.account, name)
    if group is None:
        raise errors.no_such("group", name)
    return group


def described(group: Group) -> Shape:
    """A group as IAM answers it."""
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": group.created_at,
    }
