"""What a claim is made of: policies in their layers, and who can have them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from gatepost.claims.callers import Caller, callers
from gatepost.claims.claim import Claim, means
from gatepost.claims.described import described
from gatepost.claims.errors import ClaimError
from gatepost.claims.who import Home
from gatepost.policy.match import Rule
from gatepost.policy.model import Policy
from gatepost.policy.policies import Policies
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.question import GivenPolicies
from gatepost.reasoning.situation import Situation
from gatepost.reasoning.witness import ELSEWHERE, EVERYTHING

Known = Mapping[str, str | tuple[str, ...] | None]
OWN: Final = (PrincipalKind.USER, PrincipalKind.ASSUMED_ROLE)  # who can have identity policies


@dataclass(frozen=True, slots=True)
class Subject:
    """Policies that are asked about, and where.

    `caller` is who has them, where that is said; else any user or role of the account may. Where resource policies alone are given,
    the question is whom they let in by themselves: every caller's own side allows everything.
    """

    given: GivenPolicies
    home: Home
    caller: Principal | None = None

    @property
    def of_resource_alone(self) -> bool:
        """Whether nothing but a resource's policies is given."""
        return bool(self.given.resource) and not replace(self.given, resource=())

    @property
    def known(self) -> Known:
        """The keys that the caller settles, where one is said."""
        return {} if self.caller is None else Caller.named(self.caller).known

    def situations(self, claim: Claim) -> Iterator[tuple[Situation, Policy]]:
        """Each kind of caller that the claim speaks of, and what it says of it. ClaimError where it speaks of nobody."""
        policies = self.given.beside(Policies())
        if self.of_resource_alone:
            policies = Policies(identity=(EVERYTHING,), resource=self.given.resource, session=(EVERYTHING,))
        asked = [caller for caller in self._callers(policies, claim) if claim.covers(caller.principal, self.home)]
        if not asked:
            whose = self.caller.arn if self.caller is not None else f"anybody of account {self.home.account}"
            raise ClaimError(f"it does not speak of {whose}, whose policies these are")
        account = ELSEWHERE if self.of_resource_alone else self.home.account
        for caller in asked:
            situation = Situation(caller.principal, policies, None, account, caller.known, caller.open_keys)
            yield situation, described(claim, caller.principal, self.home)

    def _callers(self, policies: Policies, claim: Claim) -> Iterable[Caller]:
        """One caller of each kind that neither policies nor claim tell apart."""
        if self.caller is not None:
            return (Caller.named(self.caller),)
        rules = [rule for _, layer in policies.layers() for rule in layer.rules]
        kinds: dict[object, Caller] = {}
        for each in callers([rule.statement for rule in rules], claim.entries, self.home):
            if self.of_resource_alone or (each.principal.account == self.home.account and each.principal.kind in OWN):
                kinds.setdefault(self._kind(each, claim, rules), each)
        return kinds.values()

    def _kind(self, caller: Caller, claim: Claim, rules: list[Rule]) -> object:
        """All that policies, claim and `decide` ask of a caller."""
        principal = caller.principal
        said = (claim.covers(principal, self.home), *(means(each.who, principal, self.home) for each in claim.exempt))
        return (
            said, tuple(rule.how(principal) for rule in rules), principal.kind, principal.of_root, principal.account,
            tuple(sorted(caller.open_keys)),
        )  # fmt: skip
