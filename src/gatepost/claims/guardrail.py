"""Guardrails, proved: a claim and its kind (no request that it describes is ever allowed, or each of them is) on a whole account.

It is asked of

1.  every user of the account and every session of its roles, with all that has a say in what they call; its root user only where
    the claim names it, for whom nothing of an account's own binds;
2.  whomever else the policies of the account's identities name, or let in without a name: strangers, whose own accounts are taken to
    allow everything, for they may from the next minute on;
3.  each identity that has policies, and any other resource of the account; an identity that the claim names, in every region.

What is not decided counts as broken: a guardrail is there to be sure.

INVARIANT: a guardrail held when it was set, and every change since was held against it. So of a change only that is asked which it
gives something new (`differences`): for `never` the requests that a new Allow speaks of, or that a limit or a Deny kept out which is
gone; for `always` those that lost an Allow or met a new Deny. Where everything is new (no state before), everything is asked.

Callers who differ in nothing that the question depends on are one equivalence class, asked once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from gatepost.claims.callers import callers
from gatepost.claims.claim import Claim
from gatepost.claims.described import described
from gatepost.claims.differences import (
    Spoken,
    allows_of,
    denies_of,
    difference,
    levels_let_less_through,
    levels_let_more_through,
    limit_lets_less_through,
    limit_lets_more_through,
    policies_of,
)
from gatepost.claims.errors import ClaimError
from gatepost.claims.household import NOTHING, Hanging, Household, Postbox, Resident, layers
from gatepost.claims.prove import as_written, each_shown
from gatepost.claims.read import read_claim
from gatepost.claims.who import Home, WhoKind
from gatepost.policy.decide import decide
from gatepost.policy.explain import keys_of
from gatepost.policy.layer import EMPTY, Layer
from gatepost.policy.match import AttachedPolicy, How, PolicySource, Rule
from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.policies import Policies
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.question import ANY_SESSION
from gatepost.policy.request import Request
from gatepost.reasoning.own_keys import settled
from gatepost.reasoning.reach import meaning_of
from gatepost.reasoning.situation import Situation
from gatepost.reasoning.undecidable import Undecidable

STAND_IN: Final = PolicySource.GIVEN  # what a stranger's own account may say
ALL: Final = AttachedPolicy(Policy((Statement(Effect.ALLOW, actions=("*",), resources=("*",)),)))
EVERYTHING: Final = Layer((ALL,))


class GuardrailKind(Enum):
    """What a guardrail says of the requests that its claim describes."""

    NEVER = "never"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A guardrail as it is proved: the kind (`never` or `always`) and the claim, as written."""

    name: str
    kind: str
    claim: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A guardrail that does not hold: a request against it and the statements that let it through, or why it is not decided."""

    name: str
    request: Request | None = None
    rules: tuple[Rule, ...] = ()
    undecided: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """An account before a change (None: nothing is known to hold) and after it, and the guardrails that must hold."""

    before: Household | None
    after: Household
    guardrails: tuple[Wanted, ...]


def first_breach(change: Change) -> Breach | None:
    """The first guardrail that the change breaks; None where all hold. ClaimError for a claim that cannot be asked."""
    return next((breach for each in change.guardrails if (breach := breach_of(each, change)) is not None), None)


def breach_of(guardrail: Wanted, change: Change) -> Breach | None:
    """Whether a guardrail holds after a change: None where it does."""
    proof = _Never(guardrail, change) if guardrail.kind == GuardrailKind.NEVER.value else _Always(guardrail, change)
    try:
        return proof.breach()
    except Undecidable as reason:
        return Breach(guardrail.name, undecided=str(reason))


def unknown_principals(guardrail: Wanted, household: Household) -> tuple[str, ...]:
    """The users and roles of the account that a guardrail's claim names and that do not exist, as written."""
    home = Home(household.account, groups=household.groups)
    return tuple(
        who.text
        for who in read_claim(guardrail.claim).entries
        if who.kind in (WhoKind.USER, WhoKind.ROLE, WhoKind.ARN)
        and any(each.account == household.account for each in who.instances(home))
        and not any(who.covers(each.principal, home) for each in household.residents)
    )


