"""A layer compiled from stored policies, with the snapshot from which it can be compiled anew.

A decision is explained later by the very layers that made it: the Event names each by its fingerprint (`audit.authorization`).
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Struct

from gatepost.policy.layer import Layer
from gatepost.policy.match import AttachedPolicy, PolicySource
from gatepost.policy.model import Policy
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.store.organizations.control_policies import AWS_CONTROL_POLICIES
from gatepost.store.snapshots import Snapshot

KINDS: Final[Mapping[PolicySource, PolicyKind]] = {
    PolicySource.RESOURCE: PolicyKind.RESOURCE,
    PolicySource.TRUST: PolicyKind.TRUST,
    PolicySource.BOUNDARY: PolicyKind.BOUNDARY,
    PolicySource.SESSION: PolicyKind.SESSION,
    PolicySource.SCP: PolicyKind.SCP,
    PolicySource.RCP: PolicyKind.RCP,
}
AWS_ARNS: Final = frozenset(policy.arn for policy in AWS_CONTROL_POLICIES.values())
encode_json: Final = msgspec.json.Encoder().encode


class StoredPolicy(Struct, frozen=True):
    """A document as it is stored, and where it hangs (`AttachedPolicy`). `principal_ids` binds the users and roles it names."""

    document: str
    source: PolicySource
    name: str
    owner: str
    label: str = ""
    principal_ids: Mapping[str, str] = {}


class KeptLayer(Layer):
    """A layer of stored policies."""

    __slots__ = ("snapshot",)

    def __init__(self, policies: Iterable[StoredPolicy] = (), target: str = "") -> None:
        stored = tuple(policies)
        super().__init__(map(_attached, stored), target)
        told = {"target": target, "policies": list(map(_told, stored))}
        self.snapshot = Snapshot.of(encode_json(told).decode())

    @classmethod
    def of_snapshot(cls, content: str) -> "KeptLayer":
        """The layer of a snapshot's content."""
        read: Any = msgspec.json.decode(content)
        policies = (StoredPolicy(each.pop("document"), PolicySource[each.pop("source")], **each) for each in read["policies"])
        return cls(policies, read["target"])


def _told(policy: StoredPolicy) -> dict[str, Any]:
    return {
        "document": policy.document,
        "source": policy.source.name,
        "name": policy.name,
        "owner": policy.owner,
        "label": policy.label,
        "principal_ids": policy.principal_ids,
    }


def principal_names(layer: KeptLayer) -> Mapping[str, str]:
    """The ARN that each user and role had, whom a layer's policies name, when its policy was put: by its unique ID."""
    policies = msgspec.json.decode(layer.snapshot.content)["policies"]
    return {unique_id: arn for policy in policies for arn, unique_id in policy["principal_ids"].items()}


def _attached(stored: StoredPolicy) -> AttachedPolicy:
    """The policy, each user and role that it names replaced by the unique ID it had when the policy was put.

    A user who is deleted and made anew under the same name is somebody else (IAM User Guide, "Principal": AWS stores the ID).
    """
    policy = read_stored(stored.document, _kind(stored))
    bound = policy.with_principal_ids(stored.principal_ids) if stored.principal_ids else policy
    return AttachedPolicy(bound, stored.source, stored.name, stored.owner, stored.label)


def _kind(stored: StoredPolicy) -> PolicyKind:
    """By which grammar a document was read when it was put; AWS's own, which nobody puts, may say what only they may."""
    if stored.name in AWS_ARNS:
        return PolicyKind.ANY
    return KINDS.get(stored.source, PolicyKind.IDENTITY)


@lru_cache(maxsize=4096)
def read_stored(document: str, kind: PolicyKind) -> Policy:
    """A stored document as a policy, read once. It was read when it was put, so an error here is a damaged store."""
    return read_policy(document, kind)


EMPTY: Final = KeptLayer()
