"""Guardrails: what no change of an account's policies may break, proved for every caller on everything that the account has.

A guardrail is a claim (`claims.read`) and its kind: no request that it describes is ever allowed, or each of them is. It is asked of

1.  every user of the account and every session of its roles, with all that has a say in what they call; its root user only where
    the claim names it, for whom nothing of an account's own binds;
2.  whomever else the policies of the account's identities name, or let in without a name: strangers, whose own accounts are taken to
    allow everything, for they may from the next minute on;
3.  each identity that has policies, and any other resource of the account.

What is not decided counts as broken: a guardrail is there to be sure. A proof is kept by the fingerprints of all that it rests on, so a
change costs a proof for those callers and identities alone that it touches.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Final

from gatepost.access.context import organization_context, resource_context
from gatepost.access.credentials import Caller
from gatepost.access.gather import caller_side, fingerprints, resource_side
from gatepost.access.kept_layer import EMPTY, KeptLayer, read_stored
from gatepost.access.placement import placement
from gatepost.access.questions import caller_keys
from gatepost.access.somebody import NobodySuch, everybody, find_somebody
from gatepost.claims.callers import callers
from gatepost.claims.claim import Claim
from gatepost.claims.described import described
from gatepost.claims.prove import each_shown
from gatepost.claims.read import read_claim
from gatepost.claims.who import Home, WhoKind
from gatepost.policy.decide import Policies, decide
from gatepost.policy.layer import Layer
from gatepost.policy.match import AttachedPolicy, PolicySource, Rule
from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.question import ANY_SESSION
from gatepost.policy.read import PolicyKind
from gatepost.policy.request import Request
from gatepost.reasoning.situation import Situation
from gatepost.reasoning.undecidable import Undecidable
from gatepost.store import groups, users
from gatepost.store.guardrails import Guardrail, list_guardrails
from gatepost.store.identities import Identity, list_all_identities
from gatepost.store.identity_policies import list_identity_policies
from gatepost.store.transaction import Transaction

MOST_PROOFS: Final = 100_000
STAND_IN: Final = PolicySource.GIVEN  # what a stranger's own account may say
EVERYTHING: Final = Layer((Policy((Statement(Effect.ALLOW, actions=("*",), resources=("*",)),)),))


class GuardrailKind(Enum):
    """What a guardrail says of the requests that its claim describes."""

    NEVER = "never"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Broken:
    """A guardrail that does not hold: a request against it and the statements that let it through, or why it is not decided."""

    guardrail: Guardrail
    request: Request | None = None
    rules: tuple[Rule, ...] = ()
    undecided: str = ""


@dataclass(frozen=True, slots=True)
class _Question:
    """A claim on a situation. Two are the same where `rests_on` is: everything that the answer depends on."""

    kind: GuardrailKind
    spoken: Policy
    rests_on: tuple[object, ...]
    situation: Situation = field(compare=False)


@lru_cache(maxsize=MOST_PROOFS)
def _answer(question: _Question) -> Request | None:
    """A request against the claim; None where there is none. Undecidable is not kept."""
    seek = Situation.breaches if question.kind is GuardrailKind.NEVER else Situation.shortfalls
    sought = seek(question.situation, question.spoken)
    found = sought.first()
    return None if found is None else next(each_shown(sought), found)


def first_broken(tx: Transaction, account: str) -> Broken | None:
    """The first of an account's guardrails that does not hold; None where all do."""
    asked = _Account(tx, account)
    return next((broken for each in list_guardrails(tx, account) if (broken := asked.broken(each)) is not None), None)


def broken_guardrail(tx: Transaction, guardrail: Guardrail) -> Broken | None:
    """Whether a guardrail, set or not, holds: None where it does. ClaimError for a claim that cannot be asked."""
    return _Account(tx, guardrail.account).broken(guardrail)


_Asked = tuple[Situation, tuple[object, ...]]  # with all that it rests on


