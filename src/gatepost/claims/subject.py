"""What a claim is made of: policies in their layers, and who can have them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from gatepost.claims.callers import Caller, StandsFor, callers
from gatepost.claims.claim import Claim, means
from gatepost.claims.described import described
from gatepost.claims.errors import ClaimError
from gatepost.claims.who import Home
from gatepost.policy.match import AttachedPolicy, Rule
from gatepost.policy.model import Policy, Statement
from gatepost.policy.offline import DEFAULT_ACCOUNT, offline_principal
from gatepost.policy.policies import Policies
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.question import GivenPolicies
from gatepost.reasoning.situation import Situation
from gatepost.reasoning.smt import Decider
from gatepost.reasoning.witness import ELSEWHERE, EVERYTHING

OWN: Final = (PrincipalKind.USER, PrincipalKind.ASSUMED_ROLE)  # who can have identity policies


@dataclass(frozen=True)
class Subject:
    """Policies that are asked about, and where.

    `caller` is who has them, where that is said; else any user or role of the account may. Where resource policies alone are given,
    the question is whom they let in by themselves: every caller's own side allows everything. `decider` is asked for as many `seconds`
    where our own engine does not reach: policy variables that stand for nobody knows what.

    `is_at_home`: the account of `home` is stated; else each that the policies name is asked (`claims.homes`). `caller_name` is the
    caller by a name without an account, such as `user/alice`, who is then of the account that is asked.
    """

    given: GivenPolicies
    home: Home
    caller: Principal | None = None
    decider: Decider | None = None
    seconds: float = 5.0
    is_at_home: bool = True
    caller_name: str | None = None

    @classmethod
    def of(
        cls,
        identity: Sequence[Policy] = (),
        resource: Sequence[Policy] = (),
        boundary: Policy | None = None,
        session: Sequence[Policy] = (),
        scps: Sequence[Policy] = (),
        *,
        caller: Principal | None = None,
        account: str | None = None,
    ) -> "Subject":
        """Policies as values; `scps` are one level. Without `account` each account that the policies name is asked."""
        first, second, third, fourth = (tuple(map(AttachedPolicy, each)) for each in (identity, resource, session, scps))
        given = GivenPolicies(first, second, None if boundary is None else AttachedPolicy(boundary), third, fourth)
        return cls(given, Home(account or DEFAULT_ACCOUNT), caller, is_at_home=account is not None)

    @property
    def of_resource_alone(self) -> bool:
        """Whether nothing but a resource's policies is given."""
        return bool(self.given.resource) and not replace(self.given, resource=())

    @property
    def granting(self) -> tuple[Statement, ...]:
        """The statements of the policies that can grant: identity and resource policies."""
        return tuple(each for held in (*self.given.identity, *self.given.resource) for each in held.policy.statements)

    def at(self, home: Home) -> "Subject":
        """The same policies in one home, stated."""
        named = self.caller_name
        caller = self.caller if named is None else offline_principal(named, home.account, home.partition)
        return replace(self, home=home, caller=caller, is_at_home=True)

    def situations(self, claim: Claim) -> Iterator[tuple[Situation, Policy]]:
        """Each kind of caller that the claim speaks of, and what it says of it. ClaimError where it speaks of nobody."""
        asked = [caller for caller in self.callers(claim) if claim.covers(caller.principal, self.home)]
        if not asked:
            whose = self.caller.arn if self.caller is not None else f"anybody of account {self.home.account}"
            raise ClaimError(f"it does not speak of {whose}, whose policies these are")
        for caller in asked:
            yield self.situation(caller), described(claim, caller.principal, self.home)

    def situation(self, caller: Caller) -> Situation:
        """A caller with these policies, on any resource."""
        account = ELSEWHERE if self.of_resource_alone else self.home.account
        known = {**caller.known, "aws:resourceaccount": self.home.account, "aws:viaawsservice": "false"}
        return Situation(
            caller.principal,
            self.policies,
            None,
            account,
            known,
            caller.open_keys,
            decider=self.decider,
            seconds=self.seconds,
        )

    @cached_property
    def policies(self) -> Policies:
        """All that has a say; beside resource policies alone, a caller's side that allows everything."""
        if self.of_resource_alone:
            return Policies(identity=(EVERYTHING,), resource=self.given.resource, session=(EVERYTHING,))
        return self.given.beside(Policies())

    def callers(self, claim: Claim, beside: "Subject | None" = None) -> tuple[Caller, ...]:
        """One caller of each kind that neither the policies (and those of another subject) nor the claim tell apart."""
        if self.caller is not None:
            return (Caller.named(self.caller),)
        policies = [self.policies, *(() if beside is None else (beside.policies,))]
        rules = [rule for each in policies for _, layer in each.layers() for rule in layer.rules]
        kinds: dict[object, Caller] = {}
        for each in callers([rule.statement for rule in rules], claim.entries, self.home):
            if self.of_resource_alone or (each.principal.account == self.home.account and each.principal.kind in OWN):
                kinds.setdefault(self._kind(each, claim, rules), each)
        return tuple(kinds.values())

    def _kind(self, caller: Caller, claim: Claim, rules: list[Rule]) -> object:
        """All that policies, claim and `decide` ask of a caller."""
        principal = caller.principal
        said = (claim.covers(principal, self.home), *(means(each.who, principal, self.home) for each in claim.exempt))
        return (
            said, tuple(rule.how(principal) for rule in rules), principal.kind, principal.of_root, principal.account,
            caller.stands_for, principal.arn if caller.stands_for is StandsFor.ITSELF else None,
        )  # fmt: skip
