"""From the store to compiled policies: what is attached to a caller, and what a resource itself says.

Compiled layers are recalled through the `View`: they are held until a change touches their account, never timed out. The same
document is read once, however many owners have it and however often an owner changes.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from gatepost.access.credentials import Caller
from gatepost.policy.decide import AttachedPolicy, Layer, PolicySource
from gatepost.policy.model import Policy
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.request import PrincipalKind
from gatepost.store import groups, identity_policies, inline_policies, managed_policies
from gatepost.store.transaction import Transaction, View

EMPTY = Layer(())


@lru_cache(maxsize=4096)
def read_stored(document: str, kind: PolicyKind) -> Policy:
    """A stored document as a policy. It was read when it was put, so an error here is a damaged store."""
    return read_policy(document, kind)


def identity_side(view: View, caller: Caller) -> Layer:
    """What is attached to the caller: inline and managed policies, its own and its groups'."""
    principal = caller.principal
    if principal.kind is not PrincipalKind.USER or principal.unique_id is None:
        return EMPTY
    user_id = principal.unique_id
    return view.recall(caller.account, ("identity-side", user_id), lambda tx: Layer(_of_user(tx, user_id)))


def _of_user(tx: Transaction, user_id: str) -> tuple[AttachedPolicy, ...]:
    attached = list(of_owner(tx, user_id, PolicySource.USER_INLINE, PolicySource.USER_MANAGED))
    for group in groups.groups_of(tx, user_id):
        attached += of_owner(tx, group.id, PolicySource.GROUP_INLINE, PolicySource.GROUP_MANAGED)
    return tuple(attached)


def of_owner(tx: Transaction, owner_id: str, inline: PolicySource, managed: PolicySource) -> Iterable[AttachedPolicy]:
    """What is attached to one user, group or role."""
    for policy in inline_policies.list_inline_policies(tx, owner_id):
        yield AttachedPolicy(read_stored(policy.document, PolicyKind.IDENTITY), inline, policy.name)
    for attached in managed_policies.attached_documents(tx, owner_id):
        yield AttachedPolicy(read_stored(attached.document, PolicyKind.IDENTITY), managed, attached.arn)


def resource_side(view: View, account: str, region: str, identity: str) -> Layer:
    """What the policies of an SES identity say."""

    def load(tx: Transaction) -> Layer:
        policies = identity_policies.list_identity_policies(tx, account, region, identity)
        return Layer(
            tuple(
                AttachedPolicy(_bound(policy.document, policy.principal_ids), PolicySource.RESOURCE, policy.name)
                for policy in policies
            )
        )

    return view.recall(account, ("resource-side", region, identity), load)


def _bound(document: str, principal_ids: Mapping[str, str]) -> Policy:
    """The policy with each user and role that it names replaced by the unique ID it had when the policy was put.

    A user who is deleted and made anew under the same name is somebody else (IAM User Guide, "Principal": AWS stores the ID).
    """
    policy = read_stored(document, PolicyKind.RESOURCE)
    return policy.with_principal_ids(principal_ids) if principal_ids else policy
