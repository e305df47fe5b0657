"""An organization: its management account, its root, what it offers and which types of policy are enabled."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from sqlalchemy import Row, delete, insert, select, update

from gatepost.store.organizations import ORGANIZATIONS
from gatepost.store.schema import (
    account_requests,
    control_policies,
    control_policy_attachments,
    organization_members,
    organization_tags,
    organizational_units,
    organizations,
)
from gatepost.store.transaction import Transaction


class FeatureSet(Enum):
    """What an organization offers; policies need all features."""

    ALL = "ALL"
    CONSOLIDATED_BILLING = "CONSOLIDATED_BILLING"


class ControlPolicyType(Enum):
    """The types of control policy, by the API's words."""

    SCP = "SERVICE_CONTROL_POLICY"
    RCP = "RESOURCE_CONTROL_POLICY"


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization. `root` is its root's ID; `policy_types` are those enabled there, by name."""

    id: str
    management_account: str
    root: str
    feature_set: FeatureSet
    policy_types: tuple[ControlPolicyType, ...]
    created_at: datetime

    @property
    def arn(self) -> str:
        """The organization's ARN."""
        return f"arn:aws:organizations::{self.management_account}:organization/{self.id}"

    def arn_of(self, kind: str, name: str) -> str:
        """The ARN of something of the organization: its `root`, an `ou`, `account`, `policy` or `handshake`."""
        return f"arn:aws:organizations::{self.management_account}:{kind}/{self.id}/{name}"

    @property
    def root_arn(self) -> str:
        """The root's ARN."""
        return self.arn_of("root", self.root)

    @property
    def root_path(self) -> str:
        """The root's path: `o-…/r-…/`."""
        return f"{self.id}/{self.root}/"

    def account_arn(self, account: str) -> str:
        """The ARN of a member."""
        return self.arn_of("account", account)


def create_organization(tx: Transaction, organization: Organization) -> None:
    """Keep a new organization."""
    tx.execute(
        insert(organizations).values(
            id=organization.id,
            management_account=organization.management_account,
            root=organization.root,
            feature_set=organization.feature_set.value,
            policy_types=_names(organization.policy_types),
            created_at=organization.created_at,
        )
    )
    tx.touch(ORGANIZATIONS)


def get_organization(tx: Transaction, organization_id: str) -> Organization | None:
    """The organization of an ID."""
    row = tx.execute(select(organizations).where(organizations.c.id == organization_id)).one_or_none()
    return None if row is None else _organization(row)


def organization_of(tx: Transaction, account: str) -> Organization | None:
    """The organization that an account is in."""
    query = (
        select(organizations)
        .join(organization_members, organization_members.c.organization == organizations.c.id)
        .where(organization_members.c.account == account)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else _organization(row)


def set_feature_set(tx: Transaction, organization: Organization, feature_set: FeatureSet) -> None:
    """Offer other features."""
    tx.execute(update(organizations).where(organizations.c.id == organization.id).values(feature_set=feature_set.value))
    tx.touch(ORGANIZATIONS)


def set_policy_types(tx: Transaction, organization: Organization, types: tuple[ControlPolicyType, ...]) -> Organization:
    """Enable these types of policy and no others."""
    ordered = tuple(sorted(types, key=lambda each: each.value))
    tx.execute(update(organizations).where(organizations.c.id == organization.id).values(policy_types=_names(ordered)))
    tx.touch(ORGANIZATIONS)
    return replace(organization, policy_types=ordered)


def delete_organization(tx: Transaction, organization: Organization) -> None:
    """Delete an organization with all that it has; its accounts stay, and the handshakes that it sent."""
    for table in (
        organization_tags,
        control_policy_attachments,
        control_policies,
        organizational_units,
        account_requests,
        organization_members,
    ):
        tx.execute(delete(table).where(table.c.organization == organization.id))
    tx.execute(delete(organizations).where(organizations.c.id == organization.id))
    tx.touch(ORGANIZATIONS)


def _names(types: tuple[ControlPolicyType, ...]) -> list[str]:
    return [each.value for each in types]


def _organization(row: Row[tuple[object, ...]]) -> Organization:
    return Organization(
        row.id,
        row.management_account,
        row.root,
        FeatureSet(row.feature_set),
        tuple(map(ControlPolicyType, row.policy_types)),
        row.created_at,
    )
