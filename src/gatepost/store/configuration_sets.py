"""SES configuration sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from gatepost.store.schema import configuration_sets
from gatepost.store.transaction import Transaction, View


@dataclass(frozen=True, slots=True)
class ConfigurationSet:
    """A configuration set. `attributes` are by the API's own member names (`DeliveryOptions`, `TrackingOptions`, …)."""

    account: str
    region: str
    name: str
    created_at: datetime
    sending_enabled: bool = True
    attributes: Mapping[str, Any] = field(default_factory=dict)  # JSON, as the API's model describes it
    tags: tuple[tuple[str, str], ...] = ()


def configuration_set_arn(account: str, region: str, name: str) -> str:
    """The ARN of a configuration set, known or not."""
    return f"arn:aws:ses:{region}:{account}:configuration-set/{name}"


def put_configuration_set(tx: Transaction, changed: ConfigurationSet) -> None:
    """Keep a configuration set, new or changed."""
    values = {
        "sending_enabled": changed.sending_enabled,
        "created_at": changed.created_at,
        "attributes": dict(changed.attributes),
        "tags": dict(changed.tags),
    }
    known = _is(changed.account, changed.region, changed.name)
    if tx.execute(update(configuration_sets).where(known).values(**values)).rowcount == 0:
        key = {"account": changed.account, "region": changed.region, "name": changed.name}
        tx.execute(insert(configuration_sets).values(**key, **values))
    tx.touch(changed.account)


def list_configuration_sets(tx: Transaction, account: str, region: str) -> tuple[ConfigurationSet, ...]:
    """The configuration sets of an account in a region, by name."""
    query = select(configuration_sets).where(configuration_sets.c.account == account, configuration_sets.c.region == region)
    return tuple(map(_configuration_set, tx.execute(query.order_by(configuration_sets.c.name))))


def get_configuration_set(tx: Transaction, account: str, region: str, name: str) -> ConfigurationSet | None:
    """The configuration set of a name."""
    row = tx.execute(select(configuration_sets).where(_is(account, region, name))).one_or_none()
    return None if row is None else _configuration_set(row)


def held_configuration_sets(view: View, account: str, region: str) -> Mapping[str, ConfigurationSet]:
    """Name → configuration set, held in memory."""

    def load(tx: Transaction) -> Mapping[str, ConfigurationSet]:
        return {each.name: each for each in list_configuration_sets(tx, account, region)}

    return view.recall(account, ("configuration-sets", region), load)


def delete_configuration_set(tx: Transaction, account: str, region: str, name: str) -> bool:
    """Delete a configuration set; whether there was one."""
    gone = tx.execute(delete(configuration_sets).where(_is(account, region, name)))
    tx.touch(account)
    return gone.rowcount > 0


def _is(account: str, region: str, name: str) -> Any:  # noqa: ANN401 -- SQLAlchemy's clause
    column = configuration_sets.c
    return (column.account == account) & (column.region == region) & (column.name == name)


def _configuration_set(row: Row[tuple[object, ...]]) -> ConfigurationSet:
    return ConfigurationSet(
        row.account, row.region, row.name, row.created_at, row.sending_enabled, row.attributes, tuple(row.tags.items())
    )
