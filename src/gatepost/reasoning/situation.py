"""One caller and everything that has a say in what it asks: its own policies, what limits them, and the resource's policies.

The question: is there a request, among those that a claim describes, that `decide` allows; or one that it does not. A claim is a
`Policy` of which the Allows say what is described and the Denies what is excepted. It is asked of requests as they come: each has an
address and a user agent, and where its action knows them a From address and recipients (`policy.question`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gatepost.policy.decide import decide
from gatepost.policy.match import speaks_of_action
from gatepost.policy.model import Effect, Policy
from gatepost.policy.pattern import STAR, wild
from gatepost.policy.policies import Policies
from gatepost.policy.principal import Principal
from gatepost.policy.question import EVERY_CALL, EVERY_SEND
from gatepost.policy.request import Request
from gatepost.policy.values import account_of, arn_parts
from gatepost.reasoning.decision import NAMED_ONLY, allowed, documents, is_named, rules_of, speaks_of
from gatepost.reasoning.evaluation import Conditions, is_true_of
from gatepost.reasoning.formula import FALSE, TRUE, Formula, conj, disj, negated
from gatepost.reasoning.globs import Glob, in_parts, matches
from gatepost.reasoning.layer import Side, Space
from gatepost.reasoning.own_keys import caller_in
from gatepost.reasoning.search import question, search
from gatepost.reasoning.smt import Decider, Question
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.witness import ELSEWHERE
from gatepost.reasoning.words import Guess
from gatepost.reasoning.world import OF_THE_CALLER, RESOURCE, World

PRINCIPAL_ARN: Final = "aws:principalarn"
USER_NAME: Final = "aws:username"


@dataclass(frozen=True, slots=True)
class AnyText:
    """What a key may be, where it is there: like one of these patterns, and unlike all those."""

    like: tuple[str, ...] = ("?*",)
    unlike: tuple[str, ...] = ()

    def allow(self, text: str) -> bool:
        """Whether it may be this."""
        return any(matches(glob, text) for glob in map(_glob, self.like)) and not any(
            matches(glob, text) for glob in map(_glob, self.unlike)
        )


@dataclass(frozen=True, slots=True)
class Situation:
    """Who asks, on what, under which policies.

    `resource` is an ARN or `*`; the resource policies in `policies` are its own. None is any resource of the account but those in
    `besides`. `resource_account` may be `witness.ELSEWHERE`: nobody's, so that both sides must allow, and any resource is of it.

    `known` are keys of every request (None: absent), such as what the caller is called and the account's. `caller_keys` are those
    of a caller that stands for others whom no statement names; a witness is then asked by whom its keys say.
    """

    principal: Principal
    policies: Policies
    resource: str | None = None
    resource_account: str | None = None
    known: Mapping[str, str | tuple[str, ...] | None] = field(default_factory=dict)
    caller_keys: Mapping[str, AnyText] = field(default_factory=dict)
    besides: tuple[str, ...] = ()
    decider: Decider | None = None
    seconds: float = 5.0

    def __post_init__(self) -> None:
        if self.resource is not None and self.resource != "*" and arn_parts(self.resource) is None:
            raise ValueError(f"the resource `{self.resource}`: expected an ARN or `*`")

    @property
    def account(self) -> str | None:
        """The resource's account, as a request says it."""
        return self.resource_account or account_of(self.resource or "") or self.principal.account

    def breach(self, claim: Policy | None) -> Request | None:
        """A described request (any, without a claim) that is allowed; None where there is none."""
        return self.breaches(claim).first()

    def shortfall(self, claim: Policy | None) -> Request | None:
        """A described request (any, without a claim) that is not allowed; None where each is."""
        return self.shortfalls(claim).first()

    def beyond(self, others: Policies, claim: Policy | None = None) -> Request | None:
        """A described request (any, without a claim) that is allowed, and is not where these policies stand instead."""
        return self.excess(others, claim).first()

    def common(self, others: Policies, claim: Policy | None = None) -> Request | None:
        """A described request (any, without a claim) that is allowed, and is where these policies stand instead."""
        return self.overlap(others, claim).first()

    def breaches(self, claim: Policy | None) -> "Sought":
        """All that `breach` finds one of."""
        return Sought(self, claim, ((self.policies, True),))

    def shortfalls(self, claim: Policy | None) -> "Sought":
        """All that `shortfall` finds one of."""
        return Sought(self, claim, ((self.policies, False),))

    def excess(self, others: Policies, claim: Policy | None = None) -> "Sought":
        """All that `beyond` finds one of."""
        return Sought(self, claim, ((self.policies, True), (others, False)))

    def overlap(self, others: Policies, claim: Policy | None = None) -> "Sought":
        """All that `common` finds one of."""
        return Sought(self, claim, ((self.policies, True), (others, True)))

    def asked_on(self, space: Space) -> Iterable[Formula]:
        """Which resource it is."""
        text = space.world.text
        if self.resource is not None:
            yield text(RESOURCE, Glob(self.resource))
            return
        if self.account != ELSEWHERE:
            of_account, of_none = (
                text(RESOURCE, in_parts(("arn", STAR, STAR, STAR, of, STAR))) for of in (self.account or "", "")
            )
            # No ARN of a service that the catalogue knows in full leaves its account out.
            yield disj((text(RESOURCE, Glob("*")), of_account, conj((space.unlisted, of_none))))
        for resource in self.besides:
            yield -text(RESOURCE, Glob(resource))

    def asked_by(self, world: World) -> Iterable[Formula]:
        """What the caller's keys may be; a name and an ARN that must agree are not both left open."""
        asked = [name for name in self.caller_keys if name in world.keys]
        own = [name for name in asked if name in OF_THE_CALLER]
        if len(own) > 1:
            raise Undecidable(f"{' and '.join(own)} belong to the caller and say the same in two ways: say who asks")
        yield from (world.keys[name].present for name in own)
        for name in asked:
            texts, values = self.caller_keys[name], world.known.get(name)
            if isinstance(values, str):
                yield TRUE if texts.allow(values) else FALSE
                continue
            for at, slot in enumerate(world.keys[name].slots):
                yield disj((-slot, *(world.text((name, at), glob) for glob in map(_glob, texts.like))))
                yield from (disj((-slot, -world.text((name, at), glob))) for glob in map(_glob, texts.unlike))


