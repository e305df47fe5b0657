"""The questions about policies and all requests, each answered by a proof or by requests that show the contrary.

Every request shown has been decided by `decide` with the very policies; what cannot be decided exactly raises `Undecidable`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from gatepost.claims.callers import Caller
from gatepost.claims.claim import Claim
from gatepost.claims.described import described, is_of_something
from gatepost.claims.errors import ClaimError
from gatepost.claims.read import read_claim
from gatepost.claims.subject import Subject
from gatepost.policy.model import Effect, Operator, Policy, Statement
from gatepost.policy.operators import LIKE_IGNORING_CASE
from gatepost.policy.policies import Policies
from gatepost.policy.request import Request
from gatepost.reasoning.situation import PRINCIPAL_ARN, Situation, Sought

MOST_SHOWN: Final = 5  # requests of one answer
ANYTHING: Final = read_claim("anything")


@dataclass(frozen=True, slots=True)
class Shown:
    """A request that shows the answer, and the policies by which it was decided.

    `by_anybody`: the caller stands for whoever is not named.
    """

    request: Request
    policies: Policies
    by_anybody: bool = False

    @classmethod
    def of(cls, request: Request, situation: Situation) -> "Shown":
        """A request of a situation."""
        return cls(request, situation.policies, PRINCIPAL_ARN in situation.caller_keys)


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether what was asked holds, for all requests. `shown` are requests that show that it does not (`anything`: that it does)."""

    holds: bool
    shown: tuple[Shown, ...] = ()

    def reversed(self) -> "Proof":
        """The same of the contrary."""
        return replace(self, holds=not self.holds)


def prove_never(claim: Claim, subject: Subject) -> Proof:
    """No request that the claim describes is allowed. ClaimError where it cannot be asked of these policies."""
    return none_described(by_claim(claim, subject, Situation.breaches))


def prove_always(claim: Claim, subject: Subject) -> Proof:
    """Every request that the claim describes is allowed."""
    return none_described(by_claim(claim, subject, Situation.shortfalls))


def anything(subject: Subject) -> Proof:
    """Some request is allowed."""
    return nothing(subject).reversed()


def nothing(subject: Subject) -> Proof:
    """No request is allowed; one is shown where some are."""
    return none_found(subject, whatever_allowed(subject))


# --- what is sought, kind by kind of caller -----------------------------------------------------------------------------

Seek = Callable[[Situation, Policy | None], Sought]


def by_claim(claim: Claim, subject: Subject, seek: Seek) -> Iterator[Sought]:
    """The requests of each kind of caller that a claim describes. ClaimError where it cannot be asked of these policies."""
    return (seek(situation, spoken) for situation, spoken in subject.situations(claim))


def by_caller(subject: Subject, callers: Iterable[Caller], seek: Seek) -> Iterator[Sought]:
    """The requests of each of these callers."""
    return (seek(subject.situation(caller), None) for caller in callers)


def whatever_allowed(subject: Subject) -> Iterator[Sought]:
    """All that is allowed."""
    return by_caller(subject, subject.callers(ANYTHING), Situation.breaches)


def by_comparison(
    one: Subject, other: Subject, seek: Callable[[Situation, Policies, Policy | None], Sought]
) -> Iterator[Sought]:
    """The requests on which two sets of policies are compared. ClaimError where only one is of a resource's policies alone."""
    if one.of_resource_alone is not other.of_resource_alone:
        raise ClaimError("expected policies of one kind: a resource's are not compared with a caller's")
    callers = one.callers(ANYTHING, beside=other)
    return by_caller(one, callers, lambda situation, claim: seek(situation, other.policies, claim))


# --- two sets of policies -----------------------------------------------------------------------------------------------


def narrower(new: Subject, old: Subject) -> Proof:
    """The first allows nothing that the second does not. ClaimError where one is of a resource's policies alone, and one is not."""
    return none_found(new, by_comparison(new, old, Situation.excess))


def equivalent(one: Subject, other: Subject) -> Proof:
    """Both allow the same requests: shown is what the first allows and the other does not, and the reverse."""
    shown = (*narrower(one, other).shown, *narrower(other, one).shown)
    return Proof(not shown, shown)


def disjoint(one: Subject, other: Subject) -> Proof:
    """There is no request that both allow."""
    return none_found(one, by_comparison(one, other, Situation.overlap))


# --- requests that people recognise -------------------------------------------------------------------------------------


def none_found(subject: Subject, sought: Iterable[Sought]) -> Proof:
    """No request of any of these is found; else one that comes as calls do, where there is such."""
    for each in sought:
        request = each.first()
        if request is not None:
            # A send on an identity says more than one on `*`.
            usual = described(whatever(subject), each.situation.principal, subject.home)
            return Proof(holds=False, shown=(Shown.of(replace(each, claim=usual).first() or request, each.situation),))
    return Proof(holds=True)


def whatever(subject: Subject) -> Claim:
    """Anything that the policies could allow: what no Allow speaks of only an account's root user may."""
    of_root = subject.caller is not None and subject.caller.of_root
    granting = (each.policy for each in (*subject.given.identity, *subject.given.resource))
    allows = [each for policy in granting for each in policy.statements if each.effect is Effect.ALLOW]
    patterns = tuple(dict.fromkeys(pattern for each in allows for pattern in each.actions or () if is_of_something(pattern)))
    if of_root or not patterns or any(each.actions is None for each in allows):
        return ANYTHING
    return replace(ANYTHING, actions=patterns)


def none_described(sought: Iterable[Sought]) -> Proof:
    """No request that a claim describes is found; else some, by what they do."""
    for each in sought:
        found = each.first()
        if found is not None:
            shown = tuple(islice(each_shown(each), MOST_SHOWN)) or (found,)
            return Proof(holds=False, shown=tuple(Shown.of(request, each.situation) for request in shown))
    return Proof(holds=True)


def each_shown(sought: Sought) -> Iterator[Request]:
    """One request for each group of actions that are alike, of those that a claim describes; those without odd spelling first."""
    claim = sought.claim or Policy(())
    odd: list[Request] = []
    exempt = tuple(each for each in claim.statements if each.effect is Effect.DENY)
    for statement in claim.statements:
        if statement.effect is Effect.ALLOW:
            plain = replace(sought, claim=replace(claim, statements=(_as_written(statement), *exempt))).first()
            if plain is not None:
                yield plain
            elif (request := replace(sought, claim=replace(claim, statements=(statement, *exempt))).first()) is not None:
                odd.append(request)
    yield from odd


def _as_written(statement: Statement) -> Statement:
    """A statement that takes addresses in the case in which the claim writes them."""
    conditions = (
        replace(each, operator=Operator("StringLike", each.operator.qualifier, each.operator.if_exists))
        if each.operator.base == LIKE_IGNORING_CASE
        else each
        for each in statement.conditions
    )
    return replace(statement, conditions=tuple(conditions))
