"""The decision as a formula: what `policy.decide` says of one caller's requests, with everything that has a say.

It follows the rules of `decide` number by number. The caller is one principal, so how a statement names it is known; whether the
resource is at home is known as well.
"""

from collections.abc import Callable, Iterable

from gatepost.policy.layer import EMPTY, Layer
from gatepost.policy.match import How, Rule
from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.policies import TRUSTED, LayerKind, Policies
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.reasoning.formula import FALSE, TRUE, Formula, conj, disj, negated
from gatepost.reasoning.layer import Space

# Requests on which a resource's own policy must name the caller, or its account (`policies.named_resource`).
NAMED_ONLY = Policy(
    (
        Statement(Effect.ALLOW, actions=tuple(f"{action}*" for action in TRUSTED), resources=("*:role/*",)),
        Statement(Effect.ALLOW, actions=("kms:*",), resources=("*:key/*",)),
    )
)


def documents(policies: Policies) -> tuple[Policy, ...]:
    """Every policy that has a say."""
    return tuple(attached.policy for _, layer in policies.layers() for attached in layer.attached)


def allowed(space: Space, policies: Policies, principal: Principal, resource_account: str | None) -> Formula:
    """`decide` allows the request of this caller on a resource of that account. The space is of `documents` and `NAMED_ONLY`."""
    return _Decision(space, policies, principal).allowed(resource_account)


class _Decision:
    def __init__(self, space: Space, policies: Policies, principal: Principal) -> None:
        self._space = space
        self._policies = policies
        self._principal = principal

    def allowed(self, resource_account: str | None) -> Formula:
        account = self._principal.account
        controls = (TRUE,) if not self._principal.bound_by_scps else map(self._grant, self._policies.scps or ())
        directly = self._admits(lambda how: how is How.DIRECT)
        if account is None:  # rule 5
            admitted = directly
        elif account != resource_account:  # rule 4
            admitted = conj((self._admits(lambda how: how is not How.NOT), self._own_side(FALSE)))
        else:  # rule 3
            named = disj((negated(self._named_only()), self._admits(lambda how: how is not How.NOT)))
            own = self._own_side(self._admits(lambda how: how is How.ROLE))
            admitted = disj((directly, conj((named, own))))
        return conj((negated(self._denied()), *controls, admitted))

    def _denied(self) -> Formula:
        """Rule 1; SCPs bind only whom rule 2 says."""
        bound = self._principal.bound_by_scps
        layers = [layer for kind, layer in self._policies.layers() if bound or kind is not LayerKind.SCP]
        return disj(self._speaks(rule) for layer in layers for rule in layer.rules if rule.denies and self._may_hit(rule))

    def _may_hit(self, rule: Rule) -> bool:
        bounded = self._policies.boundary is not None and rule.statement.not_principals is not None
        return bounded or rule.how(self._principal) is not How.NOT

    def _own_side(self, admitted: Formula) -> Formula:
        """Identity policies (or what a resource's policy grants to the caller's role), boundary, session policy."""
        if self._principal.kind is PrincipalKind.FEDERATED_USER and self._policies.session is None:
            return FALSE
        granted = TRUE if self._principal.of_root else disj((admitted, self._grant(self._policies.identity)))
        limits = (limit for limit in (self._policies.boundary, self._policies.session) if limit is not None)
        return conj((granted, *map(self._grant, limits)))

    def _named_only(self) -> Formula:
        return disj(self._space.speaks(statement, variables=False) for statement in NAMED_ONLY.statements)

    def _admits(self, wanted: Callable[[How], bool]) -> Formula:
        """An Allow of the resource's policies that names the caller in one of these ways."""
        return self._any(rule for rule in self._policies.resource.rules if wanted(rule.how(self._principal)))

    def _grant(self, layer: Layer) -> Formula:
        """An Allow of a layer, whomever it names."""
        return self._any(layer.rules)

    def _any(self, rules: Iterable[Rule]) -> Formula:
        return disj(self._speaks(rule) for rule in rules if not rule.denies)

    def _speaks(self, rule: Rule) -> Formula:
        return self._space.speaks(rule.statement, variables=rule.attached.policy.has_variables)


def speaks_of(claim: Policy, space: Space, principal: Principal) -> Formula:
    """A claim's Allows describe the request, and none of its Denies does. Without principals a statement speaks of everybody."""

    def said(effect: Effect) -> Formula:
        return disj(
            space.speaks(rule.statement, variables=claim.has_variables)
            for rule in rules_of(claim)
            if rule.statement.effect is effect and is_named(rule, principal)
        )

    return conj((said(Effect.ALLOW), negated(said(Effect.DENY))))


def rules_of(claim: Policy) -> tuple[Rule, ...]:
    """A claim's statements, ready to be asked."""
    return Layer((claim,)).rules if claim.statements else EMPTY.rules


def is_named(rule: Rule, principal: Principal) -> bool:
    """Whether a claim's statement speaks of a caller."""
    statement = rule.statement
    everybody = statement.principals is None and statement.not_principals is None
    return everybody or rule.how(principal) is not How.NOT
