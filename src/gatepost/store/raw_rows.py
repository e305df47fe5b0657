"""Rows by prepared text, one after another as they are asked for: nothing is held but the row at hand."""

from collections.abc import Iterator
from typing import Any

from gatepost.store.transaction import Transaction


def raw_rows(tx: Transaction, text: str, values: tuple[object, ...]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, straight from the driver; it must not read what the transaction has appended and not yet written."""
    driver: Any = tx.connection.connection.driver_connection  # sqlite3's
    yield from driver.execute(text, values)
