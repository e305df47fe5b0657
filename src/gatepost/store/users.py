"""IAM users. Names are unique in an account without regard to case; the ID is another for each making."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, func, insert, select, update

from gatepost.store.schema import users
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class User:
    """A user."""

    id: str
    account: str
    name: str
    path: str
    created_at: datetime
    boundary_arn: str | None
    tags: tuple[tuple[str, str], ...]

    @property
    def arn(self) -> str:
        """The user's ARN."""
        return f"arn:aws:iam::{self.account}:user{self.path}{self.name}"


def create_user(tx: Transaction, user: User) -> None:
    """Keep a new user."""
    tx.execute(
        insert(users).values(
            id=user.id,
            account=user.account,
            name=user.name,
            name_key=user.name.lower(),
            path=user.path,
            created_at=user.created_at,
            boundary_arn=user.boundary_arn,
            tags=dict(user.tags),
        )
    )
    tx.touch(user.account)


def get_user(tx: Transaction, account: str, name: str) -> User | None:
    """The user of a name."""
    query = select(users).where(users.c.account == account, users.c.name_key == name.lower())
    row = tx.execute(query).one_or_none()
    return None if row is None else _user(row)


def get_user_by_id(tx: Transaction, user_id: str) -> User | None:
    """The user of a unique ID."""
    row = tx.execute(select(users).where(users.c.id == user_id)).one_or_none()
    return None if row is None else _user(row)


def list_users(tx: Transaction, account: str, path_prefix: str = "/") -> tuple[User, ...]:
    """The users whose path begins so, by name."""
    query = select(users).where(users.c.account == account).order_by(users.c.name_key)
    return tuple(user for user in map(_user, tx.execute(query)) if user.path.startswith(path_prefix))


def count_users(tx: Transaction, account: str) -> int:
    """How many users an account has."""
    return tx.execute(select(func.count()).where(users.c.account == account)).scalar_one()  # type: ignore[no-any-return]  # a count


def rename_user(tx: Transaction, user: User, name: str, path: str) -> None:
    """Give a user another name or path; the ID stays."""
    tx.execute(update(users).where(users.c.id == user.id).values(name=name, name_key=name.lower(), path=path))
    tx.touch(user.account)


def set_boundary(tx: Transaction, user: User, arn: str | None) -> None:
    """Set a user's permissions boundary, or take it away."""
    tx.execute(update(users).where(users.c.id == user.id).values(boundary_arn=arn))
    tx.touch(user.account)


def set_tags(tx: Transaction, user: User, tags: Mapping[str, str]) -> None:
    """Replace a user's tags."""
    tx.execute(update(users).where(users.c.id == user.id).values(tags=dict(tags)))
    tx.touch(user.account)


def delete_user(tx: Transaction, user: User) -> None:
    """Delete a user."""
    tx.execute(delete(users).where(users.c.id == user.id))
    tx.touch(user.account)


def _user(row: Row[tuple[object, ...]]) -> User:
    return User(row.id, row.account, row.name, row.path, row.created_at, row.boundary_arn, tuple(row.tags.items()))
