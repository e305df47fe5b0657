"""IAM roles and their trust policies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, delete, func, insert, select, update

from gatepost.store.schema import roles
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Role:
    """A role. `principal_ids`: the unique ID that each user and role had that the trust policy names, when it was put."""

    id: str
    account: str
    name: str
    path: str
    trust_policy: str
    description: str | None
    max_session_seconds: int
    created_at: datetime
    boundary_arn: str | None
    tags: tuple[tuple[str, str], ...]
    principal_ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The role's ARN."""
        return f"arn:aws:iam::{self.account}:role{self.path}{self.name}"


def create_role(tx: Transaction, role: Role) -> None:
    """Keep a new role."""
    tx.execute(
        insert(roles).values(
            id=role.id,
            account=role.account,
            name=role.name,
            name_key=role.name.lower(),
            path=role.path,
            trust_policy=role.trust_policy,
            principal_ids=dict(role.principal_ids),
            description=role.description,
            max_session_seconds=role.max_session_seconds,
            created_at=role.created_at,
            boundary_arn=role.boundary_arn,
            tags=dict(role.tags),
        )
    )
    tx.touch(role.account)


def get_role(tx: Transaction, account: str, name: str) -> Role | None:
    """The role of a name."""
    query = select(roles).where(roles.c.account == account, roles.c.name_key == name.lower())
    row = tx.execute(query).one_or_none()
    return None if row is None else _role(row)


def get_role_by_id(tx: Transaction, role_id: str) -> Role | None:
    """The role of a unique ID."""
    row = tx.execute(select(roles).where(roles.c.id == role_id)).one_or_none()
    return None if row is None else _role(row)


def list_roles(tx: Transaction, account: str, path_prefix: str = "/") -> tuple[Role, ...]:
    """The roles whose path begins so, by name."""
    query = select(roles).where(roles.c.account == account).order_by(roles.c.name_key)
    return tuple(role for role in map(_role, tx.execute(query)) if role.path.startswith(path_prefix))


def count_roles(tx: Transaction, account: str) -> int:
    """How many roles an account has."""
    return tx.execute(select(func.count()).where(roles.c.account == account)).scalar_one()  # type: ignore[no-any-return]  # a count


def set_trust_policy(tx: Transaction, role: Role, document: str, principal_ids: Mapping[str, str]) -> None:
    """Replace a role's trust policy."""
    change = update(roles).where(roles.c.id == role.id)
    tx.execute(change.values(trust_policy=document, principal_ids=dict(principal_ids)))
    tx.touch(role.account)


def update_role(tx: Transaction, role: Role, description: str | None, max_session_seconds: int) -> None:
    """Give a role another description and another limit on its sessions."""
    change = update(roles).where(roles.c.id == role.id)
    tx.execute(change.values(description=description, max_session_seconds=max_session_seconds))
    tx.touch(role.account)


def set_boundary(tx: Transaction, role: Role, arn: str | None) -> None:
    """Set a role's permissions boundary, or take it away."""
    tx.execute(update(roles).where(roles.c.id == role.id).values(boundary_arn=arn))
    tx.touch(role.account)


def set_tags(tx: Transaction, role: Role, tags: Mapping[str, str]) -> None:
    """Replace a role's tags."""
    tx.execute(update(roles).where(roles.c.id == role.id).values(tags=dict(tags)))
    tx.touch(role.account)


def delete_role(tx: Transaction, role: Role) -> None:
    """Delete a role."""
    tx.execute(delete(roles).where(roles.c.id == role.id))
    tx.touch(role.account)


def _role(row: Row[tuple[object, ...]]) -> Role:
    return Role(
        row.id,
        row.account,
        row.name,
        row.path,
        row.trust_policy,
        row.description,
        row.max_session_seconds,
        row.created_at,
        row.boundary_arn,
        tuple(row.tags.items()),
        row.principal_ids,
    )
