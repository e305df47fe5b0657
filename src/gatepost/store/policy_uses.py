"""Who uses a managed policy: to whom it is attached, and whose permissions boundary it is."""

from dataclasses import dataclass

from sqlalchemy import Select, Table, func, select

from gatepost.store.schema import groups, policy_attachments, roles, users
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Holder:
    """A user, group or role that uses a policy."""

    name: str
    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Uses:
    """The users, groups and roles of one account that use a policy, each by name."""

    users: tuple[Holder, ...] = ()
    groups: tuple[Holder, ...] = ()
    roles: tuple[Holder, ...] = ()

    def __len__(self) -> int:
        return len(self.users) + len(self.groups) + len(self.roles)


def attached_to(tx: Transaction, account: str, arn: str) -> Uses:
    """To whom of an account a policy is attached."""

    def holders(owners: Table) -> tuple[Holder, ...]:
        query = _of(owners, account).join(policy_attachments, policy_attachments.c.owner_id == owners.c.id)
        return _holders(tx, query.where(policy_attachments.c.policy_arn == arn))

    return Uses(holders(users), holders(groups), holders(roles))


def bounded_by(tx: Transaction, account: str, arn: str) -> Uses:
    """Whose permissions boundary a policy is; groups have none."""

    def holders(owners: Table) -> tuple[Holder, ...]:
        return _holders(tx, _of(owners, account).where(owners.c.boundary_arn == arn))

    return Uses(holders(users), (), holders(roles))


def _of(owners: Table, account: str) -> Select[tuple[str, str, str]]:
    query = select(owners.c.name, owners.c.id, owners.c.path)
    return query.where(owners.c.account == account).order_by(func.lower(owners.c.name))


def _holders(tx: Transaction, query: Select[tuple[str, str, str]]) -> tuple[Holder, ...]:
    return tuple(Holder(row.name, row.id, row.path) for row in tx.execute(query))
