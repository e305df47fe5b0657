"""The policies of SES identities: one store for both versions of the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select

from gatepost.store.schema import identity_policies
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class IdentityPolicy:
    """A policy of an identity. `principal_ids`: the unique ID that each named user or role had when the policy was put."""

    name: str
    document: str
    principal_ids: Mapping[str, str] = field(default_factory=dict)


def put_identity_policy(tx: Transaction, account: str, region: str, identity: str, policy: IdentityPolicy) -> None:
    """Keep a policy, in place of one of the same name."""
    delete_identity_policy(tx, account, region, identity, policy.name)
    tx.execute(
        insert(identity_policies).values(
            account=account,
            region=region,
            identity=identity,
            name=policy.name,
            document=policy.document,
            principal_ids=dict(policy.principal_ids),
        )
    )


def list_identity_policies(tx: Transaction, account: str, region: str, identity: str) -> tuple[IdentityPolicy, ...]:
    """An identity's policies, by name."""
    query = select(identity_policies).where(_of(account, region, identity)).order_by(identity_policies.c.name)
    return tuple(IdentityPolicy(row.name, row.document, row.principal_ids) for row in tx.execute(query))


def delete_identity_policy(tx: Transaction, account: str, region: str, identity: str, name: str) -> bool:
    """Delete a policy; whether there was one."""
    gone = tx.execute(delete(identity_policies).where(_of(account, region, identity), identity_policies.c.name == name))
    tx.touch(account)
    return gone.rowcount > 0


def delete_all_of(tx: Transaction, account: str, region: str, identity: str) -> None:
    """Delete every policy of an identity, as its deletion does."""
    tx.execute(delete(identity_policies).where(_of(account, region, identity)))
    tx.touch(account)


def _of(account: str, region: str, identity: str) -> Any:  # noqa: ANN401 -- SQLAlchemy's clause
    column = identity_policies.c
    return (column.account == account) & (column.region == region) & (column.identity == identity)
