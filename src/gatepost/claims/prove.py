"""The questions about policies and all requests, each answered by a proof or by requests that show the contrary.

Every request shown has been decided by `decide` with the very policies; what cannot be decided exactly raises `Undecidable`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from gatepost.claims.callers import Caller
from gatepost.claims.claim import Claim
from gatepost.claims.described import described, is_of_something
from gatepost.claims.errors import ClaimError
from gatepost.claims.homes import Homes, homes_granted, homes_of
from gatepost.claims.read import read_claim
from gatepost.claims.subject import Subject
from gatepost.claims.who import Home
from gatepost.policy.model import Effect, Operator, Policy, Statement
from gatepost.policy.offline import partition_of
from gatepost.policy.operators import LIKE_IGNORING_CASE
from gatepost.policy.policies import Policies
from gatepost.policy.principal import is_account
from gatepost.policy.request import Request
from gatepost.policy.values import arn_parts
from gatepost.reasoning.situation import PRINCIPAL_ARN, Situation, Sought
from gatepost.reasoning.undecidable import Undecidable

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
    """Whether what was asked holds, for all requests. `shown` are requests that show that it does not (`anything`: that it does).

    `assumed` are the assumptions on which the answer rests, in words. `allows_nothing`: where the policies allow nothing at all,
    whatever is asked, the reason in words.
    """

    holds: bool
    shown: tuple[Shown, ...] = ()
    assumed: tuple[str, ...] = field(default=(), compare=False)
    allows_nothing: str = field(default="", compare=False)

    def reversed(self) -> "Proof":
        """The same of the contrary."""
        return replace(self, holds=not self.holds)


def prove_never(claim: Claim, subject: Subject) -> Proof:
    """No request that the claim describes is allowed. ClaimError where it cannot be asked of these policies."""
    proof = none_described(by_claim(claim, subject, Situation.breaches))
    return grounded(proof, subject, homes_of((subject,), claim))


def prove_always(claim: Claim, subject: Subject) -> Proof:
    """Every request that the claim describes is allowed."""
    proof = none_described(by_claim(claim, subject, Situation.shortfalls))
    return replace(proof, assumed=homes_granted(subject, claim).assumed)


def anything(subject: Subject) -> Proof:
    """Some request is allowed."""
    return nothing(subject).reversed()


def nothing(subject: Subject) -> Proof:
    """No request is allowed; one is shown where some are."""
    return grounded(none_found(subject, whatever_allowed(subject)), subject, homes_of((subject,)))


# --- what is sought, kind by kind of caller -----------------------------------------------------------------------------

Seek = Callable[[Situation, Policy | None], Sought]


def by_claim(claim: Claim, subject: Subject, seek: Seek) -> Iterator[Sought]:
    """The requests of each kind of caller that a claim describes. ClaimError where it cannot be asked of these policies."""
    homes = homes_granted(subject, claim) if seek is Situation.shortfalls else homes_of((subject,), claim)
    refused: ClaimError | None = None
    speaks = False
    for home in homes.each:
        try:
            situations = tuple(subject.at(home).situations(claim))
        except ClaimError as error:  # it may speak of another account
            refused = error
            continue
        speaks = True
        for situation, spoken in situations:
            yield seek(situation, as_written(spoken) if seek is Situation.shortfalls else spoken)
    if refused is not None and not speaks:
        raise refused


def by_caller(subject: Subject, callers: Iterable[Caller], seek: Seek) -> Iterator[Sought]:
    """The requests of each of these callers."""
    return (seek(subject.situation(caller), None) for caller in callers)


def whatever_allowed(subject: Subject) -> Iterator[Sought]:
    """All that is allowed."""
    for home in homes_of((subject,)).each:
        there = subject.at(home)
        yield from by_caller(there, there.callers(ANYTHING), Situation.breaches)


def by_comparison(
    one: Subject, other: Subject, seek: Callable[[Situation, Policies, Policy | None], Sought]
) -> Iterator[Sought]:
    """The requests on which two sets of policies are compared. ClaimError where only one is of a resource's policies alone."""
    if one.of_resource_alone is not other.of_resource_alone:
        raise ClaimError("expected policies of one kind: a resource's are not compared with a caller's")
    for home in homes_of((one, other)).each:
        here, there = one.at(home), other.at(home)
        for caller in here.callers(ANYTHING, beside=there):
            yield seek(here.situation(caller), there.policies, None)


