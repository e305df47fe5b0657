"""IAM roles: who may take them on, and their policies. Taking one on (sts:AssumeRole) is not served yet."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.policy.read import PolicyKind
from gatepost.services.iam import errors
from gatepost.services.iam.documents import checked_policy, given_out, size_of
from gatepost.services.iam.naming import about, new_id, on_entity, on_kind, on_new_entity
from gatepost.services.iam.pages import page
from gatepost.services.iam.users import Tags, tag_list, tag_pairs
from gatepost.store import inline_policies, managed_policies, roles
from gatepost.store.roles import Role
from gatepost.store.transaction import Transaction

MOST_TRUST_CHARACTERS = 2048
DEFAULT_SESSION_SECONDS = 3600


@operation("iam", "CreateRole", needs=on_new_entity("role"), resources=about("role"))
def create_role(
    call: Call,
    tx: Transaction,
    *,
    role_name: str,
    assume_role_policy_document: str,
    path: str = "/",
    description: str | None = None,
    max_session_duration: int = DEFAULT_SESSION_SECONDS,
    tags: Tags = (),
) -> Shape:
    """A new role with its trust policy."""
    _check_trust(assume_role_policy_document)
    if roles.get_role(tx, call.caller.account, role_name) is not None:
        raise errors.exists("Role", role_name)
    role = Role(
        new_id("AROA"),
        call.caller.account,
        role_name,
        path,
        assume_role_policy_document,
        description,
        max_session_duration,
        call.now,
        None,
        tag_pairs(tags),
    )
    roles.create_role(tx, role)
    return {"Role": described(role)}


@operation("iam", "GetRole", needs=on_entity("role"), resources=about("role"))
def get_role(call: Call, tx: Transaction, *, role_name: str) -> Shape:
    """A role."""
    return {"Role": described(found(call, tx, role_name))}


@operation("iam", "ListRoles", needs=on_kind("role"))
def list_roles(
    call: Call, tx: Transaction, *, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> Shape:
    """The roles of a path."""
    listed, more = page(roles.list_roles(tx, call.caller.account, path_prefix), marker, max_items)
    return {"Roles": [described(role) for role in listed], **more}


@operation("iam", "UpdateAssumeRolePolicy", needs=on_entity("role"), resources=about("role"))
def update_assume_role_policy(call: Call, tx: Transaction, *, role_name: str, policy_document: str) -> Shape:
    """Another trust policy for a role."""
    _check_trust(policy_document)
    roles.set_trust_policy(tx, found(call, tx, role_name), policy_document, {})
    return {}


@operation("iam", "DeleteRole", needs=on_entity("role"), resources=about("role"))
def delete_role(call: Call, tx: Transaction, *, role_name: str) -> Shape:
    """Delete a role that has nothing left."""
    role = found(call, tx, role_name)
    if inline_policies.list_inline_policies(tx, role.id):
        raise errors.conflict("delete policies")
    if managed_policies.attached_arns(tx, role.id):
        raise errors.conflict("detach all policies")
    roles.delete_role(tx, role)
    return {}


def found(call: Call, tx: Transaction, name: str) -> Role:
    """The role of a name; `NoSuchEntity` where there is none."""
    role = roles.get_role(tx, call.caller.account, name)
    if role is None:
        raise errors.no_such("role", name)
    return role


def described(role: Role) -> Shape:
    """A role as IAM answers it."""
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": given_out(role.trust_policy),
        "Description": role.description,
        "MaxSessionDuration": role.max_session_seconds,
        "Tags": tag_list(role.tags) or None,
    }


def _check_trust(document: str) -> None:
    checked_policy(document, PolicyKind.TRUST)
    if size_of(document) > MOST_TRUST_CHARACTERS:
        raise errors.limit(f"Cannot exceed quota for ACLSizePerRole: {MOST_TRUST_CHARACTERS}")
