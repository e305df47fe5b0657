"""Service and resource control policies, an organization's own and AWS's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Row, delete, insert, select, update

from gatepost.store.organizations import ORGANIZATIONS, tags
from gatepost.store.organizations.organization import ControlPolicyType, Organization
from gatepost.store.schema import control_policies
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ControlPolicy:
    """A control policy. AWS's own (`aws_managed`) are of every organization and cannot be changed."""

    id: str
    arn: str
    type: ControlPolicyType
    name: str
    description: str
    document: str
    aws_managed: bool = False


def _of_aws(type_: ControlPolicyType, name: str, description: str, statement: str) -> ControlPolicy:
    document = f'{{\n  "Version": "2012-10-17",\n  "Statement": [\n    {{\n{statement}\n    }}\n  ]\n}}'
    arn = f"arn:aws:organizations::aws:policy/{type_.value.lower()}/p-{name}"
    return ControlPolicy(f"p-{name}", arn, type_, name, description, document, aws_managed=True)


# As DescribePolicy gives them out.
FULL_AWS_ACCESS: Final = _of_aws(
    ControlPolicyType.SCP,
    "FullAWSAccess",
    "Allows access to every operation",
    '      "Effect": "Allow",\n      "Action": "*",\n      "Resource": "*"',
)
RCP_FULL_AWS_ACCESS: Final = _of_aws(
    ControlPolicyType.RCP,
    "RCPFullAWSAccess",
    "Allows access to every resource",
    '      "Effect": "Allow",\n      "Principal": "*",\n      "Action": "*",\n      "Resource": "*"',
)
AWS_CONTROL_POLICIES: Final = {policy.id: policy for policy in (FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS)}
# What enabling a type attaches everywhere, and what every new unit and account gets.
DEFAULTS: Final = {policy.type: policy for policy in AWS_CONTROL_POLICIES.values()}


def create_control_policy(tx: Transaction, organization: Organization, policy: ControlPolicy, now: datetime) -> None:
    """Keep a new policy."""
    tx.execute(
        insert(control_policies).values(
            organization=organization.id,
            id=policy.id,
            type=policy.type.value,
            name=policy.name,
            description=policy.description,
            document=policy.document,
            created_at=now,
        )
    )
    tx.touch(ORGANIZATIONS)


def control_policy_arn(organization: Organization, type_: ControlPolicyType, policy_id: str) -> str:
    """The ARN of an organization's own policy."""
    return organization.arn_of("policy", f"{type_.value.lower()}/{policy_id}")


def get_control_policy(tx: Transaction, organization: Organization, policy_id: str) -> ControlPolicy | None:
    """The policy of an ID, the organization's or AWS's own."""
    return next(iter(get_control_policies(tx, organization, (policy_id,))), None)


def get_control_policies(tx: Transaction, organization: Organization, ids: Iterable[str]) -> tuple[ControlPolicy, ...]:
    """The policies of several IDs, in their order; an ID that there is not is left out."""
    wanted = tuple(ids)
    columns = control_policies.c
    query = select(control_policies).where(columns.organization == organization.id, columns.id.in_(wanted))
    known = AWS_CONTROL_POLICIES | {row.id: _policy(organization, row) for row in tx.execute(query)}
    return tuple(known[each] for each in wanted if each in known)


def list_control_policies(tx: Transaction, organization: Organization, type_: ControlPolicyType) -> tuple[ControlPolicy, ...]:
    """The policies of a type: AWS's, then the organization's as they were made."""
    columns = control_policies.c
    query = select(control_policies).where(columns.organization == organization.id, columns.type == type_.value)
    own = tx.execute(query.order_by(columns.created_at, columns.id))
    return (DEFAULTS[type_], *(_policy(organization, row) for row in own))


def update_control_policy(tx: Transaction, organization: Organization, changed: ControlPolicy) -> None:
    """Keep a policy that has another name, description or document."""
    columns = control_policies.c
    change = update(control_policies).where(columns.organization == organization.id, columns.id == changed.id)
    tx.execute(change.values(name=changed.name, description=changed.description, document=changed.document))
    tx.touch(ORGANIZATIONS)


def delete_control_policy(tx: Transaction, organization: Organization, policy: ControlPolicy) -> None:
    """Delete a policy that is attached nowhere."""
    tags.untag_all(tx, organization, policy.id)
    columns = control_policies.c
    tx.execute(delete(control_policies).where(columns.organization == organization.id, columns.id == policy.id))
    tx.touch(ORGANIZATIONS)


def _policy(organization: Organization, row: Row[tuple[object, ...]]) -> ControlPolicy:
    type_ = ControlPolicyType(row.type)
    arn = control_policy_arn(organization, type_, row.id)
    return ControlPolicy(row.id, arn, type_, row.name, row.description, row.document)
