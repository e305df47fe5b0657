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
from gatepost.reasoning.situation import PRINCIPAL_ARN, Situation

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


def prove_never(claim: Claim, subject: Subject) -> Proof:
    """No request that the claim describes is allowed. ClaimError where it cannot be asked of these policies."""
    return _no_request(claim, subject, Situation.breach)


def prove_always(claim: Claim, subject: Subject) -> Proof:
    """Every request that the claim describes is allowed."""
    return _no_request(claim, subject, Situation.shortfall)


def anything(subject: Subject) -> Proof:
    """Some request is allowed."""
    found = nothing(subject)
    return Proof(not found.holds, found.shown)


def nothing(subject: Subject) -> Proof:
    """No request is allowed; one is shown where some are."""
    return first_found(subject, subject.callers(ANYTHING), Situation.breach)


def first_found(
    subject: Subject, callers: Iterable[Caller], find: Callable[[Situation, Policy | None], Request | None]
) -> Proof:
    """No request of any of these callers is found; else one that comes as calls do, where there is such."""
    for caller in callers:
        situation = subject.situation(caller)
        request = find(situation, None)
        if request is not None:
            # A send on an identity says more than one on `*`.
            usual = find(situation, described(whatever(subject), caller.principal, subject.home))
            return Proof(holds=False, shown=(Shown.of(usual or request, situation),))
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


# --- two sets of policies -----------------------------------------------------------------------------------------------


def narrower(new: Subject, old: Subject) -> Proof:
    """The first allows nothing that the second does not. ClaimError where one is of a resource's policies alone, and one is not."""
    return _compared(new, old, Situation.beyond)


def equivalent(one: Subject, other: Subject) -> Proof:
    """Both allow the same requests: shown is what the first allows and the other does not, and the reverse."""
    shown = (*narrower(one, other).shown, *narrower(other, one).shown)
    return Proof(not shown, shown)


def disjoint(one: Subject, other: Subject) -> Proof:
    """There is no request that both allow."""
    return _compared(one, other, Situation.common)


def _compared(one: Subject, other: Subject, find: Callable[[Situation, Policies, Policy | None], Request | None]) -> Proof:
    if one.of_resource_alone is not other.of_resource_alone:
        raise ClaimError("expected policies of one kind: a resource's are not compared with a caller's")
    callers = one.callers(ANYTHING, beside=other)
    return first_found(one, callers, lambda situation, claim: find(situation, other.policies, claim))


# --- requests that people recognise -------------------------------------------------------------------------------------

Find = Callable[[Situation, Policy | None], Request | None]


def _no_request(claim: Claim, subject: Subject, find: Find) -> Proof:
    for situation, spoken in subject.situations(claim):
        found = find(situation, spoken)
        if found is not None:
            shown = tuple(islice(each_shown(situation, spoken, find), MOST_SHOWN)) or (found,)
            return Proof(holds=False, shown=tuple(Shown.of(request, situation) for request in shown))
    return Proof(holds=True)


def each_shown(situation: Situation, spoken: Policy, find: Find) -> Iterator[Request]:
    """One request for each group of actions that are alike; those that need no odd spelling first."""
    odd: list[Request] = []
    exempt = tuple(each for each in spoken.statements if each.effect is Effect.DENY)
    for statement in spoken.statements:
        if statement.effect is Effect.ALLOW:
            plain = find(situation, replace(spoken, statements=(_as_written(statement), *exempt)))
            if plain is not None:
                yield plain
            elif (request := find(situation, replace(spoken, statements=(statement, *exempt)))) is not None:
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
