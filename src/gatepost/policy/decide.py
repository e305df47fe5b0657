"""The decision: allowed, explicitly denied, or not allowed by anything.

    1. Any Deny that matches, in any layer, is an explicit deny.
    2. Every level of SCPs (caller's account) must allow. They bind neither services nor anonymous callers.
       Every level of RCPs holds AWS's own RCPFullAWSAccess, so RCPs can only deny.
    3. Same account: a resource policy that names the caller directly (the user, the session, everyone) admits it by itself.
       Otherwise the identity side, or a resource policy that names the session's role, must allow, and so must the permissions
       boundary and the session policy where there are any. A grant to the account adds nothing by itself.
    4. Across accounts both sides are needed: the caller's own (identity and boundary and session) and the resource's.
    5. A service needs a grant of the resource policy, an anonymous caller one to everyone, and an account's root user is allowed
       in its own account whatever nobody denies.

Source: IAM User Guide, "Policy evaluation logic", "Permissions boundaries", "Resource control policies".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from gatepost.policy.layer import EMPTY, Layer, layers_of
from gatepost.policy.match import AttachedPolicy, How, PolicySource, Rule
from gatepost.policy.model import Policy
from gatepost.policy.principal import PrincipalKind
from gatepost.policy.request import Request

__all__ = ["AttachedPolicy", "Decision", "Layer", "LayerKind", "Policies", "PolicySource", "Verdict", "decide"]


class Verdict(Enum):
    """AWS's three answers, by the names that SimulatePrincipalPolicy gives them."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


class LayerKind(Enum):
    """The layers, in the order in which a missing Allow is reported."""

    RCP = "resource control policy"
    SCP = "service control policy"
    RESOURCE = "resource-based policy"
    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, the layer that decided (the one that denied, or that held no Allow) and the statements that matched."""

    verdict: Verdict
    layer: LayerKind | None
    rules: tuple[Rule, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request may go on."""
        return self.verdict is Verdict.ALLOWED


Given = Sequence[AttachedPolicy | Policy]


class Policies:
    """Everything that has a say. Each layer is compiled once and may be shared between many of these.

    `boundary` and `session` are None where there is none; `session` may hold several policies (a union). `scps` and `rcps` are
    levels of the organization (root, units, account), each a layer; None means no organization.
    """

    __slots__ = ("boundary", "identity", "rcps", "resource", "scps", "session")

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

    @classmethod
    def of_layers(cls, identity: Layer, resource: Layer | None = None) -> "Policies":
        """The two layers that most requests have, already compiled."""
        policies = cls.__new__(cls)
        policies.identity = identity
        policies.resource = EMPTY if resource is None else resource
        policies.boundary = policies.session = policies.scps = policies.rcps = None
        return policies

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


# Enum members by plain names: a decision looks at several of them.
ALLOWED, EXPLICIT_DENY, IMPLICIT_DENY = Verdict.ALLOWED, Verdict.EXPLICIT_DENY, Verdict.IMPLICIT_DENY
IDENTITY, RESOURCE, SCP = LayerKind.IDENTITY, LayerKind.RESOURCE, LayerKind.SCP
ROOT, FEDERATED_USER = PrincipalKind.ROOT, PrincipalKind.FEDERATED_USER
UNBOUND_BY_SCPS = (PrincipalKind.SERVICE, PrincipalKind.ANONYMOUS)
DIRECT, BY_ROLE = How.DIRECT, How.ROLE
NOTHING_ALLOWS = {kind: Decision(IMPLICIT_DENY, kind) for kind in LayerKind}

# A role's trust policy and a key's policy must name the caller or its account even within one account, and where there is none
# nobody is named. Source: IAM User Guide, "Policy evaluation logic" (the exception for trust policies and KMS key policies).
ASKED_OF_TRUST_POLICIES = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")


def decide(request: Request, policies: Policies) -> Decision:
    """The decision of these policies on this request."""
    principal = request.principal
    denial = _denial(request, policies)
    if denial is not None:
        return denial
    if (
        policies.scps is not None
        and principal.kind not in UNBOUND_BY_SCPS
        and not all(level.grant(request) for level in policies.scps)
    ):
        return NOTHING_ALLOWS[SCP]
    account = principal.account
    if not policies.resource.rules and account is not None and account == request.resource_account:
        return NOTHING_ALLOWS[RESOURCE] if _resource_must_name(request) else _own_side(request, policies, None)
    how, admitting = policies.resource.admission(request)
    if account is None:
        return Decision(ALLOWED, None, (admitting,)) if admitting and how is DIRECT else NOTHING_ALLOWS[RESOURCE]
    if account != request.resource_account:
        own = _own_side(request, policies, None)
        if not own.allowed:
            return own
        return Decision(ALLOWED, None, (*own.rules, admitting)) if admitting else NOTHING_ALLOWS[RESOURCE]
    if admitting is not None and how is DIRECT:
        return Decision(ALLOWED, None, (admitting,))
    if admitting is None and _resource_must_name(request):
        return NOTHING_ALLOWS[RESOURCE]
    return _own_side(request, policies, admitting if how is BY_ROLE else None)


def _resource_must_name(request: Request) -> bool:
    """Whether the resource is a role to be assumed, or a key. `kms:ListKeys` and its like ask for no key."""
    action = request.action_key
    return action.startswith(ASKED_OF_TRUST_POLICIES) or (action.startswith("kms:") and ":key/" in request.resource)


def _denial(request: Request, policies: Policies) -> Decision | None:
    identity, resource = policies.identity, policies.resource
    bounded = policies.boundary is not None
    if identity.rules and (rule := identity.denial(request, bounded=bounded)):
        return Decision(EXPLICIT_DENY, IDENTITY, (rule,))
    if resource.rules and (rule := resource.denial(request, bounded=bounded)):
        return Decision(EXPLICIT_DENY, RESOURCE, (rule,))
    if not bounded and policies.session is None and policies.scps is None and policies.rcps is None:
        return None
    bound_by_scps = request.principal.kind not in UNBOUND_BY_SCPS
    for kind, layer in policies.guards():
        if (kind is not SCP or bound_by_scps) and (rule := layer.denial(request)):
            return Decision(EXPLICIT_DENY, kind, (rule,))
    return None


def _own_side(request: Request, policies: Policies, by_role: Rule | None) -> Decision:
    """The caller's own side: identity policies (or `by_role`, a resource's grant to its role), boundary, session policy."""
    granting = by_role
    kind = request.principal.kind
    # Without a session policy a federated user gets nothing from the identity side.
    if granting is None and (kind is not FEDERATED_USER or policies.session is not None):
        granting = policies.identity.grant(request)
    if granting is None and kind is not ROOT:
        return NOTHING_ALLOWS[IDENTITY]
    granted: tuple[Rule, ...] = () if granting is None else (granting,)
    for limit, layer in (LayerKind.BOUNDARY, policies.boundary), (LayerKind.SESSION, policies.session):
        if layer is not None:
            rule = layer.grant(request)
            if rule is None:
                return NOTHING_ALLOWS[limit]
            granted += (rule,)
    return Decision(ALLOWED, None, granted)
