"""From the store to compiled policies: what counts for a caller, and what a resource itself says.

Compiled layers are recalled through the `View`: they are held until a change touches their account, never timed out. The same
document is read once, however many owners have it and however often an owner changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gatepost.access.context import Context, organization_context, principal_context
from gatepost.access.credentials import Caller, Session
from gatepost.access.kept_layer import EMPTY, KeptLayer, StoredPolicy
from gatepost.access.placement import Placement, placement
from gatepost.audit.authorization import KeptCaller, Who, encode
from gatepost.policy.decide import Policies, PolicySource
from gatepost.policy.layer import Layer
from gatepost.policy.request import PrincipalKind
from gatepost.store import groups, identity_policies, inline_policies, managed_policies, roles, users
from gatepost.store.identities import identity_arn
from gatepost.store.memory import EVERY_SCOPE
from gatepost.store.policy_owners import PolicyOwners
from gatepost.store.snapshots import Snapshot
from gatepost.store.transaction import Transaction, View

MOST_MET: Final = 1024  # resources with policies, remembered a caller


@dataclass(frozen=True, slots=True)
class OwnLayers:
    """What is attached to a user or role: its policies (with its groups'), and its permissions boundary."""

    identity: KeptLayer
    boundary: KeptLayer | None = None


@dataclass(frozen=True, slots=True)
class CallerSide:
    """All that comes with the caller, whatever it calls: every layer, its condition keys, its place in an organization.

    `snapshot` is the whole of it, to be kept with what is decided.
    """

    identity: KeptLayer
    boundary: KeptLayer | None
    session: KeptLayer | None
    scps: tuple[KeptLayer, ...] | None
    context: Context
    place: Placement
    snapshot: Snapshot
    _met: dict[tuple[Layer | None, tuple[Layer, ...] | None], Policies] = field(default_factory=dict, repr=False, compare=False)

    def against(self, resource: Layer | None, rcps: tuple[Layer, ...] | None) -> Policies:
        """The policies that decide a request on a resource with these policies of its own; made once for each resource."""
        met = self._met.get((resource, rcps))
        if met is None:
            met = Policies.of_layers(self.identity, resource, self.boundary, self.session, self.scps, rcps)
            if len(self._met) < MOST_MET:
                self._met[resource, rcps] = met
        return met


NOTHING_ATTACHED = OwnLayers(EMPTY)


def caller_side(view: View, caller: Caller) -> CallerSide:
    """What comes with a caller. It is held as a whole until anything changes, and its parts until their own account does."""
    session = "" if caller.session is None else caller.session.access_key_id
    return view.recall(EVERY_SCOPE, ("caller-side", caller.arn, caller.owner_id or "", session), lambda tx: _side(tx, caller))


def _side(tx: Transaction, caller: Caller) -> CallerSide:
    own, place = _own_layers(tx, caller), placement(tx, caller.account)
    session = None if caller.session is None else _session_layer(tx, caller.account, caller.arn, caller.session)
    context = {**principal_context(caller), **organization_context(place)}
    layers = (own.identity, own.boundary, session, *(place.scps or ()))
    kept = KeptCaller(
        Who.of(caller.principal),
        caller.account,
        context,
        own.identity.snapshot.fingerprint,
        None if own.boundary is None else own.boundary.snapshot.fingerprint,
        None if session is None else session.snapshot.fingerprint,
        fingerprints(place.scps),
        place.organization_id,
    )
    parts = tuple(layer.snapshot for layer in layers if layer is not None)
    snapshot = Snapshot.of(encode(kept).decode(), parts)
    return CallerSide(own.identity, own.boundary, session, place.scps, context, place, snapshot)


def fingerprints(layers: Iterable[KeptLayer] | None) -> tuple[str, ...] | None:
    """The fingerprints of an organization's levels."""
    return None if layers is None else tuple(layer.snapshot.fingerprint for layer in layers)


# --- what is attached to users, groups and roles ------------------------------------------------------------------------


def _own_layers(view: View, caller: Caller) -> OwnLayers:
    owner_id = caller.owner_id
    if owner_id is None:  # the root user, nobody
        return NOTHING_ATTACHED
    if caller.principal.kind in (PrincipalKind.ASSUMED_ROLE, PrincipalKind.ROLE):
        return view.recall(caller.account, ("own-layers", owner_id), lambda tx: _of_role(tx, owner_id))
    return view.recall(caller.account, ("own-layers", owner_id), lambda tx: _of_user(tx, owner_id))


def _of_user(tx: Transaction, user_id: str) -> OwnLayers:
    user = users.get_user_by_id(tx, user_id)
    if user is None:
        return NOTHING_ATTACHED
    attached = list(of_owner(tx, user_id, user.arn, PolicySource.USER_INLINE, PolicySource.USER_MANAGED))
    for group in groups.groups_of(tx, user_id):
        attached += of_owner(tx, group.id, group.arn, PolicySource.GROUP_INLINE, PolicySource.GROUP_MANAGED)
    return OwnLayers(KeptLayer(attached), _boundary(tx, user.boundary_arn, user.arn))


def _of_role(tx: Transaction, role_id: str) -> OwnLayers:
    role = roles.get_role_by_id(tx, role_id)
    if role is None:
        return NOTHING_ATTACHED
    attached = of_owner(tx, role_id, role.arn, PolicySource.ROLE_INLINE, PolicySource.ROLE_MANAGED)
    return OwnLayers(KeptLayer(attached), _boundary(tx, role.boundary_arn, role.arn))


def of_owner(
    tx: Transaction, owner_id: str, owner_arn: str, inline: PolicySource, managed: PolicySource
) -> Iterable[StoredPolicy]:
    """What is attached to one user, group or role."""
    for policy in inline_policies.list_inline_policies(tx, owner_id):
        yield StoredPolicy(policy.document, inline, policy.name, owner_arn)
    for attached in managed_policies.attached_documents(tx, owner_id):
        yield StoredPolicy(attached.document, managed, attached.arn, owner_arn)


def _boundary(tx: Transaction, arn: str | None, owner_arn: str) -> KeptLayer | None:
    if arn is None:
        return None
    document = managed_policies.document_in_force(tx, arn)
    # INVARIANT: a policy that is a boundary cannot be deleted. Were it gone all the same, a boundary of nothing allows nothing.
    return EMPTY if document is None else KeptLayer((StoredPolicy(document, PolicySource.BOUNDARY, arn, owner_arn),))


def all_own_layers(tx: Transaction, owners: PolicyOwners) -> Mapping[str, OwnLayers]:
    """What is attached to each user and role of an account, by its ID: the same that a call of each would be decided by."""

    def of(owner_id: str, arn: str, inline: PolicySource, managed: PolicySource) -> Iterable[StoredPolicy]:
        for policy in owners.inline.get(owner_id, ()):
            yield StoredPolicy(policy.document, inline, policy.name, arn)
        for attached in owners.attached.get(owner_id, ()):
            yield StoredPolicy(attached.document, managed, attached.arn, arn)

    def boundary(arn: str | None, owner_arn: str) -> KeptLayer | None:
        if arn is None or arn not in owners.documents:
            return _boundary(tx, arn, owner_arn)
        return KeptLayer((StoredPolicy(owners.documents[arn], PolicySource.BOUNDARY, arn, owner_arn),))

    layers: dict[str, OwnLayers] = {}
    for user in owners.users:
        attached = [*of(user.id, user.arn, PolicySource.USER_INLINE, PolicySource.USER_MANAGED)]
        for group in owners.groups_of.get(user.id, ()):
            attached += of(group.id, group.arn, PolicySource.GROUP_INLINE, PolicySource.GROUP_MANAGED)
        layers[user.id] = OwnLayers(KeptLayer(attached), boundary(user.boundary_arn, user.arn))
    for role in owners.roles:
        attached = [*of(role.id, role.arn, PolicySource.ROLE_INLINE, PolicySource.ROLE_MANAGED)]
        layers[role.id] = OwnLayers(KeptLayer(attached), boundary(role.boundary_arn, role.arn))
    return layers


# --- sessions -----------------------------------------------------------------------------------------------------------


def _session_layer(view: View, account: str, arn: str, session: Session) -> KeptLayer | None:
    if session.policy is None and not session.policy_arns:
        return None

    def load(tx: Transaction) -> KeptLayer:
        policies = [] if session.policy is None else [StoredPolicy(session.policy, PolicySource.SESSION, "session policy", arn)]
        for policy_arn in session.policy_arns:
            document = managed_policies.document_in_force(tx, policy_arn)
            if document is not None:
                policies.append(StoredPolicy(document, PolicySource.SESSION, policy_arn, arn))
        return KeptLayer(policies)

    return view.recall(account, ("session-layer", session.access_key_id), load)


# --- resources ----------------------------------------------------------------------------------------------------------


def resource_side(view: View, account: str, region: str, identity: str) -> KeptLayer:
    """What the policies of an SES identity say."""

    def load(tx: Transaction) -> KeptLayer:
        arn = identity_arn(account, region, identity)
        return KeptLayer(
            StoredPolicy(policy.document, PolicySource.RESOURCE, policy.name, arn, principal_ids=policy.principal_ids)
            for policy in identity_policies.list_identity_policies(tx, account, region, identity)
        )

    return view.recall(account, ("resource-side", region, identity), load)


def trust_side(role: roles.Role) -> KeptLayer:
    """What a role's trust policy says."""
    stored = StoredPolicy(
        role.trust_policy, PolicySource.TRUST, "trust policy", role.arn, principal_ids=dict(role.principal_ids)
    )
    return KeptLayer((stored,))
