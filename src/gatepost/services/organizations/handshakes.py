"""Handshakes, seen and answered by their two sides."""

from collections.abc import Sequence

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.organizations import errors, features
from gatepost.services.organizations.handshake_shapes import described_handshake
from gatepost.services.organizations.membership import managed_organization
from gatepost.services.organizations.needs import on_handshake, on_nothing_else
from gatepost.services.organizations.pages import page
from gatepost.store import accounts
from gatepost.store.accounts import Account
from gatepost.store.organizations import handshakes, members, tags
from gatepost.store.organizations import organization as organizations
from gatepost.store.organizations.attachments import attach_defaults
from gatepost.store.organizations.handshakes import Handshake, HandshakeAction, HandshakeState
from gatepost.store.organizations.members import JoinedMethod
from gatepost.store.organizations.organization import Organization
from gatepost.store.transaction import Transaction


@operation("organizations", "DescribeHandshake", needs=on_handshake)
def describe_handshake(call: Call, tx: Transaction, *, handshake_id: str) -> Shape:
    """A handshake, for both its sides."""
    handshake = _found(call, tx, handshake_id)
    if call.caller.account != handshake.management_account and not handshake.is_for(_own_account(call, tx)):
        raise errors.no_permission()
    return {"Handshake": described_handshake(tx, handshake)}


@operation("organizations", "ListHandshakesForAccount", needs=on_nothing_else)
def list_handshakes_for_account(
    call: Call,
    tx: Transaction,
    *,
    filter: Shape | None = None,  # noqa: A002 -- the member's name
    next_token: str | None = None,
    max_results: int | None = None,
) -> Shape:
    """What the caller's account was asked."""
    asked = handshakes.handshakes_to(tx, _own_account(call, tx), call.now)
    return _listed(tx, asked, filter or {}, next_token, max_results)


@operation("organizations", "ListHandshakesForOrganization", needs=on_nothing_else)
def list_handshakes_for_organization(
    call: Call,
    tx: Transaction,
    *,
    filter: Shape | None = None,  # noqa: A002 -- the member's name
    next_token: str | None = None,
    max_results: int | None = None,
) -> Shape:
    """What the organization has asked."""
    sent = handshakes.handshakes_of(tx, managed_organization(call, tx).id, call.now)
    return _listed(tx, sent, filter or {}, next_token, max_results)


@operation("organizations", "AcceptHandshake", needs=on_handshake)
def accept_handshake(call: Call, tx: Transaction, *, handshake_id: str) -> Shape:
    """Say yes: the account joins, consents, or finishes what every member has consented to."""
    account = _own_account(call, tx)
    handshake = _received(call, tx, account, handshake_id)
    _check(handshake, HandshakeState.ACCEPTED, (HandshakeState.OPEN,))
    organization = organizations.get_organization(tx, handshake.organization)
    assert organization is not None  # noqa: S101 -- INVARIANT: what a deleted organization had asked was canceled
    if handshake.action is HandshakeAction.INVITE:
        _join(call, tx, organization, handshake)
    accepted = handshakes.set_handshake_state(tx, handshake, HandshakeState.ACCEPTED, call.now)
    if handshake.action is HandshakeAction.APPROVE_ALL_FEATURES:
        features.settle(tx, organization, call.now)
    elif handshake.action is HandshakeAction.ENABLE_ALL_FEATURES:
        features.finish(tx, organization)
    return {"Handshake": described_handshake(tx, accepted)}


@operation("organizations", "DeclineHandshake", needs=on_handshake)
def decline_handshake(call: Call, tx: Transaction, *, handshake_id: str) -> Shape:
    """Say no."""
    handshake = _received(call, tx, _own_account(call, tx), handshake_id)
    _check(handshake, HandshakeState.DECLINED, handshakes.PENDING)
    return _ended(call, tx, handshake, HandshakeState.DECLINED)


@operation("organizations", "CancelHandshake", needs=on_handshake)
def cancel_handshake(call: Call, tx: Transaction, *, handshake_id: str) -> Shape:
    """Take back what was asked."""
    handshake = _found(call, tx, handshake_id)
    if call.caller.account != handshake.management_account:
        raise errors.no_permission()
    _check(handshake, HandshakeState.CANCELED, handshakes.PENDING)
    return _ended(call, tx, handshake, HandshakeState.CANCELED)


def _ended(call: Call, tx: Transaction, handshake: Handshake, state: HandshakeState) -> Shape:
    """A handshake that comes to nothing, and with it what is part of it."""
    for child in handshakes.children_of(tx, handshake):
        if child.pending:
            handshakes.set_handshake_state(tx, child, HandshakeState.CANCELED, call.now)
    return {"Handshake": described_handshake(tx, handshakes.set_handshake_state(tx, handshake, state, call.now))}


def _join(call: Call, tx: Transaction, organization: Organization, handshake: Handshake) -> None:
    account = call.caller.account
    if organizations.organization_of(tx, account) is not None:
        raise errors.already_a_member()
    members.add_member(tx, organization, account, JoinedMethod.INVITED, call.now)
    attach_defaults(tx, organization, account, call.now)
    tags.tag(tx, organization, account, handshake.tags)


def _own_account(call: Call, tx: Transaction) -> Account:
    account = accounts.get_account(tx, call.caller.account)
    assert account is not None  # noqa: S101 -- somebody of it calls
    return account


def _found(call: Call, tx: Transaction, handshake_id: str) -> Handshake:
    handshake = handshakes.get_handshake(tx, handshake_id, call.now)
    if handshake is None:
        raise errors.not_found("Handshake")
    return handshake


def _received(call: Call, tx: Transaction, account: Account, handshake_id: str) -> Handshake:
    handshake = _found(call, tx, handshake_id)
    if not handshake.is_for(account):
        raise errors.no_permission()
    return handshake


def _check(handshake: Handshake, wanted: HandshakeState, from_: Sequence[HandshakeState]) -> None:
    if handshake.state is wanted:
        raise errors.already_in_state()
    if handshake.state not in from_:
        raise errors.invalid_transition()


def _listed(tx: Transaction, found: Sequence[Handshake], wanted: Shape, token: str | None, size: int | None) -> Shape:
    action, parent = wanted.get("ActionType"), wanted.get("ParentHandshakeId")
    if action is not None and parent is not None:
        raise errors.too_many_filters()
    chosen = [each for each in found if action in (None, each.action.value) and parent in (None, each.parent)]
    listed, more = page(chosen, token, size)
    return {"Handshakes": [described_handshake(tx, each) for each in listed], "NextToken": more}
