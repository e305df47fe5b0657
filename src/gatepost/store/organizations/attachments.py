"""Which control policies are attached to which root, unit or account."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from gatepost.store.organizations import ORGANIZATIONS
from gatepost.store.organizations.control_policies import DEFAULTS, ControlPolicy, get_control_policies
from gatepost.store.organizations.organization import ControlPolicyType, Organization
from gatepost.store.schema import control_policies, control_policy_attachments
from gatepost.store.transaction import Transaction


def attach(tx: Transaction, organization: Organization, target: str, policy_id: str, now: datetime) -> None:
    """Attach a policy to a target."""
    tx.execute(
        insert(control_policy_attachments).values(
            organization=organization.id, target=target, policy=policy_id, attached_at=now
        )
    )
    tx.touch(ORGANIZATIONS)


def attach_defaults(tx: Transaction, organization: Organization, target: str, now: datetime) -> None:
    """Attach to a new target what every target has: AWS's own policy of each type enabled."""
    for type_ in organization.policy_types:
        attach(tx, organization, target, DEFAULTS[type_].id, now)


def detach(tx: Transaction, organization: Organization, target: str, policy_id: str) -> None:
    """Detach a policy from a target."""
    columns = control_policy_attachments.c
    tx.execute(
        delete(control_policy_attachments).where(
            columns.organization == organization.id, columns.target == target, columns.policy == policy_id
        )
    )
    tx.touch(ORGANIZATIONS)


def detach_all_of_type(tx: Transaction, organization: Organization, type_: ControlPolicyType) -> None:
    """Detach every policy of a type from every target."""
    columns = control_policy_attachments.c
    own = select(control_policies.c.id).where(
        control_policies.c.organization == organization.id, control_policies.c.type == type_.value
    )
    of_type = columns.policy.in_(own) | (columns.policy == DEFAULTS[type_].id)
    tx.execute(delete(control_policy_attachments).where(columns.organization == organization.id, of_type))
    tx.touch(ORGANIZATIONS)


def detach_all_of_target(tx: Transaction, organization: Organization, target: str) -> None:
    """Detach every policy from a target."""
    columns = control_policy_attachments.c
    tx.execute(delete(control_policy_attachments).where(columns.organization == organization.id, columns.target == target))
    tx.touch(ORGANIZATIONS)


def policies_of(
    tx: Transaction, organization: Organization, target: str, type_: ControlPolicyType
) -> tuple[ControlPolicy, ...]:
    """The policies of a type that are attached to a target itself, as they were attached."""
    columns = control_policy_attachments.c
    query = (
        select(columns.policy)
        .where(columns.organization == organization.id, columns.target == target)
        .order_by(columns.attached_at, columns.policy)
    )
    attached = get_control_policies(tx, organization, tx.execute(query).scalars())
    return tuple(policy for policy in attached if policy.type is type_)


def targets_of(tx: Transaction, organization: Organization, policy_id: str) -> tuple[str, ...]:
    """The IDs of the targets that a policy is attached to, as it was attached."""
    columns = control_policy_attachments.c
    query = (
        select(columns.target)
        .where(columns.organization == organization.id, columns.policy == policy_id)
        .order_by(columns.attached_at, columns.target)
    )
    return tuple(tx.execute(query).scalars())
