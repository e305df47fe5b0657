"""The tree, one step up or down."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.organizations import errors
from gatepost.services.organizations.membership import managed_organization
from gatepost.services.organizations.needs import on
from gatepost.services.organizations.pages import page
from gatepost.services.organizations.units import check_parent
from gatepost.store.organizations import members, units
from gatepost.store.organizations.targets import TargetKind
from gatepost.store.transaction import Transaction


@operation("organizations", "ListParents", needs=on("ChildId"))
def list_parents(
    call: Call, tx: Transaction, *, child_id: str, next_token: str | None = None, max_results: int | None = None
) -> Shape:
    """What an account or a unit is right under; there is one."""
    organization = managed_organization(call, tx)
    child = units.get_unit(tx, organization, child_id) or members.get_member(tx, organization, child_id)
    if child is None:
        raise errors.not_found("Child")
    kind = TargetKind.ROOT if child.parent == organization.root else TargetKind.UNIT
    listed, token = page(({"Id": child.parent, "Type": kind.value},), next_token, max_results)
    return {"Parents": listed, "NextToken": token}


@operation("organizations", "ListChildren", needs=on("ParentId"))
def list_children(
    call: Call,
    tx: Transaction,
    *,
    parent_id: str,
    child_type: str,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Shape:
    """The accounts, or the units, right under the root or a unit."""
    organization = managed_organization(call, tx)
    check_parent(tx, organization, parent_id)
    if child_type == TargetKind.ACCOUNT.value:
        ids = [member.account for member in members.list_members(tx, organization, parent_id)]
    else:
        ids = [unit.id for unit in units.list_units(tx, organization, parent_id)]
    listed, token = page([{"Id": each, "Type": child_type} for each in ids], next_token, max_results)
    return {"Children": listed, "NextToken": token}
