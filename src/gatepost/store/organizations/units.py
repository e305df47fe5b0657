"""Organizational units."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, update

from gatepost.store.organizations import ORGANIZATIONS, attachments, tags
from gatepost.store.organizations.organization import Organization
from gatepost.store.schema import organizational_units
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Unit:
    """An organizational unit. `parent` is the root's or another unit's ID."""

    id: str
    organization: str
    parent: str
    name: str
    created_at: datetime


def create_unit(tx: Transaction, unit: Unit) -> None:
    """Keep a new unit."""
    tx.execute(
        insert(organizational_units).values(
            organization=unit.organization, id=unit.id, parent=unit.parent, name=unit.name, created_at=unit.created_at
        )
    )
    tx.touch(ORGANIZATIONS)


def get_unit(tx: Transaction, organization: Organization, unit_id: str) -> Unit | None:
    """The unit of an ID."""
    columns = organizational_units.c
    query = select(organizational_units).where(columns.organization == organization.id, columns.id == unit_id)
    row = tx.execute(query).one_or_none()
    return None if row is None else _unit(row)


def list_units(tx: Transaction, organization: Organization, parent: str) -> tuple[Unit, ...]:
    """The units right under a parent, as they were made."""
    columns = organizational_units.c
    query = select(organizational_units).where(columns.organization == organization.id, columns.parent == parent)
    return tuple(map(_unit, tx.execute(query.order_by(columns.created_at, columns.id))))


def all_units(tx: Transaction, organization: Organization) -> tuple[Unit, ...]:
    """Every unit of an organization."""
    columns = organizational_units.c
    query = select(organizational_units).where(columns.organization == organization.id)
    return tuple(map(_unit, tx.execute(query.order_by(columns.created_at, columns.id))))


def units_down_to(tx: Transaction, organization: Organization, parent: str) -> tuple[Unit, ...]:
    """The units from below the root down to a unit, itself included; none where `parent` is the root."""
    found: list[Unit] = []
    while parent != organization.root:
        unit = get_unit(tx, organization, parent)
        assert unit is not None  # noqa: S101 -- INVARIANT: a unit that holds something cannot be deleted
        found.append(unit)
        parent = unit.parent
    return tuple(reversed(found))


def rename_unit(tx: Transaction, unit: Unit, name: str) -> None:
    """Give a unit another name."""
    columns = organizational_units.c
    change = update(organizational_units).where(columns.organization == unit.organization, columns.id == unit.id)
    tx.execute(change.values(name=name))
    tx.touch(ORGANIZATIONS)


def delete_unit(tx: Transaction, organization: Organization, unit: Unit) -> None:
    """Delete a unit that holds nothing."""
    attachments.detach_all_of_target(tx, organization, unit.id)
    tags.untag_all(tx, organization, unit.id)
    columns = organizational_units.c
    tx.execute(delete(organizational_units).where(columns.organization == unit.organization, columns.id == unit.id))
    tx.touch(ORGANIZATIONS)


def _unit(row: Row[tuple[object, ...]]) -> Unit:
    return Unit(row.id, row.organization, row.parent, row.name, row.created_at)
