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
        text = "You can't invite accounts while the organization is in the process of enabling all features."
        raise errors.handshake_constraint("INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES", text)
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
        text = "You specified an invalid party type as the target parameter."
        raise errors.invalid_input("INVALID_PARTY_TYPE_TARGET", text)
    if kind == "ACCOUNT" and not is_account(recipient):
        raise errors.invalid_input("INVALID_PATTERN", "You provided a value that does not match the required pattern.")
    if kind == "EMAIL" and not EMAIL.fullmatch(recipient):
        text = "You specified an invalid email address for the invited account owner."
        raise errors.invalid_input("INVALID_EMAIL_ADDRESS_TARGET", text)


def _check_account(tx: Transaction, account_id: str) -> None:
    if accounts.get_account(tx, account_id) is None:
        # What AWS says of an account that does not exist is not documented: the operation has no error for it.
        raise errors.invalid_input("INVALID_PATTERN", "You specified an account that doesn't exist.")
    if organization_of(tx, account_id) is not None:
        raise errors.already_a_member()


def _is_invited(tx: Transaction, organization: Organization, kind: str, recipient: str, now: datetime) -> bool:
    return any(
        each.action is HandshakeAction.INVITE
        and each.pending
        and (each.recipient_type, each.recipient.lower()) == (kind, recipient.lower())
        for each in handshakes.handshakes_of(tx, organization.id, now)
    )
