"""Inline policies of users, groups and roles, by their owner's unique ID."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from gatepost.store.schema import inline_policies
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class InlinePolicy:
    """A policy embedded in its owner; `document` as it was put."""

    name: str
    document: str


def put_inline_policy(tx: Transaction, account: str, owner_id: str, policy: InlinePolicy) -> None:
    """Keep a policy, in place of one of the same name."""
    delete_inline_policy(tx, account, owner_id, policy.name)
    tx.execute(insert(inline_policies).values(owner_id=owner_id, name=policy.name, document=policy.document))


def delete_inline_policy(tx: Transaction, account: str, owner_id: str, name: str) -> bool:
    """Delete a policy; whether there was one."""
    gone = tx.execute(delete(inline_policies).where(inline_policies.c.owner_id == owner_id, inline_policies.c.name == name))
    tx.touch(account)
    return gone.rowcount > 0


def list_inline_policies(tx: Transaction, owner_id: str) -> tuple[InlinePolicy, ...]:
    """An owner's policies, by name."""
    query = select(inline_policies).where(inline_policies.c.owner_id == owner_id).order_by(inline_policies.c.name)
    return tuple(InlinePolicy(row.name, row.document) for row in tx.execute(query))


def get_inline_policy(tx: Transaction, owner_id: str, name: str) -> InlinePolicy | None:
    """The policy of a name."""
    return next((policy for policy in list_inline_policies(tx, owner_id) if policy.name == name), None)