def exhaustive_breach(guardrail: Wanted, household: Household) -> Breach | None:
    """The same of an account as it stands, asked caller by caller and identity by identity: slow; `breach_of` is held against it."""
    proof = _Never if guardrail.kind == GuardrailKind.NEVER.value else _Always
    asked = proof(guardrail, Change(None, household, (guardrail,)))
    try:
        return next((found for each in asked.every_situation() if (found := asked.ask(each)) is not None), None)
    except Undecidable as reason:
        return Breach(guardrail.name, undecided=str(reason))


@dataclass
class _Proof:
    """One guardrail on one change. `_proved` are the equivalence classes of which it holds."""

    guardrail: Wanted
    change: Change
    _proved: set[tuple[object, ...]] = field(default_factory=set)
    _anywhere: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.claim: Claim = read_claim(self.guardrail.claim)
        self.before, self.after = self.change.before, self.change.after
        self.home = Home(self.after.account, groups=self.after.groups)
        self._old_home = None if self.before is None else Home(self.before.account, groups=self.before.groups)
        self._asks_root = any(who.kind is WhoKind.ROOT for who in self.claim.who)
        self.slots = tuple(_slots(self.before, self.after))
        self._besides = tuple(each.arn for each in self.after.postboxes)

    def breach(self) -> Breach | None:
        """The first breach; None where the guardrail holds."""
        for resident in self.residents():
            found = self.of_resident(resident)
            if found is not None:
                return found
        for situation in self.of_others():
            found = self.ask(situation)
            if found is not None:
                return found
        return None

    def of_resident(self, resident: Resident) -> Breach | None:
        """The first breach of one caller of the account."""
        raise NotImplementedError

    def seek(self, situation: Situation, spoken: Policy) -> Request | None:
        """A request against the claim."""
        raise NotImplementedError

    # --- what is asked --------------------------------------------------------------------------------------------------

    def residents(self) -> Iterator[Resident]:
        """Those of whom the claim speaks."""
        for each in self.after.residents:
            if self.claim.covers(each.principal, self.home) and (not each.principal.of_root or self._asks_root):
                yield each

    def spoken(self, principal: Principal) -> Policy:
        """The requests of a caller that the claim describes."""
        return self.described_in(principal, self.home)

    def described_in(self, principal: Principal, home: Home) -> Policy:
        """The same, with the groups of another state of the account."""
        return described(self.claim, principal, home)

    def situation(self, resident: Resident, slot: "_Slot", identity: Layer | None = None) -> Situation:
        """Somebody's requests on one identity, or on any resource that is none of those with policies."""
        policies = self.after.policies(resident, slot.layer, identity)
        besides = self._besides if slot.arn is None else ()
        known = self.after.known(resident)
        return Situation(resident.principal, policies, slot.arn, self.after.account, known, besides=besides)

    def ask(self, situation: Situation) -> Breach | None:
        """The breach in a situation, shown as calls come."""
        spoken = self.spoken(situation.principal)
        same = _equivalence(situation, spoken)
        if same in self._proved:
            return None
        request = self.seek(situation, spoken)
        if request is None:
            self._proved.add(same)
            return None
        return self.broken(request, situation.policies)

    def broken(self, request: Request, policies: Policies) -> Breach:
        """A breach by the statements that decide the request."""
        rules = decide(request, policies).rules
        return Breach(self.guardrail.name, request, tuple(rule for rule in rules if rule.attached.source is not STAND_IN))

    def every_situation(self) -> Iterator[Situation]:
        """Everything that there is to ask, whatever was before."""
        for resident in self.residents():
            yield from (self.situation(resident, slot) for slot in self.slots)
        yield from self.of_others()

    # --- what was before ------------------------------------------------------------------------------------------------

    def old(self, resident: Resident) -> Resident | None:
        """The same caller before the change, where the claim said the same of it; None where nothing is known to have held."""
        if self.before is None or self._old_home is None:
            return None
        old = self.before.by_who.get(resident.who)
        if old is None or not self._said_the_same(resident.principal, self._old_home):
            return None
        mine, its = (each.known(caller) for each, caller in ((self.after, resident), (self.before, old)))
        if mine == its:
            return old
        asked = self._keys_asked(resident)
        return old if all(mine.get(key) == its.get(key) for key in asked) else None

    def _said_the_same(self, principal: Principal, old_home: Home) -> bool:
        if self.home == old_home:
            return True
        try:
            spoke = self.claim.covers(principal, old_home) and self.described_in(principal, old_home)
        except ClaimError:  # a group that was not there
            return False
        return spoke == self.spoken(principal)

    def _keys_asked(self, resident: Resident) -> frozenset[str]:
        """The keys that the policies after the change, or the claim, ask for."""
        policies = self.after.policies(resident)
        sides = tuple(each.side.layer for each in self.after.postboxes)
        every = (*(layer for _, layer in policies.layers()), *sides, Layer((self.spoken(resident.principal),)))
        return _keys(every)

    # --- others ---------------------------------------------------------------------------------------------------------

    def of_others(self) -> Iterator[Situation]:
        """What those may whom the identities' policies let in besides, as far as the change gives them something new."""
        known = set(_others(self.claim, self._old_home, self.before)) if self.before is not None and self._old_home else set()
        for other in _others(self.claim, self.home, self.after):
            if other not in known and self.claim.covers(other.situation.principal, self.home):
                yield other.situation


