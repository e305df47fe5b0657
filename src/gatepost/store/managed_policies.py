"""Managed policies of an account, their versions, and what is attached to an owner.

AWS's own (`arn:aws:iam::aws:policy/…`) are not rows: `aws_policies` gives their documents; only attachments are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, func, insert, select, update

from gatepost.store.aws_policies import AwsPolicy, aws_policies, find_aws_policy
from gatepost.store.schema import managed_policies, managed_policy_versions, policy_attachments
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """A managed policy; `default_version` is the number of the version in force (`v3` is 3)."""

    id: str
    account: str
    arn: str
    name: str
    path: str
    description: str | None
    default_version: int
    next_version: int
    created_at: datetime
    updated_at: datetime
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a managed policy."""

    version: int
    document: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AttachedDocument:
    """The default version of an attached policy."""

    arn: str
    document: str


def create_policy(tx: Transaction, policy: ManagedPolicy, document: str) -> None:
    """Keep a new policy with its first version."""
    tx.execute(
        insert(managed_policies).values(
            id=policy.id,
            account=policy.account,
            arn=policy.arn,
            name=policy.name,
            name_key=policy.name.lower(),
            path=policy.path,
            description=policy.description,
            default_version=policy.default_version,
            next_version=policy.next_version,
            created_at=policy.created_at,
            updated_at=policy.updated_at,
            tags=dict(policy.tags),
        )
    )
    _insert_version(tx, policy.id, PolicyVersion(1, document, policy.created_at))
    tx.touch(policy.account)


def get_policy(tx: Transaction, arn: str) -> ManagedPolicy | None:
    """The policy of an ARN, an account's or AWS's own."""
    aws = find_aws_policy(arn)
    if aws is not None:
        return _aws_policy(aws)
    row = tx.execute(select(managed_policies).where(managed_policies.c.arn == arn)).one_or_none()
    return None if row is None else _policy(row)


def get_policy_by_name(tx: Transaction, account: str, name: str) -> ManagedPolicy | None:
    """The account's policy of a name, without regard to case."""
    query = select(managed_policies).where(managed_policies.c.account == account, managed_policies.c.name_key == name.lower())
    row = tx.execute(query).one_or_none()
    return None if row is None else _policy(row)


def list_policies(tx: Transaction, account: str) -> tuple[ManagedPolicy, ...]:
    """The account's policies, by name."""
    query = select(managed_policies).where(managed_policies.c.account == account).order_by(managed_policies.c.name_key)
    return tuple(map(_policy, tx.execute(query)))


def list_aws_policies() -> tuple[ManagedPolicy, ...]:
    """AWS's own policies, by name."""
    return tuple(map(_aws_policy, aws_policies().values()))


def list_versions(tx: Transaction, policy: ManagedPolicy) -> tuple[PolicyVersion, ...]:
    """A policy's versions, newest first; of AWS's own the one in force."""
    aws = find_aws_policy(policy.arn)
    if aws is not None:
        return (PolicyVersion(aws.version, aws.document, aws.updated_at),)
    versions = managed_policy_versions.c
    query = select(managed_policy_versions).where(versions.policy_id == policy.id).order_by(versions.version.desc())
    return tuple(PolicyVersion(row.version, row.document, row.created_at) for row in tx.execute(query))


def add_version(tx: Transaction, policy: ManagedPolicy, document: str, now: datetime, *, as_default: bool) -> PolicyVersion:
    """A new version, in force at once where `as_default`."""
    version = PolicyVersion(policy.next_version, document, now)
    _insert_version(tx, policy.id, version)
    tx.execute(
        update(managed_policies)
        .where(managed_policies.c.id == policy.id)
        .values(
            next_version=policy.next_version + 1,
            updated_at=now,
            default_version=version.version if as_default else policy.default_version,
        )
    )
    tx.touch(policy.account)
    return version


def set_default_version(tx: Transaction, policy: ManagedPolicy, version: int, now: datetime) -> None:
    """Put another version in force."""
    change = update(managed_policies).where(managed_policies.c.id == policy.id)
    tx.execute(change.values(default_version=version, updated_at=now))
    tx.touch(policy.account)


