"""Everything that has a say in a decision, and how one action is decided by it.

Most layers are silent on most actions, and many allow whatever they are asked (a control policy beside `FullAWSAccess`). `Plan` finds
that out once an action; a decision then asks only those layers whose answer depends on the request.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any, Final

from gatepost.policy.layer import EMPTY, MOST_ACTIONS, Candidates, Layer, layers_of
from gatepost.policy.match import AttachedPolicy, Rule
from gatepost.policy.model import Policy

# A role's trust policy and a key's policy must name the caller or its account even within one account; these are the actions on a
# role that it speaks of. Tagging a federated user, or listing keys, is on no such resource: there identity policies decide.
# Source: IAM User Guide, "Policy evaluation logic" (the exception for trust policies and KMS key policies).
TRUSTED: Final = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")


def named_resource(action_key: str) -> str | None:
    """What a resource's ARN has in it whose policy must name the caller for this action; None where no resource's must."""
    return ":role/" if action_key.startswith(TRUSTED) else ":key/" if action_key.startswith("kms:") else None


class LayerKind(Enum):
    """The layers, in the order in which a missing Allow is reported."""

    RCP = "resource control policy"
    SCP = "service control policy"
    RESOURCE = "resource-based policy"
    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


Given = Sequence[AttachedPolicy | Policy]


class Plan:
    """What one action asks of the layers.

    `denying` are the layers with a Deny that speaks of it; `scps` the levels that do not allow it outright; `limits` boundary and
    session policy; `resource` is None where the resource has no policy. `decisions` are those made already, by their rules.
    """

    __slots__ = ("bounded", "decisions", "denying", "identity", "limits", "named_on", "resource", "scps")

    def __init__(self, policies: "Policies", action_key: str) -> None:
        def of(layer: Layer) -> Candidates:
            return layer.candidates(action_key)

        order = [(LayerKind.IDENTITY, policies.identity), (LayerKind.RESOURCE, policies.resource), *policies.guards()]
        self.bounded = policies.boundary is not None
        self.denying = tuple((kind, candidates) for kind, layer in order if (candidates := of(layer)).denying)
        self.scps = tuple(level for level in map(of, policies.scps or ()) if level.always is None)
        self.identity = of(policies.identity)
        self.resource = of(policies.resource) if policies.resource.rules else None
        own = (LayerKind.BOUNDARY, policies.boundary), (LayerKind.SESSION, policies.session)
        self.limits = tuple((kind, of(layer)) for kind, layer in own if layer is not None)
        self.named_on = named_resource(action_key)
        self.decisions: dict[tuple[Rule, ...], Any] = {}  # `decide.Decision`, which builds on this


class Policies:
    """Everything that has a say. Each layer is compiled once and may be shared between many of these.

    `boundary` and `session` are None where there is none; `session` may hold several policies (a union). `scps` and `rcps` are
    levels of the organization (root, units, account), each a layer; None means no organization.
    """

    __slots__ = ("_plans", "boundary", "identity", "rcps", "resource", "scps", "session")

    def __init__(
        self,
        identity: Layer | Given = (),
        resource: Layer | Given = (),
        boundary: Layer | Policy | None = None,
        session: Layer | Given | None = None,
        scps: Sequence[Given] | None = None,
        rcps: Sequence[Given] | None = None,
    ) -> None:
        self.identity = _layer(identity)
        self.resource = _layer(resource)
        self.boundary = Layer((boundary,)) if isinstance(boundary, Policy) else boundary
        self.session = _layer(session) if session else None
        self.scps = layers_of(scps)
        self.rcps = layers_of(rcps)
        self._plans: dict[str, Plan] = {}

    @classmethod
    def of_layers(
        cls,
        identity: Layer,
        resource: Layer | None = None,
        boundary: Layer | None = None,
        session: Layer | None = None,
        scps: tuple[Layer, ...] | None = None,
        rcps: tuple[Layer, ...] | None = None,
    ) -> "Policies":
        """Layers that are compiled already."""
        policies = cls.__new__(cls)
        policies.identity = identity
        policies.resource = EMPTY if resource is None else resource
        policies.boundary, policies.session, policies.scps, policies.rcps = boundary, session, scps, rcps
        policies._plans = {}  # noqa: SLF001 -- its own, made without `__init__`
        return policies

    def plan(self, action_key: str) -> Plan:
        """How an action (lower case) is decided."""
        plan = self._plans.get(action_key)
        if plan is None:
            plan = Plan(self, action_key)
            if len(self._plans) < MOST_ACTIONS:
                self._plans[action_key] = plan
        return plan

    def guards(self) -> list[tuple[LayerKind, Layer]]:
        """The layers that can only take away: RCPs, SCPs, boundary, session policies."""
        found = [(LayerKind.RCP, layer) for layer in self.rcps or ()]
        found += [(LayerKind.SCP, layer) for layer in self.scps or ()]
        if self.boundary is not None:
            found.append((LayerKind.BOUNDARY, self.boundary))
        if self.session is not None:
            found.append((LayerKind.SESSION, self.session))
        return found

    def layers(self) -> list[tuple[LayerKind, Layer]]:
        """Every layer there is."""
        return [*self.guards(), (LayerKind.RESOURCE, self.resource), (LayerKind.IDENTITY, self.identity)]


def _layer(given: Layer | Given) -> Layer:
    return given if isinstance(given, Layer) else Layer(given) if given else EMPTY
