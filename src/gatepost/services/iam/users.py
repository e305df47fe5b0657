"""IAM users."""

from collections.abc import Mapping, Sequence

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.iam import errors
from gatepost.services.iam.naming import about, new_id, on_entity, on_kind, on_new_entity, own_user_name
from gatepost.services.iam.pages import page
from gatepost.store import access_keys, accounts, groups, inline_policies, managed_policies, users
from gatepost.store.transaction import Transaction
from gatepost.store.users import User

Tags = Sequence[Mapping[str, str]]
MOST_TAGS = 50


@operation("iam", "CreateUser", needs=on_new_entity("user"), resources=about("user"))
def create_user(call: Call, tx: Transaction, *, user_name: str, path: str = "/", tags: Tags = ()) -> Shape:
    """A new user."""
    if users.get_user(tx, call.caller.account, user_name) is not None:
        raise errors.exists("User", user_name)
    user = User(new_id("AIDA"), call.caller.account, user_name, path, call.now, None, tag_pairs(tags))
    users.create_user(tx, user)
    return {"User": described(user)}


@operation("iam", "GetUser", needs=on_entity("user"), resources=about("user"))
def get_user(call: Call, tx: Transaction, *, user_name: str | None = None) -> Shape:
    """A user; without a name the one who calls."""
    name = user_name or own_user_name(call)
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


@operation("iam", "UpdateUser", needs=on_entity("user"), resources=about("user"))
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


@operation("iam", "TagUser", needs=on_entity("user"), resources=about("user"))
def tag_user(call: Call, tx: Transaction, *, user_name: str, tags: Tags) -> Shape:
    """Set tags of a user; they are `aws:PrincipalTag` of what the user does."""
    user = found(call, tx, user_name)
    users.set_tags(tx, user, merged_tags(dict(user.tags), tags))
    return {}


@operation("iam", "UntagUser", needs=on_entity("user"), resources=about("user"))
def untag_user(call: Call, tx: Transaction, *, user_name: str, tag_keys: Sequence[str]) -> Shape:
    """Take tags from a user."""
    user = found(call, tx, user_name)
    gone = {key.lower() for key in tag_keys}
    users.set_tags(tx, user, {key: value for key, value in user.tags if key.lower() not in gone})
    return {}


@operation("iam", "ListUserTags", needs=on_entity("user"), resources=about("user"))
def list_user_tags(
    call: Call, tx: Transaction, *, user_name: str, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """A user's tags."""
    listed, more = page(tag_list(found(call, tx, user_name).tags), marker, max_items)
    return {"Tags": listed, **more}


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
        "Tags": tag_list(user.tags) or None,
    }


def without_tags(shape: Shape) -> Shape:
    """What lists leave out."""
    return {name: value for name, value in shape.items() if name != "Tags"}


def tag_pairs(tags: Tags) -> tuple[tuple[str, str], ...]:
    """Tags as pairs; a key that stands twice, without regard to case, is refused."""
    return tuple(merged_tags({}, tags).items())


def merged_tags(known: Mapping[str, str], tags: Tags) -> dict[str, str]:
    """Known tags with others set; keys are the same without regard to case."""
    keys = [tag["Key"].lower() for tag in tags]
    if len(set(keys)) < len(keys):
        raise errors.invalid_input("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    merged = {key: value for key, value in known.items() if key.lower() not in keys}
    merged.update({tag["Key"]: tag["Value"] for tag in tags})
    if len(merged) > MOST_TAGS:
        raise errors.limit(f"The number of tags has reached the maximum limit: {MOST_TAGS}")
    return merged


def tag_list(tags: Sequence[tuple[str, str]]) -> list[Mapping[str, str]]:
    """Tags as IAM answers them."""
    return [{"Key": key, "Value": value} for key, value in tags]
