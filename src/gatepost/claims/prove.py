"""The questions about policies and all requests, each answered by a proof or by requests that show the contrary.

Every request shown has been decided by `decide` with the very policies; what cannot be decided exactly raises `Undecidable`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from gatepost.claims.claim import Claim
from gatepost.claims.read import read_claim
from gatepost.claims.subject import Subject
from gatepost.policy.model import Effect, Operator, Policy, Statement
from gatepost.policy.operators import LIKE_IGNORING_CASE
from gatepost.policy.policies import Policies
from gatepost.policy.request import Request
from gatepost.reasoning.questions import Asker, Side
from gatepost.reasoning.situation import Situation

ANYTHING: Final = read_claim("anything")


@dataclass(frozen=True, slots=True)
class Shown:
    """A request that shows the answer, and the policies by which it was decided."""

    request: Request
    policies: Policies


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether what was asked holds, for all requests. `shown` are requests that show that it does not (`anything`: that it does)."""

    holds: bool
    shown: tuple[Shown, ...] = ()


def never(claim: Claim, subject: Subject) -> Proof:
    """No request that the claim describes is allowed. ClaimError where it cannot be asked of these policies."""
    return _no_request(claim, subject, Situation.breach)


def always(claim: Claim, subject: Subject) -> Proof:
    """Every request that the claim describes is allowed."""
    return _no_request(claim, subject, Situation.shortfall)


def anything(subject: Subject) -> Proof:
    """Some request is allowed."""
    found = _no_request(ANYTHING, subject, Situation.breach)
    return Proof(not found.holds, found.shown[:1])


def nothing(subject: Subject) -> Proof:
    """No request is allowed."""
    return never(ANYTHING, subject)


# --- two sets of policies -----------------------------------------------------------------------------------------------


def narrower(new: Subject, old: Subject) -> Proof:
    """The first allows nothing that the second does not, each by itself."""
    return _compared(new, old, lambda asker, one, other: asker.allows_more(other, one))


def equivalent(one: Subject, other: Subject) -> Proof:
    """Both allow the same requests: shown is what the first allows and the other does not, and the reverse."""
    shown = (*narrower(one, other).shown, *narrower(other, one).shown)
    return Proof(not shown, shown)


def disjoint(one: Subject, other: Subject) -> Proof:
    """There is no request that both allow."""
    return _compared(one, other, lambda asker, first, second: asker.overlap(first, second))


Ask = Callable[[Asker, tuple[Policy, ...], tuple[Policy, ...]], Request | None]


def _compared(one: Subject, other: Subject, ask: Ask) -> Proof:
    side = Side.RESOURCE if one.of_resource_alone or other.of_resource_alone else Side.IDENTITY
    asker = Asker(side, one.caller, one.known)
    request = ask(asker, _documents(one), _documents(other))
    return Proof(request is None, () if request is None else (Shown(request, one.given.beside(Policies())),))


def _documents(subject: Subject) -> tuple[Policy, ...]:
    return tuple(each.policy for each in (*subject.given.identity, *subject.given.resource))


# --- requests that people recognise -------------------------------------------------------------------------------------

Find = Callable[[Situation, Policy], Request | None]


def _no_request(claim: Claim, subject: Subject, find: Find) -> Proof:
    for situation, spoken in subject.situations(claim):
        found = find(situation, spoken)
        if found is not None:
            shown = tuple(_each(situation, spoken, find)) or (found,)
            return Proof(holds=False, shown=tuple(Shown(request, situation.policies) for request in shown))
    return Proof(holds=True)


def _each(situation: Situation, spoken: Policy, find: Find) -> Iterator[Request]:
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
