"""Facts about the installation as a whole, by name: the root key, the check of the master key, the audit chain's head."""

from sqlalchemy import insert, select, update

from gatepost.store.schema import installation
from gatepost.store.transaction import Transaction


def get_fact(tx: Transaction, name: str) -> str | None:
    """The value of a fact, None where it was never set."""
    value: str | None = tx.execute(select(installation.c.value).where(installation.c.name == name)).scalar()
    return value


def set_fact(tx: Transaction, name: str, value: str) -> None:
    """Set a fact, new or known."""
    changed = tx.execute(update(installation).where(installation.c.name == name).values(value=value))
    if changed.rowcount == 0:
        tx.execute(insert(installation).values(name=name, value=value))
