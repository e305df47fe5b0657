"""Handshakes as the API answers them."""

from collections.abc import Sequence
from typing import Any

from gatepost.aws.call import Shape
from gatepost.store import accounts
from gatepost.store.organizations.handshakes import Handshake, HandshakeAction
from gatepost.store.transaction import Transaction


def described_handshake(tx: Transaction, handshake: Handshake) -> Shape:
    """A handshake with its parties and what it is about."""
    return {
        "Id": handshake.id,
        "Arn": handshake.arn,
        "Parties": _parties(handshake),
        "State": handshake.state.value,
        "RequestedTimestamp": handshake.requested_at,
        "ExpirationTimestamp": handshake.expires_at,
        "Action": handshake.action.value,
        "Resources": _resources(tx, handshake),
    }


def _parties(handshake: Handshake) -> Sequence[Shape]:
    # The service names the organization without its prefix here, and here alone.
    parties = [{"Id": handshake.organization.removeprefix("o-"), "Type": "ORGANIZATION"}]
    if handshake.action is not HandshakeAction.ENABLE_ALL_FEATURES:
        parties.append({"Id": handshake.recipient, "Type": handshake.recipient_type})
    return parties


def _resources(tx: Transaction, handshake: Handshake) -> Sequence[Shape]:
    organization: dict[str, Any] = {"Type": "ORGANIZATION", "Value": handshake.organization}
    if handshake.action is HandshakeAction.ENABLE_ALL_FEATURES:
        return [organization]
    manager = accounts.get_account(tx, handshake.management_account)
    told = {
        "MASTER_EMAIL": manager and manager.email,
        "MASTER_NAME": manager and manager.name,
        "ORGANIZATION_FEATURE_SET": handshake.feature_set,
    }
    organization["Resources"] = [{"Type": kind, "Value": value} for kind, value in told.items() if value]
    resources = [organization, {"Type": handshake.recipient_type, "Value": handshake.recipient}]
    if handshake.notes is not None:
        resources.append({"Type": "NOTES", "Value": handshake.notes})
    if handshake.parent is not None:
        resources.append({"Type": "PARENT_HANDSHAKE", "Value": handshake.parent})
    return resources
