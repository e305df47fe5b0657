"""Access keys of users, and of the root user by itself."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.iam import errors, users
from gatepost.services.iam.naming import about, on_entity
from gatepost.services.iam.pages import page
from gatepost.services.iam.quotas import ACCESS_KEYS_A_USER
from gatepost.store import access_keys
from gatepost.store.access_keys import AccessKey
from gatepost.store.bootstrap import new_access_key_id, new_secret
from gatepost.store.transaction import Transaction


@operation("iam", "CreateAccessKey", needs=on_entity("user"), resources=about("user"))
def create_access_key(call: Call, tx: Transaction, *, user_name: str | None = None) -> Shape:
    """A new key; its secret is told this once."""
    user_id, name = _owner(call, tx, user_name)
    if len(_keys(call, tx, user_id)) >= ACCESS_KEYS_A_USER:
        raise errors.exceeded("AccessKeysPerUser", ACCESS_KEYS_A_USER)
    secret = new_secret()
    key = access_keys.create_access_key(tx, new_access_key_id(), secret, call.caller.account, user_id, call.now)
    return {"AccessKey": {**_described(key, name), "SecretAccessKey": secret}}


@operation("iam", "ListAccessKeys", needs=on_entity("user"), resources=about("user"))
def list_access_keys(
    call: Call, tx: Transaction, *, user_name: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Shape:
    """A user's keys, without their secrets."""
    user_id, name = _owner(call, tx, user_name)
    listed, more = page(_keys(call, tx, user_id), marker, max_items)
    return {"AccessKeyMetadata": [_described(key, name) for key in listed], **more}


@operation("iam", "UpdateAccessKey", needs=on_entity("user"), resources=about("user"))
def update_access_key(call: Call, tx: Transaction, *, access_key_id: str, status: str, user_name: str | None = None) -> Shape:
    """Make a key active or inactive."""
    if status == "Expired":
        raise errors.validation("The status of an access key can be set to Active or Inactive.")
    access_keys.set_active(tx, _found(call, tx, user_name, access_key_id), active=status == "Active")
    return {}


@operation("iam", "DeleteAccessKey", needs=on_entity("user"), resources=about("user"))
def delete_access_key(call: Call, tx: Transaction, *, access_key_id: str, user_name: str | None = None) -> Shape:
    """Delete a key."""
    access_keys.delete_access_key(tx, _found(call, tx, user_name, access_key_id))
    return {}


def _owner(call: Call, tx: Transaction, user_name: str | None) -> tuple[str | None, str | None]:
    """ID and name of the user whose keys they are; neither for the root user."""
    name = user_name or users.named_or_root(call)
    return (None, None) if name is None else (users.found(call, tx, name).id, name)


def _keys(call: Call, tx: Transaction, user_id: str | None) -> tuple[AccessKey, ...]:
    if user_id is None:
        return access_keys.list_root_keys(tx, call.caller.account)
    return access_keys.list_access_keys(tx, user_id)


def _found(call: Call, tx: Transaction, user_name: str | None, key_id: str) -> AccessKey:
    user_id, _ = _owner(call, tx, user_name)
    for key in _keys(call, tx, user_id):
        if key.id == key_id:
            return key
    raise errors.no_such_key(key_id)


def _described(key: AccessKey, user_name: str | None) -> Shape:
    return {
        "UserName": user_name,
        "AccessKeyId": key.id,
        "Status": "Active" if key.active else "Inactive",
        "CreateDate": key.created_at,
    }
