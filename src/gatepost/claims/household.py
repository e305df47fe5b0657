"""An account as guardrails see it: its callers and its identities with all that has a say in what they call, as plain values.

Made from the store by `access.households`; two of them, before a change and after it, are what a guardrail's proof rests on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from gatepost.policy.layer import EMPTY, Layer
from gatepost.policy.match import AttachedPolicy
from gatepost.policy.policies import Policies
from gatepost.policy.principal import Principal

Keys = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)  # no slots: the layer is made once
class Hanging:
    """The policies of one layer. Equal fingerprints: equal in every word, wherever they hang."""

    fingerprint: str
    attached: tuple[AttachedPolicy, ...] = field(compare=False)
    target: str = field(default="", compare=False)

    @cached_property
    def layer(self) -> Layer:
        """The layer, compiled."""
        return Layer(self.attached, self.target) if self.attached else EMPTY


NOTHING = Hanging("", ())


@dataclass(frozen=True)
class Resident:
    """A user, a session of a role or the root user: who it is, the keys of its calls, and its own policies and limits."""

    principal: Principal
    keys: Keys
    identity: Hanging
    boundary: Hanging | None = None

    @property
    def who(self) -> tuple[str, str | None]:
        """Which one it is, before a change and after it: one that is made anew under its name is another."""
        return self.principal.arn, self.principal.unique_id


@dataclass(frozen=True)
class Postbox:
    """An SES identity with policies: those that decide, and the documents as they are written (with ARNs, not unique IDs)."""

    arn: str
    side: Hanging
    documents: tuple[AttachedPolicy, ...]


@dataclass(frozen=True)
class Household:
    """An account: everybody in it, its identities that have policies, its groups, and what its organization lays on it.

    `keys` are those of every request of its callers on its resources, `resource_keys` those of anybody's.
    """

    account: str
    groups: Mapping[str, frozenset[str]]
    keys: Keys
    resource_keys: Keys
    scps: tuple[Hanging, ...] | None
    rcps: tuple[Hanging, ...] | None
    residents: tuple[Resident, ...]
    postboxes: tuple[Postbox, ...]

    @cached_property
    def by_who(self) -> Mapping[tuple[str, str | None], Resident]:
        """Everybody, by who it is."""
        return {each.who: each for each in self.residents}

    @cached_property
    def by_arn(self) -> Mapping[str, Postbox]:
        """The identities by ARN."""
        return {each.arn: each for each in self.postboxes}

    def known(self, resident: Resident) -> Keys:
        """The keys of every request of somebody."""
        return {**resident.keys, **self.keys}

    def policies(self, resident: Resident, resource: Layer | None = None, identity: Layer | None = None) -> Policies:
        """What decides somebody's requests on a resource with these policies; with others than its own where they are given."""
        boundary = None if resident.boundary is None else resident.boundary.layer
        own = resident.identity.layer if identity is None else identity
        return Policies.of_layers(own, resource, boundary, None, layers(self.scps), layers(self.rcps))


def layers(levels: Iterable[Hanging] | None) -> tuple[Layer, ...] | None:
    """The layers of an organization's levels."""
    return None if levels is None else tuple(level.layer for level in levels)
