"""From consolidated billing to all features: every invited member must consent, then the management account finishes.

The parent handshake (ENABLE_ALL_FEATURES) waits until every child (APPROVE_ALL_FEATURES, one for each invited member) is accepted;
then it is open, and accepting it changes the organization. Accounts that the organization made itself are not asked.
Source: Organizations User Guide, "Enabling all features in your organization".
"""

from datetime import datetime, timedelta
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.organizations import errors
from gatepost.services.organizations.handshake_shapes import described_handshake
from gatepost.services.organizations.ids import new_handshake_id
from gatepost.services.organizations.membership import managed_organization
from gatepost.services.organizations.needs import on_nothing_else
from gatepost.store.organizations import handshakes, members
from gatepost.store.organizations import organization as organizations
from gatepost.store.organizations.handshakes import Handshake, HandshakeAction, HandshakeState
from gatepost.store.organizations.members import JoinedMethod
from gatepost.store.organizations.organization import FeatureSet, Organization
from gatepost.store.transaction import Transaction

MIGRATION_LASTS: Final = timedelta(days=90)


@operation("organizations", "EnableAllFeatures", needs=on_nothing_else)
def enable_all_features(call: Call, tx: Transaction) -> Shape:
    """Ask every invited member for its consent; invitations that are still open offered less and are canceled."""
    organization = managed_organization(call, tx)
    if organization.feature_set is FeatureSet.ALL:
        raise errors.already_all_features()
    if pending_migration(tx, organization, call.now) is not None:
        raise errors.already_enabling()
    for invitation in handshakes.handshakes_of(tx, organization.id, call.now):
        if invitation.pending:
            handshakes.set_handshake_state(tx, invitation, HandshakeState.CANCELED, call.now)
    asked = [each.account for each in members.list_members(tx, organization) if _is_asked(organization, each)]
    state = HandshakeState.REQUESTED if asked else HandshakeState.OPEN
    parent = _handshake(call, organization, HandshakeAction.ENABLE_ALL_FEATURES, organization.management_account, state)
    handshakes.create_handshake(tx, parent)
    for account in asked:
        child = _handshake(call, organization, HandshakeAction.APPROVE_ALL_FEATURES, account, HandshakeState.OPEN, parent.id)
        handshakes.create_handshake(tx, child)
    return {"Handshake": described_handshake(tx, parent)}


def pending_migration(tx: Transaction, organization: Organization, now: datetime) -> Handshake | None:
    """The migration that an organization is in."""
    for handshake in handshakes.handshakes_of(tx, organization.id, now):
        if handshake.action is HandshakeAction.ENABLE_ALL_FEATURES and handshake.pending:
            return handshake
    return None


def settle(tx: Transaction, organization: Organization, now: datetime) -> None:
    """Open the parent once every member that is asked has accepted."""
    parent = pending_migration(tx, organization, now)
    if parent is None or parent.state is not HandshakeState.REQUESTED:
        return
    consented = {child.recipient for child in handshakes.children_of(tx, parent) if child.state is HandshakeState.ACCEPTED}
    asked = {each.account for each in members.list_members(tx, organization) if _is_asked(organization, each)}
    if asked <= consented:
        handshakes.set_handshake_state(tx, parent, HandshakeState.OPEN, now)


def settle_without(tx: Transaction, organization: Organization, account: str, now: datetime) -> None:
    """What becomes of a migration when an account has left: it is no longer asked."""
    parent = pending_migration(tx, organization, now)
    for child in () if parent is None else handshakes.children_of(tx, parent):
        if child.recipient == account and child.pending:
            handshakes.set_handshake_state(tx, child, HandshakeState.CANCELED, now)
    settle(tx, organization, now)


def finish(tx: Transaction, organization: Organization) -> None:
    """Turn all features on; policy types are enabled one by one (EnablePolicyType)."""
    organizations.set_feature_set(tx, organization, FeatureSet.ALL)


def _is_asked(organization: Organization, member: members.Member) -> bool:
    return member.joined_method is JoinedMethod.INVITED and member.account != organization.management_account


def _handshake(
    call: Call,
    organization: Organization,
    action: HandshakeAction,
    recipient: str,
    state: HandshakeState,
    parent: str | None = None,
) -> Handshake:
    return Handshake(
        new_handshake_id(),
        action,
        organization.id,
        organization.management_account,
        "ACCOUNT",
        recipient,
        state,
        call.now,
        call.now + MIGRATION_LASTS,
        FeatureSet.ALL.value,
        parent=parent,
    )