class _Never(_Proof):
    def seek(self, situation: Situation, spoken: Policy) -> Request | None:
        sought = situation.breaches(spoken)
        found = sought.first()
        return None if found is None else next(each_shown(sought), found)

    def of_resident(self, resident: Resident) -> Breach | None:
        """The first breach.

        Theory. Where no limit lets more through and no Deny of its own is gone, a request that is newly allowed is spoken of by a new
        Allow of its own policies, or by a new Allow of the resource's that names it; whatever other Allows say is then beside the
        point, for within one account either side is enough. A role's and a key's policy must name the caller besides; the resources
        here that have policies are identities, and no action on one is such (`policies.named_resource`).
        """
        old = self.old(resident)
        if old is not None and self._limits_let_more_through(old, resident):
            old = None
        if old is None and resident.principal.of_root:  # it needs no Allow
            return self._first(resident, self.slots)
        own = difference(NOTHING if old is None else old.identity, resident.identity)
        if old is not None and own.lost_denies:
            old, own = None, difference(NOTHING, resident.identity)
        denies = denies_of(resident.identity)
        reduced = _layer(own.new_allows, denies)
        slots = [slot for slot in self.slots if slot.gives_more(resident.principal, is_new=old is None)]
        if own.new_allows:
            everywhere = _Slot(None, NOTHING, NOTHING)
            slots_of_all = [slot for slot in self.slots if slot not in slots]
            if not self._holds_anywhere(resident, everywhere, reduced):
                slots += slots_of_all
        for slot in slots:
            found = self.ask(self.situation(resident, slot, reduced if slot.is_pure else None))
            if found is not None:
                return self._shown(resident, slot, found)
        return None

    def _first(self, resident: Resident, slots: Iterable["_Slot"]) -> Breach | None:
        return next((found for slot in slots if (found := self.ask(self.situation(resident, slot))) is not None), None)

    def _holds_anywhere(self, resident: Resident, everywhere: "_Slot", own: Layer) -> bool:
        """Whether new Allows of its own let nothing through that is described, on any resource, whatever its own policies deny."""
        situation = replace(self.situation(resident, everywhere, own), besides=())
        spoken = self.spoken(resident.principal)
        same = _equivalence(situation, spoken)
        if same not in self._anywhere:
            try:
                self._anywhere[same] = situation.breaches(spoken).first() is None
            except Undecidable:
                self._anywhere[same] = False
        return self._anywhere[same]

    def _shown(self, resident: Resident, slot: "_Slot", found: Breach) -> Breach:
        """The same request by the statements that let it through in full."""
        return found if found.request is None else self.broken(found.request, self.situation(resident, slot).policies)

    def _limits_let_more_through(self, old: Resident, new: Resident) -> bool:
        before, after = self.before, self.after
        assert before is not None  # noqa: S101 -- there was an old one
        return (
            limit_lets_more_through(old.boundary, new.boundary)
            or levels_let_more_through(before.scps, after.scps)
            or levels_let_more_through(before.rcps, after.rcps)
        )


