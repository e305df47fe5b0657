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


def attached_policies(tx: Transaction, account: str) -> frozenset[str]:
    """The ARNs of the policies that are attached to anybody of an account."""
    return frozenset().union(*(_attached_arns(tx, owners, account) for owners in (users, groups, roles)))


def boundary_policies(tx: Transaction, account: str) -> frozenset[str]:
    """The ARNs of the policies that are the permissions boundary of anybody of an account."""
    return frozenset().union(*(_boundary_arns(tx, owners, account) for owners in (users, roles)))


def _attached_arns(tx: Transaction, owners: Table, account: str) -> frozenset[str]:
    attached = policy_attachments.c
    query = select(attached.policy_arn).join(owners, attached.owner_id == owners.c.id)
    return frozenset(tx.execute(query.where(owners.c.account == account)).scalars())


def _boundary_arns(tx: Transaction, owners: Table, account: str) -> frozenset[str]:
    bounded = owners.c.boundary_arn
    return frozenset(tx.execute(select(bounded).where(owners.c.account == account, bounded.is_not(None))).scalars())


def _of(owners: Table, account: str) -> Select[tuple[str, str, str]]:
    query = select(owners.c.name, owners.c.id, owners.c.path)
    return query.where(owners.c.account == account).order_by(func.lower(owners.c.name))


def _holders(tx: Transaction, query: Select[tuple[str, str, str]]) -> tuple[Holder, ...]:
    return tuple(Holder(row.name, row.id, row.path) for row in tx.execute(query))
