"""What control policies are attached to: the root, units and accounts of an organization."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from gatepost.store.organizations.members import Member, get_member, list_members
from gatepost.store.organizations.organization import Organization
from gatepost.store.organizations.units import Unit, all_units, get_unit
from gatepost.store.transaction import Transaction

ROOT_NAME: Final = "Root"


class TargetKind(Enum):
    """The kinds of target, by the API's words."""

    ROOT = "ROOT"
    UNIT = "ORGANIZATIONAL_UNIT"
    ACCOUNT = "ACCOUNT"


@dataclass(frozen=True, slots=True)
class Target:
    """A root, a unit or an account."""

    id: str
    kind: TargetKind
    arn: str
    name: str


def find_target(tx: Transaction, organization: Organization, target_id: str) -> Target | None:
    """The target of an ID."""
    if target_id == organization.root:
        return _root(organization)
    unit = get_unit(tx, organization, target_id)
    if unit is not None:
        return _unit(organization, unit)
    member = get_member(tx, organization, target_id)
    return None if member is None else _account(organization, member)


def all_targets(tx: Transaction, organization: Organization) -> Iterable[Target]:
    """Every target of an organization."""
    yield _root(organization)
    yield from (_unit(organization, unit) for unit in all_units(tx, organization))
    yield from (_account(organization, member) for member in list_members(tx, organization))


def _root(organization: Organization) -> Target:
    return Target(organization.root, TargetKind.ROOT, organization.root_arn, ROOT_NAME)


def _unit(organization: Organization, unit: Unit) -> Target:
    return Target(unit.id, TargetKind.UNIT, organization.arn_of("ou", unit.id), unit.name)


def _account(organization: Organization, member: Member) -> Target:
    return Target(member.account, TargetKind.ACCOUNT, organization.account_arn(member.account), member.name)