class _Always(_Proof):
    def described_in(self, principal: Principal, home: Home) -> Policy:
        """The requests that must be allowed: addresses as the claim writes them."""
        return as_written(described(self.claim, principal, home))

    def seek(self, situation: Situation, spoken: Policy) -> Request | None:
        sought = situation.shortfalls(spoken)
        found = sought.first()
        return None if found is None else next(each_shown(sought), found)

    def of_resident(self, resident: Resident) -> Breach | None:
        """The first breach: where a limit holds more back, or something described has lost an Allow or met a new Deny."""
        old = self.old(resident)
        all_slots = old is None or self._limits_let_less_through(old, resident) or self._own_takes(old, resident)
        for slot in self.slots:
            if all_slots or slot.takes:
                found = self.ask(self.situation(resident, slot))
                if found is not None:
                    return found
        return None

    def _own_takes(self, old: Resident, new: Resident) -> bool:
        """Whether what its own policies no longer allow, or newly deny, is described at all."""
        own = difference(old.identity, new.identity)
        if not own.lets_less_through:
            return False
        spoken = self.spoken(new.principal)
        try:
            return self._speaks_of(new, spoken, own.lost_allows) or self._denies_of(new, spoken, own.new_denies)
        except Undecidable:
            return True

    def _speaks_of(self, resident: Resident, spoken: Policy, allows: tuple[Spoken, ...]) -> bool:
        return bool(allows) and self._alone(resident, _layer(allows)).breach(spoken) is not None

    def _denies_of(self, resident: Resident, spoken: Policy, denies: tuple[Spoken, ...]) -> bool:
        return bool(denies) and self._alone(resident, Layer((ALL, *policies_of(denies)))).shortfall(spoken) is not None

    def _alone(self, resident: Resident, own: Layer) -> Situation:
        """Somebody with these policies and no limit, on any resource."""
        known = self.after.known(resident)
        return Situation(resident.principal, Policies.of_layers(own), None, self.after.account, known)

    def _limits_let_less_through(self, old: Resident, new: Resident) -> bool:
        before, after = self.before, self.after
        assert before is not None  # noqa: S101 -- there was an old one
        return (
            limit_lets_less_through(old.boundary, new.boundary)
            or levels_let_less_through(before.scps, after.scps)
            or levels_let_less_through(before.rcps, after.rcps)
        )


# --- resources ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Slot:
    """An identity whose policies are asked, or any other resource (`arn` is None); `before`: its policies before the change.

    `is_known`: whether something is known to have held of it.
    """

    arn: str | None
    before: Hanging
    after: Hanging
    is_known: bool = True

    @property
    def layer(self) -> Layer | None:
        return self.after.layer if self.after.attached else None

    @property
    def is_pure(self) -> bool:
        """Whether no Deny of it is gone: then what is newly allowed is spoken of by a new Allow."""
        return not self.is_known or not difference(self.before, self.after).lost_denies

    def gives_more(self, principal: Principal, *, is_new: bool) -> bool:
        """Whether it has an Allow that names the caller and is new to it, or lost a Deny. `is_new`: everything is."""
        change = difference(self.before, self.after)
        new = allows_of(self.after) if is_new else change.new_allows
        return bool(change.lost_denies) or any(_how(each, principal) is not How.NOT for each in new)

    @property
    def takes(self) -> bool:
        """Whether it may hold back what it did not."""
        return not self.is_known or difference(self.before, self.after).lets_less_through


def _slots(before: Household | None, after: Household) -> Iterator[_Slot]:
    """Every identity that has policies, or had; and any other resource."""
    old: Mapping[str, Postbox] = {} if before is None else before.by_arn
    for each in after.postboxes:
        known = old.get(each.arn)
        yield _Slot(each.arn, NOTHING if known is None else known.side, each.side, is_known=before is not None)
    for each in old.values():
        if each.arn not in after.by_arn:
            yield _Slot(each.arn, each.side, NOTHING)
    yield _Slot(None, NOTHING, NOTHING, is_known=before is not None)


