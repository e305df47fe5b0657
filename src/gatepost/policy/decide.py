"""The decision: allowed, explicitly denied, or not allowed by anything.

    1. Any Deny that matches, in any layer, is an explicit deny.
    2. Every level of SCPs (caller's account) must allow. They bind neither services nor anonymous callers, nor whom an identity
       provider vouches for before a role is assumed.
       Every level of RCPs holds AWS's own RCPFullAWSAccess, so RCPs can only deny.
    3. Same account: a resource policy that names the caller directly (the user, the session, everyone) admits it by itself.
       Otherwise the identity side, or a resource policy that names the session's role, must allow, and so must the permissions
       boundary and the session policy where there are any. A grant to the account adds nothing by itself.
    4. Across accounts both sides are needed: the caller's own (identity and boundary and session) and the resource's.
    5. A service needs a grant of the resource policy, and so does whom an identity provider vouches for; an anonymous caller needs
       one to everyone, and an account's root user is allowed in its own account whatever nobody denies.

Source: IAM User Guide, "Policy evaluation logic", "Permissions boundaries", "Resource control policies".
"""

from dataclasses import dataclass
from enum import Enum

from gatepost.policy.layer import Layer
from gatepost.policy.match import AttachedPolicy, How, PolicySource, Rule
from gatepost.policy.policies import LayerKind, Plan, Policies
from gatepost.policy.principal import PrincipalKind
from gatepost.policy.request import Request

__all__ = ["AttachedPolicy", "Decision", "Layer", "LayerKind", "Policies", "PolicySource", "Verdict", "decide"]


class Verdict(Enum):
    """AWS's three answers, by the names that SimulatePrincipalPolicy gives them."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


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


# Enum members by plain names: a decision looks at several of them.
ALLOWED, EXPLICIT_DENY, IMPLICIT_DENY = Verdict.ALLOWED, Verdict.EXPLICIT_DENY, Verdict.IMPLICIT_DENY
IDENTITY, RESOURCE, SCP = LayerKind.IDENTITY, LayerKind.RESOURCE, LayerKind.SCP
FEDERATED_USER = PrincipalKind.FEDERATED_USER
DIRECT, BY_ROLE = How.DIRECT, How.ROLE
NOTHING_ALLOWS = {kind: Decision(IMPLICIT_DENY, kind) for kind in LayerKind}


def decide(request: Request, policies: Policies) -> Decision:
    """The decision of these policies on this request."""
    principal, plan = request.principal, policies.plan(request.action_key)
    for kind, candidates in plan.denying:
        rule = candidates.denial(request, plan.bounded)
        if rule is not None and (kind is not SCP or principal.bound_by_scps):
            return _known(plan, EXPLICIT_DENY, kind, (rule,))
    for level in plan.scps:
        if level.grant(request) is None and principal.bound_by_scps:
            return NOTHING_ALLOWS[SCP]
    account = principal.account
    at_home = account is not None and account == request.resource_account
    named_only = plan.named_on is not None and plan.named_on in request.resource
    if at_home and plan.resource is None and not named_only:
        return _own_side(request, policies, plan, None)
    how, admitting = (How.NOT, None) if plan.resource is None else plan.resource.admission(request)
    if account is None:
        admitted = admitting is not None and how is DIRECT
        return _known(plan, ALLOWED, None, (admitting,)) if admitted and admitting else NOTHING_ALLOWS[RESOURCE]
    if not at_home:
        own = _own_side(request, policies, plan, None)
        if not own.allowed:
            return own
        return _known(plan, ALLOWED, None, (*own.rules, admitting)) if admitting else NOTHING_ALLOWS[RESOURCE]
    if admitting is not None and how is DIRECT:
        return _known(plan, ALLOWED, None, (admitting,))
    if admitting is None and named_only:
        return NOTHING_ALLOWS[RESOURCE]
    return _own_side(request, policies, plan, admitting if how is BY_ROLE else None)


def _own_side(request: Request, policies: Policies, plan: Plan, by_role: Rule | None) -> Decision:
    """The caller's own side: identity policies (or `by_role`, a resource's grant to its role), boundary, session policy."""
    principal = request.principal
    # Without a session policy a federated user has nothing of its user's, not even what a resource policy grants to that user.
    # Source: STS API Reference, GetFederationToken.
    if principal.kind is FEDERATED_USER and policies.session is None:
        return NOTHING_ALLOWS[IDENTITY]
    granting = plan.identity.grant(request) if by_role is None else by_role
    if granting is None and not principal.of_root:
        return NOTHING_ALLOWS[IDENTITY]
    granted: tuple[Rule, ...] = () if granting is None else (granting,)
    for limit, candidates in plan.limits:
        rule = candidates.grant(request)
        if rule is None:
            return NOTHING_ALLOWS[limit]
        granted += (rule,)
    return _known(plan, ALLOWED, None, granted)


def _known(plan: Plan, verdict: Verdict, layer: LayerKind | None, rules: tuple[Rule, ...]) -> Decision:
    """A decision of these rules, made once: each stands in one layer, so they say the same for every request."""
    decision: Decision | None = plan.decisions.get(rules)
    if decision is None:
        decision = plan.decisions[rules] = Decision(verdict, layer, rules)
    return decision