class _Account:
    """Everything that an account's guardrails are asked of."""

    def __init__(self, tx: Transaction, account: str) -> None:
        self._tx = tx
        self._account = account
        self._place = placement(tx, account)
        self._rcps = fingerprints(self._place.rcps)
        self._home = Home(account, groups=_members(tx, account))
        self._identities = [
            (identity, side)
            for identity in list_all_identities(tx, account)
            if (side := resource_side(tx, account, identity.region, identity.name)).rules
        ]
        self._callers = everybody(tx, account)

    def broken(self, guardrail: Guardrail) -> Broken | None:
        claim = read_claim(guardrail.claim)
        try:
            for situation, rests_on in self._situations(claim):
                spoken = described(claim, situation.principal, self._home)
                request = _answer(_Question(GuardrailKind(guardrail.kind), spoken, rests_on, situation))
                if request is not None:
                    rules = decide(request, situation.policies).rules
                    return Broken(guardrail, request, tuple(rule for rule in rules if rule.attached.source is not STAND_IN))
        except Undecidable as reason:
            return Broken(guardrail, undecided=str(reason))
        return None

    def _situations(self, claim: Claim) -> Iterator[_Asked]:
        for caller in self._callers:
            if claim.covers(caller.principal, self._home) and (not caller.principal.of_root or _names_root(claim)):
                yield from self._of_caller(caller)
        for identity, side in self._identities:
            for situation, rests_on in self._of_others(claim, identity, side):
                if claim.covers(situation.principal, self._home):
                    yield situation, rests_on

    def _of_caller(self, caller: Caller) -> Iterator[_Asked]:
        side = caller_side(self._tx, caller)
        known = {
            **caller_keys(caller),
            **organization_context(self._place),
            **resource_context(self._account, self._place),
        }
        of_caller = (side.snapshot.fingerprint, self._rcps)
        for identity, resource in self._identities:
            policies = side.against(resource, self._place.rcps)
            situation = Situation(caller.principal, policies, identity.arn, self._account, known)
            yield situation, (*of_caller, identity.arn, resource.snapshot.fingerprint)
        policies, others = side.against(None, self._place.rcps), tuple(identity.arn for identity, _ in self._identities)
        yield Situation(caller.principal, policies, None, self._account, known, besides=others), (*of_caller, others)

    def _of_others(self, claim: Claim, identity: Identity, side: KeptLayer) -> Iterator[_Asked]:
        """Whom an identity's policies let in besides: named sessions and federated users of the account, and strangers."""
        documents = _documents(self._tx, identity)
        statements = [statement for each in documents for statement in each.policy.statements]
        for other in callers(statements, claim.entries, self._home):
            principal = other.principal
            if principal.account != self._account:
                given = Policies.of_layers(EVERYTHING, Layer(documents), session=EVERYTHING, rcps=self._place.rcps)
            elif principal.kind is PrincipalKind.FEDERATED_USER:
                given = Policies.of_layers(EMPTY, side, scps=self._place.scps, rcps=self._place.rcps)
            elif principal.kind is PrincipalKind.ASSUMED_ROLE and (caller := _session(self._tx, principal)) is not None:
                given = caller_side(self._tx, caller).against(side, self._place.rcps)
            else:
                continue
            known = {**other.known, **resource_context(self._account, self._place)}
            situation = Situation(principal, given, identity.arn, self._account, known, caller_keys=other.open_keys)
            layers = tuple(layer.snapshot.fingerprint for _, layer in given.layers() if isinstance(layer, KeptLayer))
            yield situation, (principal, tuple(known.items()), identity.arn, side.snapshot.fingerprint, *layers)


def _documents(tx: Transaction, identity: Identity) -> tuple[AttachedPolicy, ...]:
    """The policies of an identity as they are written, with ARNs where the compiled layer has unique IDs."""
    return tuple(
        AttachedPolicy(read_stored(policy.document, PolicyKind.RESOURCE), PolicySource.RESOURCE, policy.name, identity.arn)
        for policy in list_identity_policies(tx, identity.account, identity.region, identity.name)
    )


def _session(tx: Transaction, principal: Principal) -> Caller | None:
    """A session of a role of the account that is named by itself; None where there is no such role, or any session is meant."""
    try:
        return None if principal.name == ANY_SESSION else find_somebody(tx, principal.arn, principal.account or "")
    except NobodySuch:
        return None


def _members(tx: Transaction, account: str) -> dict[str, frozenset[str]]:
    known = {user.name: user.arn for user in users.list_users(tx, account)}
    return {
        group.name: frozenset(known[name] for name in groups.members_of(tx, group)) for group in groups.list_groups(tx, account)
    }


def _names_root(claim: Claim) -> bool:
    return any(who.kind is WhoKind.ROOT for who in claim.who)