# --- two sets of policies -----------------------------------------------------------------------------------------------


def narrower(new: Subject, old: Subject) -> Proof:
    """The first allows nothing that the second does not. ClaimError where one is of a resource's policies alone, and one is not."""
    return grounded(none_found(new, by_comparison(new, old, Situation.excess)), new, homes_of((new, old)))


def equivalent(one: Subject, other: Subject) -> Proof:
    """Both allow the same requests: shown is what the first allows and the other does not, and the reverse."""
    shown = (*narrower(one, other).shown, *narrower(other, one).shown)
    return Proof(not shown, shown, homes_of((one, other)).assumed)


def disjoint(one: Subject, other: Subject) -> Proof:
    """There is no request that both allow."""
    return grounded(none_found(one, by_comparison(one, other, Situation.overlap)), one, homes_of((one, other)))


# --- on what an answer rests --------------------------------------------------------------------------------------------


def grounded(proof: Proof, subject: Subject, homes: Homes) -> Proof:
    """An answer with what it assumes, and where it holds because nothing at all is allowed, the reason for that."""
    reason = ""
    if proof.holds:
        try:
            is_empty = all(each.first() is None for each in whatever_allowed(subject))
        except Undecidable:
            is_empty = False
        reason = _reason_for_nothing(subject, homes) if is_empty else ""
    return replace(proof, assumed=homes.assumed, allows_nothing=reason)


def _reason_for_nothing(subject: Subject, homes: Homes) -> str:
    allows = tuple(each for each in subject.granting if each.effect is Effect.ALLOW)
    if not allows:
        return "no statement allows anything"
    parts = [arn_parts(pattern) for each in allows for pattern in each.resources or ("*",)]
    named = {"" if each is None else each[4] for each in parts}
    asked = {home.account for home in homes.each}
    if all(map(is_account, named)) and not named & asked:
        there, here = (", ".join(sorted(each)) for each in (named, asked))
        return f"their Allows are on resources of account {there}, and account {here} is asked"
    given = subject.given
    limits = [
        name for name, held in (("boundary", given.boundary), ("session policy", given.session), ("SCP", given.scps)) if held
    ]
    if limits:
        return f"a {' or '.join(limits)}, a Deny or a condition keeps out all that their Allows grant"
    return "a Deny or a condition that no request meets keeps out all that their Allows grant"


def _home_of(sought: Sought) -> Home:
    """The home in which a question was asked: any region, and the partition of its caller."""
    account = sought.situation.known.get("aws:resourceaccount")
    return Home(account if isinstance(account, str) else "", partition=partition_of(sought.situation.principal.arn))


# --- requests that people recognise -------------------------------------------------------------------------------------


def none_found(subject: Subject, sought: Iterable[Sought]) -> Proof:
    """No request of any of these is found; else one that comes as calls do, where there is such."""
    for each in sought:
        request = each.first()
        if request is not None:
            # A send on an identity says more than one on `*`.
            usual = described(whatever(subject), each.situation.principal, _home_of(each))
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


def as_written(spoken: Policy) -> Policy:
    """A claim of what must be allowed: addresses in the case in which it writes them. What it excepts stays so in every spelling."""
    statements = (_as_written(each) if each.effect is Effect.ALLOW else each for each in spoken.statements)
    return replace(spoken, statements=tuple(statements))


def _as_written(statement: Statement) -> Statement:
    """A statement that takes addresses in the case in which the claim writes them."""
    conditions = (
        replace(each, operator=Operator("StringLike", each.operator.qualifier, each.operator.if_exists))
        if each.operator.base == LIKE_IGNORING_CASE
        else each
        for each in statement.conditions
    )
    return replace(statement, conditions=tuple(conditions))
