"""Invitations of accounts that exist already."""

from datetime import datetime, timedelta
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.policy.principal import is_account
from gatepost.services.organizations import errors
from gatepost.services.organizations.account_creation import EMAIL
from gatepost.services.organizations.features import pending_migration
from gatepost.services.organizations.handshake_shapes import described_handshake
from gatepost.services.organizations.ids import new_handshake_id
from gatepost.services.organizations.membership import managed_organization
from gatepost.services.organizations.needs import on_invited, tagging
from gatepost.services.organizations.tagging import Tags, new_tags
from gatepost.store import accounts
from gatepost.store.organizations import handshakes
from gatepost.store.organizations.handshakes import Handshake, HandshakeAction, HandshakeState
from gatepost.store.organizations.organization import Organization, organization_of
from gatepost.store.transaction import Transaction

INVITATION_LASTS: Final = timedelta(days=15)


@operation("organizations", "InviteAccountToOrganization", needs=tagging(on_invited, "account"))
def invite_account_to_organization(
    call: Call, tx: Transaction, *, target: Shape, notes: str | None = None, tags: Tags = ()
) -> Shape:
    """Ask an account, or the owner of an address, to join. No mail is sent: the account lists what it was asked."""
    organization = managed_organization(call, tx)
    kind, recipient = target["Type"], target["Id"]
    _check_party(kind, recipient)
    tagged = new_tags(tags)
    if pending_migration(tx, organization, call.now) is not None:
        raise errors.invitations_disabled()
    if kind == "ACCOUNT":
        _check_account(tx, recipient)
    if _is_invited(tx, organization, kind, recipient, call.now):
        raise errors.duplicate_handshake()
    handshake = Handshake(
        new_handshake_id(),
        HandshakeAction.INVITE,
        organization.id,
        organization.management_account,
        kind,
        recipient,
        HandshakeState.OPEN,
        call.now,
        call.now + INVITATION_LASTS,
        organization.feature_set.value,
        notes=notes,
        tags=tagged,
    )
    handshakes.create_handshake(tx, handshake)
    return {"Handshake": described_handshake(tx, handshake)}


def _check_party(kind: str, recipient: str) -> None:
    if kind == "ORGANIZATION":
        raise errors.invalid_party_type()
    if kind == "ACCOUNT" and not is_account(recipient):
        raise errors.invalid_party_account()
    if kind == "EMAIL" and not EMAIL.fullmatch(recipient):
        raise errors.invalid_party_email()


def _check_account(tx: Transaction, account_id: str) -> None:
    if accounts.get_account(tx, account_id) is None:
        raise errors.unknown_party_account()
    if organization_of(tx, account_id) is not None:
        raise errors.already_a_member()


def _is_invited(tx: Transaction, organization: Organization, kind: str, recipient: str, now: datetime) -> bool:
    return any(
        each.action is HandshakeAction.INVITE
        and each.pending
        and (each.recipient_type, each.recipient.lower()) == (kind, recipient.lower())
        for each in handshakes.handshakes_of(tx, organization.id, now)
    )