def _how(spoken: Spoken, principal: Principal) -> How:
    attached, statement = spoken
    return Rule(attached, 0, statement).how(principal)


def _layer(allows: tuple[Spoken, ...], denies: tuple[Spoken, ...] = ()) -> Layer:
    return Layer(policies_of((*allows, *denies)))


# --- equivalence classes ------------------------------------------------------------------------------------------------


def _equivalence(situation: Situation, spoken: Policy) -> tuple[object, ...]:
    """All that the answer depends on: two situations of which this is the same have the same answer.

    Of a caller that is: how each statement that names callers names it, what kind it is, and the keys that anything asks for.
    """
    principal, policies = situation.principal, situation.policies
    of_layers = [layer for _, layer in policies.layers()]
    asked = _keys((*of_layers, Layer((spoken,))))
    own = {**settled(principal), **situation.known}
    return (
        spoken, situation.resource, situation.resource_account, situation.besides, _frozen(situation.caller_keys),
        principal.kind, principal.account, principal.of_root, policies.boundary is None, policies.session is None,
        policies.scps is None, policies.rcps is None, situation.account,
        tuple((kind, _meanings(layer, principal)) for kind, layer in policies.layers()),
        tuple((key, own.get(key)) for key in sorted(asked)),
    )  # fmt: skip


def _meanings(layer: Layer, principal: Principal) -> frozenset[tuple[object, ...]]:
    """What each statement says, and how it names the caller where it names anybody."""
    return frozenset(
        (meaning_of(rule.statement, variables=rule.attached.policy.has_variables), rule.how(principal)) for rule in layer.rules
    )


def _keys(layers: tuple[Layer, ...]) -> frozenset[str]:
    return frozenset(key.lower() for layer in layers for rule in layer.rules for key in keys_of(rule))


# --- others -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Other:
    """Somebody whom an identity's policies let in besides. Two are equal where all that their answer rests on is."""

    rests_on: tuple[object, ...]
    situation: Situation

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Other) and self.rests_on == other.rests_on

    def __hash__(self) -> int:
        return hash(self.rests_on)


def _others(claim: Claim, home: Home, household: Household) -> Iterator[_Other]:
    """Named sessions and federated users of the account, and strangers, with what they may on each identity."""
    rcps = layers(household.rcps)
    for postbox in household.postboxes:
        statements = [statement for each in postbox.documents for statement in each.policy.statements]
        for other in callers(statements, claim.entries, home):
            principal = other.principal
            own: tuple[object, ...] = ()
            if principal.account != household.account:
                policies = Policies.of_layers(EVERYTHING, Layer(postbox.documents), session=EVERYTHING, rcps=rcps)
            elif principal.kind is PrincipalKind.FEDERATED_USER:
                policies = Policies.of_layers(EMPTY, postbox.side.layer, scps=layers(household.scps), rcps=rcps)
            elif principal.kind is PrincipalKind.ASSUMED_ROLE and (role := _role_of(household, principal)) is not None:
                policies = household.policies(role, postbox.side.layer)
                own = (role.identity, role.boundary)
            else:
                continue
            known = {**other.known, **household.resource_keys}
            situation = Situation(principal, policies, postbox.arn, household.account, known, caller_keys=other.open_keys)
            spoken = described(claim, principal, home)
            rests_on = (principal, spoken, postbox.arn, postbox.side, household.scps, household.rcps, own, _frozen(known))
            yield _Other((*rests_on, _frozen(other.open_keys)), situation)


def _frozen(keys: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(keys.items(), key=str))


def _role_of(household: Household, session: Principal) -> Resident | None:
    """The role of a session that is named by itself; None where there is no such role, or any session is meant."""
    if session.name == ANY_SESSION:
        return None
    return next(
        (
            each
            for each in household.residents
            if each.principal.kind is PrincipalKind.ASSUMED_ROLE and each.principal.role_name == session.role_name
        ),
        None,
    )
