"""IAM users."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.policy.principal import PrincipalKind
from gatepost.services.iam import errors
from gatepost.services.iam.boundaries import boundary_shape, checked_boundary
from gatepost.services.iam.naming import about, new_id, on_entity, on_kind, on_new_entity, on_renamed, own_user_name
from gatepost.services.iam.pages import page
from gatepost.services.iam.quotas import USERS
from gatepost.services.iam.tags import OF_PRINCIPALS, Tags, tag_list, without_tags
from gatepost.store import access_keys, accounts, groups, inline_policies, managed_policies, users
from gatepost.store.transaction import Transaction
from gatepost.store.users import User


@operation("iam", "CreateUser", needs=on_new_entity("user"), resources=about("user"))
def create_user(
    call: Call,
    tx: Transaction,
    *,
    user_name: str,
    path: str = "/",
    permissions_boundary: str | None = None,
    tags: Tags = (),
) -> Shape:
    """A new user."""
    account = call.caller.account
    if users.get_user(tx, account, user_name) is not None:
        raise errors.exists("User", user_name)
    if users.count_users(tx, account) >= USERS:
        raise errors.exceeded("UsersPerAccount", USERS)
    boundary = None if permissions_boundary is None else checked_boundary(call, tx, permissions_boundary)
    user = User(new_id("AIDA"), account, user_name, path, call.now, boundary, OF_PRINCIPALS.pairs(tags))
    users.create_user(tx, user)
    return {"User": described(user)}


@operation("iam", "GetUser", needs=on_entity("user"), resources=about("user"))
def get_user(call: Call, tx: Transaction, *, user_name: str | None = None) -> Shape:
    """A user; without a name the one who calls."""
    name = user_name or named_or_root(call)
    if name is not None:
        return {"User": described(found(call, tx, name))}
    account = accounts.get_account(tx, call.caller.account)
    assert account is not None  # noqa: S101 -- its root user calls
    return {"User": {"UserId": account.id, "Arn": call.caller.arn, "CreateDate": account.created_at}}


@operation("iam", "ListUsers", needs=on_kind("user"))
def list_users(
    call: Call, tx: Transaction, *, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> Shape:
    """The users of a path."""
    listed, more = page(users.list_users(tx, call.caller.account, path_prefix), marker, max_items)
    return {"Users": [without_tags(described(user)) for user in listed], **more}


@operation("iam", "UpdateUser", needs=on_renamed("user"), resources=about("user"))
def update_user(
    call: Call, tx: Transaction, *, user_name: str, new_path: str | None = None, new_user_name: str | None = None
) -> Shape:
    """Another name or path for a user."""
    user = found(call, tx, user_name)
    other = users.get_user(tx, call.caller.account, new_user_name) if new_user_name else None
    if other is not None and other.id != user.id:
        raise errors.exists("User", new_user_name or "")
    users.rename_user(tx, user, new_user_name or user.name, new_path or user.path)
    return {}


@operation("iam", "DeleteUser", needs=on_entity("user"), resources=about("user"))
def delete_user(call: Call, tx: Transaction, *, user_name: str) -> Shape:
    """Delete a user who has nothing left."""
    user = found(call, tx, user_name)
    if access_keys.list_access_keys(tx, user.id):
        raise errors.conflict("delete access keys")
    if inline_policies.list_inline_policies(tx, user.id):
        raise errors.conflict("delete policies")
    if managed_policies.attached_arns(tx, user.id):
        raise errors.conflict("detach all policies")
    if groups.groups_of(tx, user.id):
        raise errors.conflict("remove users from group")
    users.delete_user(tx, user)
    return {}


@operation("iam", "PutUserPermissionsBoundary", needs=on_entity("user"), resources=about("user"))
def put_user_permissions_boundary(call: Call, tx: Transaction, *, user_name: str, permissions_boundary: str) -> Shape:
    """Limit a user to what a managed policy allows, in place of another boundary."""
    user = found(call, tx, user_name)
    users.set_boundary(tx, user, checked_boundary(call, tx, permissions_boundary))
    return {}


@operation("iam", "DeleteUserPermissionsBoundary", needs=on_entity("user"), resources=about("user"))
def delete_user_permissions_boundary(call: Call, tx: Transaction, *, user_name: str) -> Shape:
    """Take the boundary from a user; nothing happens where there is none."""
    users.set_boundary(tx, found(call, tx, user_name), None)
    return {}


# --- for the other files of this room -----------------------------------------------------------------------------------


def found(call: Call, tx: Transaction, name: str) -> User:
    """The user of a name; `NoSuchEntity` where there is none."""
    user = users.get_user(tx, call.caller.account, name)
    if user is None:
        raise errors.no_such("user", name)
    return user


def described(user: User) -> Shape:
    """A user as IAM answers it."""
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.created_at,
        "PermissionsBoundary": boundary_shape(user.boundary_arn),
        "Tags": tag_list(user.tags) or None,
    }


def named_or_root(call: Call) -> str | None:
    """The name of the user who calls, None for the root user; a role's session or a federated user is neither."""
    name = own_user_name(call)
    if name is None and call.caller.principal.kind is not PrincipalKind.ROOT:
        raise errors.validation("Must specify userName when calling with non-User credentials")
    return name