def _glob(pattern: str) -> Glob:
    return Glob(wild(pattern))


@dataclass(frozen=True, slots=True)
class Sought:
    """The requests that a claim describes (all, without one), and that policies allow or do not, in a situation."""

    situation: Situation
    claim: Policy | None
    wanted: tuple[tuple[Policies, bool], ...]

    def first(self) -> Request | None:
        """One of them; None where there is none."""
        return search(self, self.situation.decider, self.situation.seconds).request

    def posed(self, values: Guess, kind: type[World]) -> tuple[Space, Formula]:
        """The space of all requests in which these values are known beside the others, and where in it the sought ones are."""
        given, claims = self.situation, self._claims
        every = (*(document for policies, _ in self.wanted for document in documents(policies)), NAMED_ONLY, *claims)
        open_keys = frozenset(given.caller_keys) - values.keys()
        space = Space(every, Side.RESOURCE, given.principal, {**given.known, **values}, open_keys, kind)
        answers = [(allowed(space, policies, given.principal, given.account), allows) for policies, allows in self.wanted]
        formula = (
            *(speaks_of(claim, space, given.principal) for claim in claims),
            *(answer if allows else negated(answer) for answer, allows in answers),
            *given.asked_on(space),
            *given.asked_by(space.world),
            *always_carried(space),
            space.facts(),
        )
        return space, conj(formula)

    def question(self) -> tuple[Space, Question]:
        """The question whether there is one, to a general solver, and the space of its requests."""
        return question(self)

    @property
    def _claims(self) -> tuple[Policy, ...]:
        return () if self.claim is None else (self.claim,)

    @property
    def account(self) -> str | None:
        """The resource's account."""
        return self.situation.account

    def finished(self, found: Request) -> Request:
        """The request with what its context says of who asks, and whose the resource is."""
        given = self.situation
        open_keys = {key: value for key, value in found.context.items() if key in given.caller_keys}
        caller = caller_in(open_keys, given.principal)
        return Request.of_normalised(caller, found.action, found.resource, given.resource_account, found.context)

    def includes(self, request: Request) -> bool:
        """Whether a request is one of them: by the formula itself, by the caller and what is known of every request, by `decide`."""
        known = self.situation.known.items()
        return (
            self.finished(request).principal == request.principal
            and all(request.context.get(key.lower()) == value for key, value in known)
            and is_true_of(request, self.posed({}, Conditions))
            and self.is_met_by(request)
        )

    def is_met_by(self, request: Request) -> bool:
        """Whether a request is one, by `decide`."""
        decided = all(decide(request, policies).allowed is allows for policies, allows in self.wanted)
        return decided and all(describes(claim, request) for claim in self._claims)


def always_carried(space: Space) -> Iterable[Formula]:
    """What every call carries, and every call of an action that knows the key: a send has a From address and recipients."""
    keys = {name: key for name, key in space.world.keys.items() if name not in space.world.absent}
    yield from (keys[name].present for name in EVERY_CALL if name in keys)
    for name in EVERY_SEND:
        if name in keys:
            yield from (disj((-chosen, keys[name].present)) for chosen in space.carrying(name))


def describes(claim: Policy, request: Request) -> bool:
    """Whether a claim speaks of a request, asked of the engine that decides requests."""
    spoken = {
        rule.statement.effect
        for rule in rules_of(claim)
        if speaks_of_action(rule.statement, request.action_key)
        and is_named(rule, request.principal)
        and rule.covers(request)
        and rule.holds(request.context)
    }
    return spoken == {Effect.ALLOW}