def delete_version(tx: Transaction, policy: ManagedPolicy, version: int) -> None:
    """Delete a version that is not in force."""
    versions = managed_policy_versions.c
    tx.execute(delete(managed_policy_versions).where(versions.policy_id == policy.id, versions.version == version))
    tx.touch(policy.account)


def count_policies(tx: Transaction, account: str) -> int:
    """How many policies an account has."""
    query = select(func.count()).where(managed_policies.c.account == account)
    return tx.execute(query).scalar_one()  # type: ignore[no-any-return]  # a count


def count_versions(tx: Transaction, account: str) -> int:
    """How many versions the account's policies have together."""
    query = (
        select(func.count())
        .select_from(
            managed_policy_versions.join(managed_policies, managed_policies.c.id == managed_policy_versions.c.policy_id)
        )
        .where(managed_policies.c.account == account)
    )
    return tx.execute(query).scalar_one()  # type: ignore[no-any-return]  # a count


def set_tags(tx: Transaction, policy: ManagedPolicy, tags: Mapping[str, str]) -> None:
    """Replace a policy's tags."""
    tx.execute(update(managed_policies).where(managed_policies.c.id == policy.id).values(tags=dict(tags)))
    tx.touch(policy.account)


def delete_policy(tx: Transaction, policy: ManagedPolicy) -> None:
    """Delete a policy and its versions."""
    tx.execute(delete(managed_policy_versions).where(managed_policy_versions.c.policy_id == policy.id))
    tx.execute(delete(managed_policies).where(managed_policies.c.id == policy.id))
    tx.touch(policy.account)


def attach(tx: Transaction, account: str, owner_id: str, arn: str, now: datetime) -> None:
    """Attach a policy to a user, group or role; nothing changes where it is attached already."""
    if not detach(tx, account, owner_id, arn):
        tx.touch(account)
    tx.execute(insert(policy_attachments).values(owner_id=owner_id, policy_arn=arn, attached_at=now))


def detach(tx: Transaction, account: str, owner_id: str, arn: str) -> bool:
    """Detach a policy; whether it was attached."""
    attached = policy_attachments.c
    gone = tx.execute(delete(policy_attachments).where(attached.owner_id == owner_id, attached.policy_arn == arn))
    tx.touch(account)
    return gone.rowcount > 0


def attached_arns(tx: Transaction, owner_id: str) -> tuple[str, ...]:
    """The ARNs of the policies attached to an owner, in order."""
    query = select(policy_attachments.c.policy_arn).where(policy_attachments.c.owner_id == owner_id)
    return tuple(tx.execute(query.order_by(policy_attachments.c.policy_arn)).scalars())


def attached_documents(tx: Transaction, owner_id: str) -> tuple[AttachedDocument, ...]:
    """The documents in force of the policies attached to an owner."""
    documents = ((arn, document_in_force(tx, arn)) for arn in attached_arns(tx, owner_id))
    return tuple(AttachedDocument(arn, document) for arn, document in documents if document is not None)


def document_in_force(tx: Transaction, arn: str) -> str | None:
    """The document in force of the policy of an ARN, None where there is no such policy."""
    policy = get_policy(tx, arn)
    return None if policy is None else document_of(tx, policy, policy.default_version)


def document_of(tx: Transaction, policy: ManagedPolicy, version: int) -> str:
    """The document of a version that exists."""
    return next(each.document for each in list_versions(tx, policy) if each.version == version)


def _insert_version(tx: Transaction, policy_id: str, version: PolicyVersion) -> None:
    tx.execute(
        insert(managed_policy_versions).values(
            policy_id=policy_id, version=version.version, document=version.document, created_at=version.created_at
        )
    )


def _aws_policy(policy: AwsPolicy) -> ManagedPolicy:
    return ManagedPolicy(
        policy.id,
        "aws",
        policy.arn,
        policy.name,
        policy.path,
        policy.description,
        policy.version,
        policy.version + 1,
        policy.created_at,
        policy.updated_at,
        (),
    )


def _policy(row: Row[tuple[object, ...]]) -> ManagedPolicy:
    return ManagedPolicy(
        row.id,
        row.account,
        row.arn,
        row.name,
        row.path,
        row.description,
        row.default_version,
        row.next_version,
        row.created_at,
        row.updated_at,
        tuple(row.tags.items()),
    )
