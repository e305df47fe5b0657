"""What an account has set about sending in a region."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, update

from gatepost.store.schema import sending_settings
from gatepost.store.transaction import Transaction, View


@dataclass(frozen=True, slots=True)
class SendingSettings:
    """`attributes` are by the API's own member names (`SuppressionAttributes`, `Details`, …)."""

    sending_enabled: bool = True
    attributes: Mapping[str, Any] = field(default_factory=dict)  # JSON, as the API's model describes it


def get_sending_settings(tx: Transaction, account: str, region: str) -> SendingSettings:
    """The settings; the defaults where nothing was set."""
    query = select(sending_settings).where(sending_settings.c.account == account, sending_settings.c.region == region)
    row = tx.execute(query).one_or_none()
    return SendingSettings() if row is None else SendingSettings(row.sending_enabled, row.attributes)


def held_sending_settings(view: View, account: str, region: str) -> SendingSettings:
    """The same, held in memory."""
    return view.recall(account, ("sending-settings", region), lambda tx: get_sending_settings(tx, account, region))


def put_sending_settings(tx: Transaction, account: str, region: str, settings: SendingSettings) -> None:
    """Keep settings."""
    values = {"sending_enabled": settings.sending_enabled, "attributes": dict(settings.attributes)}
    known = (sending_settings.c.account == account) & (sending_settings.c.region == region)
    if tx.execute(update(sending_settings).where(known).values(**values)).rowcount == 0:
        tx.execute(insert(sending_settings).values(account=account, region=region, **values))
    tx.touch(account)
