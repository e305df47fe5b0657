"""Tags of roots, units, accounts and control policies."""

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, insert, select

from gatepost.store.organizations import ORGANIZATIONS
from gatepost.store.organizations.organization import Organization
from gatepost.store.schema import organization_tags
from gatepost.store.transaction import Transaction


def tags_of(tx: Transaction, organization: Organization, resource: str) -> Mapping[str, str]:
    """The tags of a target or policy, by key."""
    columns = organization_tags.c
    query = select(columns.key, columns.value).where(columns.organization == organization.id, columns.resource == resource)
    return {row.key: row.value for row in tx.execute(query.order_by(columns.key))}


def tag(tx: Transaction, organization: Organization, resource: str, tags: Mapping[str, str]) -> None:
    """Set tags; others stay."""
    untag(tx, organization, resource, tags)
    if tags:
        rows = [
            {"organization": organization.id, "resource": resource, "key": key, "value": value} for key, value in tags.items()
        ]
        tx.execute(insert(organization_tags).values(rows))
    tx.touch(ORGANIZATIONS)


def untag(tx: Transaction, organization: Organization, resource: str, keys: Iterable[str]) -> None:
    """Take tags away; a key that is not there is no error."""
    columns = organization_tags.c
    tx.execute(
        delete(organization_tags).where(
            columns.organization == organization.id, columns.resource == resource, columns.key.in_(tuple(keys))
        )
    )
    tx.touch(ORGANIZATIONS)


def untag_all(tx: Transaction, organization: Organization, resource: str) -> None:
    """Take every tag of something away."""
    columns = organization_tags.c
    tx.execute(delete(organization_tags).where(columns.organization == organization.id, columns.resource == resource))
    tx.touch(ORGANIZATIONS)
