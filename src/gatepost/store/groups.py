"""IAM groups and who is in them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, func, insert, select, update

from gatepost.store.schema import group_members, groups, users
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Group:
    """A group."""

    id: str
    account: str
    name: str
    path: str
    created_at: datetime

    @property
    def arn(self) -> str:
        """The group's ARN."""
        return f"arn:aws:iam::{self.account}:group{self.path}{self.name}"


def create_group(tx: Transaction, group: Group) -> None:
    """Keep a new group."""
    tx.execute(
        insert(groups).values(
            id=group.id,
            account=group.account,
            name=group.name,
            name_key=group.name.lower(),
            path=group.path,
            created_at=group.created_at,
        )
    )
    tx.touch(group.account)


def get_group(tx: Transaction, account: str, name: str) -> Group | None:
    """The group of a name."""
    query = select(groups).where(groups.c.account == account, groups.c.name_key == name.lower())
    row = tx.execute(query).one_or_none()
    return None if row is None else _group(row)


def list_groups(tx: Transaction, account: str, path_prefix: str = "/") -> tuple[Group, ...]:
    """The groups whose path begins so, by name."""
    query = select(groups).where(groups.c.account == account).order_by(groups.c.name_key)
    return tuple(group for group in map(_group, tx.execute(query)) if group.path.startswith(path_prefix))


def count_groups(tx: Transaction, account: str) -> int:
    """How many groups an account has."""
    return tx.execute(select(func.count()).where(groups.c.account == account)).scalar_one()  # type: ignore[no-any-return]  # a count


def groups_of(tx: Transaction, user_id: str) -> tuple[Group, ...]:
    """The groups that a user is in, by name."""
    query = (
        select(groups)
        .join(group_members, group_members.c.group_id == groups.c.id)
        .where(group_members.c.user_id == user_id)
        .order_by(groups.c.name_key)
    )
    return tuple(map(_group, tx.execute(query)))


def members_of(tx: Transaction, group: Group) -> tuple[str, ...]:
    """The names of a group's members, in order."""
    query = (
        select(users.c.name)
        .join(group_members, group_members.c.user_id == users.c.id)
        .where(group_members.c.group_id == group.id)
        .order_by(users.c.name_key)
    )
    return tuple(tx.execute(query).scalars())


def add_member(tx: Transaction, group: Group, user_id: str) -> None:
    """Put a user in a group; nothing changes where the user is in it already."""
    remove_member(tx, group, user_id)
    tx.execute(insert(group_members).values(group_id=group.id, user_id=user_id))
    tx.touch(group.account)


def remove_member(tx: Transaction, group: Group, user_id: str) -> bool:
    """Take a user out of a group; whether the user was in it."""
    gone = tx.execute(delete(group_members).where(group_members.c.group_id == group.id, group_members.c.user_id == user_id))
    tx.touch(group.account)
    return gone.rowcount > 0


def rename_group(tx: Transaction, group: Group, name: str, path: str) -> None:
    """Give a group another name or path; the ID stays."""
    tx.execute(update(groups).where(groups.c.id == group.id).values(name=name, name_key=name.lower(), path=path))
    tx.touch(group.account)


def delete_group(tx: Transaction, group: Group) -> None:
    """Delete a group without members."""
    tx.execute(delete(groups).where(groups.c.id == group.id))
    tx.touch(group.account)


def _group(row: Row[tuple[object, ...]]) -> Group:
    return Group(row.id, row.account, row.name, row.path, row.created_at)
