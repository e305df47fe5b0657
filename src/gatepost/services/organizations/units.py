"""Organizational units."""

from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.organizations import errors
from gatepost.services.organizations.audit import about
from gatepost.services.organizations.ids import new_unit_id
from gatepost.services.organizations.membership import managed_organization
from gatepost.services.organizations.needs import on, tagging
from gatepost.services.organizations.pages import page
from gatepost.services.organizations.tagging import Tags, new_tags
from gatepost.store.organizations import members, units
from gatepost.store.organizations.attachments import attach_defaults
from gatepost.store.organizations.organization import Organization
from gatepost.store.organizations.tags import tag
from gatepost.store.organizations.units import Unit
from gatepost.store.transaction import Transaction

MOST_LEVELS: Final = 5


@operation("organizations", "CreateOrganizationalUnit", needs=tagging(on("ParentId"), "ou"))
def create_organizational_unit(call: Call, tx: Transaction, *, parent_id: str, name: str, tags: Tags = ()) -> Shape:
    """A new unit under the root or another unit."""
    organization = managed_organization(call, tx)
    check_parent(tx, organization, parent_id)
    tagged = new_tags(tags)
    if len(units.units_down_to(tx, organization, parent_id)) >= MOST_LEVELS:
        raise errors.too_deep()
    _check_name(tx, organization, parent_id, name)
    unit = Unit(new_unit_id(organization.root), organization.id, parent_id, name, call.now)
    units.create_unit(tx, unit)
    attach_defaults(tx, organization, unit.id, call.now)
    tag(tx, organization, unit.id, tagged)
    return {"OrganizationalUnit": _described(tx, organization, unit)}


@operation(
    "organizations", "DescribeOrganizationalUnit", needs=on("OrganizationalUnitId"), resources=about("OrganizationalUnitId")
)
def describe_organizational_unit(call: Call, tx: Transaction, *, organizational_unit_id: str) -> Shape:
    """A unit."""
    organization = managed_organization(call, tx)
    return {"OrganizationalUnit": _described(tx, organization, _found(tx, organization, organizational_unit_id))}


@operation(
    "organizations", "UpdateOrganizationalUnit", needs=on("OrganizationalUnitId"), resources=about("OrganizationalUnitId")
)
def update_organizational_unit(call: Call, tx: Transaction, *, organizational_unit_id: str, name: str | None = None) -> Shape:
    """Another name for a unit; one of white space alone changes nothing, as on AWS."""
    organization = managed_organization(call, tx)
    unit = _found(tx, organization, organizational_unit_id)
    if name is not None and name.strip() and name != unit.name:
        _check_name(tx, organization, unit.parent, name)
        units.rename_unit(tx, unit, name)
    return {"OrganizationalUnit": _described(tx, organization, _found(tx, organization, unit.id))}


@operation(
    "organizations", "DeleteOrganizationalUnit", needs=on("OrganizationalUnitId"), resources=about("OrganizationalUnitId")
)
def delete_organizational_unit(call: Call, tx: Transaction, *, organizational_unit_id: str) -> Shape:
    """Delete a unit that holds nothing."""
    organization = managed_organization(call, tx)
    unit = _found(tx, organization, organizational_unit_id)
    if units.list_units(tx, organization, unit.id) or members.list_members(tx, organization, unit.id):
        raise errors.unit_not_empty()
    units.delete_unit(tx, organization, unit)
    return {}


@operation("organizations", "ListOrganizationalUnitsForParent", needs=on("ParentId"))
def list_organizational_units_for_parent(
    call: Call, tx: Transaction, *, parent_id: str, next_token: str | None = None, max_results: int | None = None
) -> Shape:
    """The units right under a parent."""
    organization = managed_organization(call, tx)
    check_parent(tx, organization, parent_id)
    listed, token = page(units.list_units(tx, organization, parent_id), next_token, max_results)
    return {"OrganizationalUnits": [_described(tx, organization, each) for each in listed], "NextToken": token}


def check_parent(tx: Transaction, organization: Organization, parent_id: str, missing: str = "Parent") -> None:
    """An error that nothing is `missing` where neither the root nor a unit has the ID."""
    if parent_id != organization.root and units.get_unit(tx, organization, parent_id) is None:
        raise errors.not_found(missing)


def path_of(tx: Transaction, organization: Organization, parent_id: str) -> str:
    """The path of the root or a unit: `o-…/r-…/ou-…/`."""
    below = units.units_down_to(tx, organization, parent_id)
    return organization.root_path + "".join(f"{unit.id}/" for unit in below)


def _found(tx: Transaction, organization: Organization, unit_id: str) -> Unit:
    unit = units.get_unit(tx, organization, unit_id)
    if unit is None:
        raise errors.not_found("OrganizationalUnit")
    return unit


def _check_name(tx: Transaction, organization: Organization, parent_id: str, name: str) -> None:
    if any(each.name == name for each in units.list_units(tx, organization, parent_id)):
        raise errors.duplicate_unit()


def _described(tx: Transaction, organization: Organization, unit: Unit) -> Shape:
    return {
        "Id": unit.id,
        "Arn": organization.arn_of("ou", unit.id),
        "Name": unit.name,
        "Path": path_of(tx, organization, unit.id),
    }
