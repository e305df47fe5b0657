"""The accounts of an organization, and where in its tree they are."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from sqlalchemy import Row, delete, insert, select, update

from gatepost.store.organizations import ORGANIZATIONS, attachments, tags
from gatepost.store.organizations.organization import Organization
from gatepost.store.schema import accounts, organization_members
from gatepost.store.transaction import Transaction

MEMBERS: Final = select(organization_members, accounts.c.name, accounts.c.email).join(
    accounts, accounts.c.id == organization_members.c.account
)


class JoinedMethod(Enum):
    """How an account came into its organization; its management account counts as invited."""

    INVITED = "INVITED"
    CREATED = "CREATED"


@dataclass(frozen=True, slots=True)
class Member:
    """An account of an organization. `parent` is the root's or a unit's ID; `name` and `email` are the account's own."""

    account: str
    organization: str
    parent: str
    joined_method: JoinedMethod
    joined_at: datetime
    name: str
    email: str | None


def add_member(
    tx: Transaction, organization: Organization, account: str, joined_method: JoinedMethod, joined_at: datetime
) -> None:
    """Let an account join, under the root."""
    tx.execute(
        insert(organization_members).values(
            account=account,
            organization=organization.id,
            parent=organization.root,
            joined_method=joined_method.value,
            joined_at=joined_at,
        )
    )
    tx.touch(ORGANIZATIONS)


def get_member(tx: Transaction, organization: Organization, account: str) -> Member | None:
    """The member of an account's ID."""
    query = MEMBERS.where(organization_members.c.organization == organization.id, organization_members.c.account == account)
    row = tx.execute(query).one_or_none()
    return None if row is None else _member(row)


def list_members(tx: Transaction, organization: Organization, parent: str | None = None) -> tuple[Member, ...]:
    """The members, or those right under a parent, as they joined."""
    query = MEMBERS.where(organization_members.c.organization == organization.id)
    if parent is not None:
        query = query.where(organization_members.c.parent == parent)
    ordered = query.order_by(organization_members.c.joined_at, organization_members.c.account)
    return tuple(map(_member, tx.execute(ordered)))


def move_member(tx: Transaction, member: Member, parent: str) -> None:
    """Put a member under another parent."""
    tx.execute(update(organization_members).where(organization_members.c.account == member.account).values(parent=parent))
    tx.touch(ORGANIZATIONS)


def remove_member(tx: Transaction, organization: Organization, member: Member) -> None:
    """Let a member go. What was attached to it, and its tags, are of the organization and do not go with it."""
    attachments.detach_all_of_target(tx, organization, member.account)
    tags.untag_all(tx, organization, member.account)
    tx.execute(delete(organization_members).where(organization_members.c.account == member.account))
    tx.touch(ORGANIZATIONS)


def _member(row: Row[tuple[object, ...]]) -> Member:
    return Member(
        row.account, row.organization, row.parent, JoinedMethod(row.joined_method), row.joined_at, row.name, row.email
    )
