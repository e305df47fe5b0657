"""From the store to a household: an account with everything that its guardrails are asked of, as plain values.

The layers are those that decide a call (`access.gather`), by the same fingerprints.
"""

from gatepost.access.context import organization_context, resource_context
from gatepost.access.credentials import Caller, caller_of, caller_of_root
from gatepost.access.gather import NOTHING_ATTACHED, OwnLayers, all_own_layers, resource_side
from gatepost.access.kept_layer import KeptLayer, read_stored
from gatepost.access.placement import placement
from gatepost.access.questions import caller_keys
from gatepost.access.somebody import session_of_role
from gatepost.claims.household import Hanging, Household, Postbox, Resident
from gatepost.policy.match import AttachedPolicy, PolicySource
from gatepost.policy.read import PolicyKind
from gatepost.store.identities import Identity, list_all_identities
from gatepost.store.identity_policies import list_identity_policies
from gatepost.store.policy_owners import PolicyOwners, policy_owners
from gatepost.store.transaction import Transaction


def household_of(tx: Transaction, account: str) -> Household:
    """An account as it stands in a transaction."""
    place, owners = placement(tx, account), policy_owners(tx, account)
    layers = all_own_layers(tx, owners)
    callers = (caller_of_root(account), *map(caller_of, owners.users), *map(session_of_role, owners.roles))
    resource_keys = resource_context(account, place)
    return Household(
        account,
        _members(owners),
        {**organization_context(place), **resource_keys},
        resource_keys,
        _levels(place.scps),
        _levels(place.rcps),
        tuple(_resident(caller, layers.get(caller.owner_id or "", NOTHING_ATTACHED)) for caller in callers),
        tuple(
            Postbox(identity.arn, _hanging(side), _documents(tx, identity))
            for identity in list_all_identities(tx, account)
            if (side := resource_side(tx, account, identity.region, identity.name)).rules
        ),
    )


def _resident(caller: Caller, own: OwnLayers) -> Resident:
    boundary = None if own.boundary is None else _hanging(own.boundary)
    return Resident(caller.principal, caller_keys(caller), _hanging(own.identity), boundary)


def _hanging(layer: KeptLayer) -> Hanging:
    return Hanging(layer.snapshot.fingerprint, layer.attached, layer.target)


def _levels(layers: tuple[KeptLayer, ...] | None) -> tuple[Hanging, ...] | None:
    return None if layers is None else tuple(map(_hanging, layers))


def _documents(tx: Transaction, identity: Identity) -> tuple[AttachedPolicy, ...]:
    """The policies of an identity as they are written, with ARNs where the compiled layer has unique IDs."""
    return tuple(
        AttachedPolicy(read_stored(policy.document, PolicyKind.RESOURCE), PolicySource.RESOURCE, policy.name, identity.arn)
        for policy in list_identity_policies(tx, identity.account, identity.region, identity.name)
    )


def _members(owners: PolicyOwners) -> dict[str, frozenset[str]]:
    """The ARNs of each group's users, by the group's name."""
    members: dict[str, set[str]] = {group.name: set() for group in owners.groups}
    for user in owners.users:
        for group in owners.groups_of.get(user.id, ()):
            members[group.name].add(user.arn)
    return {name: frozenset(arns) for name, arns in members.items()}
