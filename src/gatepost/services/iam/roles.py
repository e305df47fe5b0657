"""IAM roles: who may take them on, for how long, and what they may have at most."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.aws.policy_findings import in_member
from gatepost.policy.read import PolicyKind
from gatepost.services import principals
from gatepost.services.iam import errors
from gatepost.services.iam.boundaries import boundary_shape, checked_boundary
from gatepost.services.iam.documents import given_out
from gatepost.services.iam.naming import about, new_id, on_entity, on_kind, on_new_entity
from gatepost.services.iam.pages import page
from gatepost.services.iam.quotas import ROLES
from gatepost.services.iam.tags import OF_PRINCIPALS, Tags, tag_list, without_tags
from gatepost.services.iam.trust_policies import checked_trust_policy
from gatepost.store import inline_policies, managed_policies, roles
from gatepost.store.roles import Role
from gatepost.store.sessions import last_issued
from gatepost.store.transaction import Transaction

DEFAULT_SESSION_SECONDS = 3600


@operation(
    "iam",
    "CreateRole",
    needs=on_new_entity("role"),
    resources=about("role"),
    document=in_member("AssumeRolePolicyDocument", PolicyKind.TRUST),
)
def create_role(
    call: Call,
    tx: Transaction,
    *,
    role_name: str,
    assume_role_policy_document: str,
    path: str = "/",
    description: str | None = None,
    max_session_duration: int = DEFAULT_SESSION_SECONDS,
    permissions_boundary: str | None = None,
    tags: Tags = (),
) -> Shape:
    """A new role with its trust policy."""
    account = call.caller.account
    principal_ids = checked_trust_policy(tx, assume_role_policy_document)
    if roles.get_role(tx, account, role_name) is not None:
        raise errors.exists("Role", role_name)
    if roles.count_roles(tx, account) >= ROLES:
        raise errors.exceeded("RolesPerAccount", ROLES)
    role = Role(
        new_id("AROA"),
        account,
        role_name,
        path,
        assume_role_policy_document,
        description,
        max_session_duration,
        call.now,
        None if permissions_boundary is None else checked_boundary(call, tx, permissions_boundary),
        OF_PRINCIPALS.pairs(tags),
        principal_ids,
    )
    roles.create_role(tx, role)
    return {"Role": made(tx, role)}


@operation("iam", "GetRole", needs=on_entity("role"), resources=about("role"))
def get_role(call: Call, tx: Transaction, *, role_name: str) -> Shape:
    """A role."""
    role = found(call, tx, role_name)
    return {"Role": {**_described(tx, role), "RoleLastUsed": last_used(tx, role)}}


@operation("iam", "ListRoles", needs=on_kind("role"))
def list_roles(
    call: Call, tx: Transaction, *, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> Shape:
    """The roles of a path."""
    listed, more = page(roles.list_roles(tx, call.caller.account, path_prefix), marker, max_items)
    return {"Roles": [without_tags(_described(tx, role)) for role in listed], **more}


@operation("iam", "UpdateRole", needs=on_entity("role"), resources=about("role"))
def update_role(
    call: Call,
    tx: Transaction,
    *,
    role_name: str,
    description: str | None = None,
    max_session_duration: int | None = None,
) -> Shape:
    """Another description or another longest session for a role; what is not given stays."""
    role = found(call, tx, role_name)
    told = role.description if description is None else description
    roles.update_role(tx, role, told, max_session_duration or role.max_session_seconds)
    return {}


@operation("iam", "UpdateRoleDescription", needs=on_entity("role"), resources=about("role"))
def update_role_description(call: Call, tx: Transaction, *, role_name: str, description: str) -> Shape:
    """Another description for a role."""
    role = found(call, tx, role_name)
    roles.update_role(tx, role, description, role.max_session_seconds)
    return {"Role": made(tx, role)}


@operation(
    "iam",
    "UpdateAssumeRolePolicy",
    needs=on_entity("role"),
    resources=about("role"),
    document=in_member("PolicyDocument", PolicyKind.TRUST),
)
def update_assume_role_policy(call: Call, tx: Transaction, *, role_name: str, policy_document: str) -> Shape:
    """Another trust policy for a role."""
    role = found(call, tx, role_name)
    roles.set_trust_policy(tx, role, policy_document, checked_trust_policy(tx, policy_document))
    return {}


@operation("iam", "PutRolePermissionsBoundary", needs=on_entity("role"), resources=about("role"))
def put_role_permissions_boundary(call: Call, tx: Transaction, *, role_name: str, permissions_boundary: str) -> Shape:
    """Limit a role to what a managed policy allows, in place of another boundary."""
    role = found(call, tx, role_name)
    roles.set_boundary(tx, role, checked_boundary(call, tx, permissions_boundary))
    return {}


@operation("iam", "DeleteRolePermissionsBoundary", needs=on_entity("role"), resources=about("role"))
def delete_role_permissions_boundary(call: Call, tx: Transaction, *, role_name: str) -> Shape:
    """Take the boundary from a role; nothing happens where there is none."""
    roles.set_boundary(tx, found(call, tx, role_name), None)
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


# --- for the other files of this room -----------------------------------------------------------------------------------


def found(call: Call, tx: Transaction, name: str) -> Role:
    """The role of a name; `NoSuchEntity` where there is none."""
    role = roles.get_role(tx, call.caller.account, name)
    if role is None:
        raise errors.no_such("role", name)
    return role


def made(tx: Transaction, role: Role) -> Shape:
    """A role as CreateRole answers it, which leaves out its description and the length of its sessions."""
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": given_out(principals.shown(tx, role.trust_policy, role.principal_ids)),
        "PermissionsBoundary": boundary_shape(role.boundary_arn),
        "Tags": tag_list(role.tags) or None,
    }


def last_used(tx: Transaction, role: Role) -> Shape:
    """`RoleLastUsed`: when the newest session of the role was made; empty where none is kept, a day after the last has expired."""
    return {"LastUsedDate": last_issued(tx, role.id)}


def _described(tx: Transaction, role: Role) -> Shape:
    """A role as GetRole answers it."""
    return {**made(tx, role), "Description": role.description, "MaxSessionDuration": role.max_session_seconds}
