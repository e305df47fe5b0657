"""One caller and everything that has a say in what it asks: its own policies, what limits them, and the resource's policies.

The question: is there a request, among those that a claim describes, that `decide` allows; or one that it does not. A claim is a
`Policy` of which the Allows say what is described and the Denies what is excepted. It is asked of requests as they come: an action
that carries the From address or the recipients always has them (`policy.question.EVERY_SEND`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gatepost.policy.decide import decide
from gatepost.policy.match import speaks_of_action
from gatepost.policy.model import Effect, Policy
from gatepost.policy.pattern import STAR, wild
from gatepost.policy.policies import Policies
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.question import EVERY_SEND
from gatepost.policy.request import Request
from gatepost.policy.values import account_of, arn_parts
from gatepost.reasoning.decision import NAMED_ONLY, allowed, documents, is_named, rules_of, speaks_of
from gatepost.reasoning.formula import Formula, conj, disj, negated
from gatepost.reasoning.globs import Glob, in_parts
from gatepost.reasoning.layer import Side, Space
from gatepost.reasoning.solve import solve
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.witness import ELSEWHERE, request_of
from gatepost.reasoning.world import OF_THE_CALLER, RESOURCE, World

PRINCIPAL_ARN: Final = "aws:principalarn"


@dataclass(frozen=True, slots=True)
class AnyText:
    """What a key may be, where it is there: like one of these patterns, and unlike all those."""

    like: tuple[str, ...] = ("?*",)
    unlike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """Who asks, on what, under which policies.

    `resource` is an ARN or `*`; the resource policies in `policies` are its own. None is any resource of the account but those in
    `besides`. `resource_account` may be `witness.ELSEWHERE`: nobody's, so that both sides must allow, and any resource is of it.

    `known` are keys of every request (None: absent), such as what the caller is called and the account's. `caller_keys` are those
    of a caller that stands for others whom no statement names; a witness is then asked by whom its `aws:PrincipalArn` says.
    """

    principal: Principal
    policies: Policies
    resource: str | None = None
    resource_account: str | None = None
    known: Mapping[str, str | tuple[str, ...] | None] = field(default_factory=dict)
    caller_keys: Mapping[str, AnyText] = field(default_factory=dict)
    besides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.resource is not None and self.resource != "*" and arn_parts(self.resource) is None:
            raise ValueError(f"the resource `{self.resource}`: expected an ARN or `*`")

    @property
    def account(self) -> str | None:
        """The resource's account, as a request says it."""
        return self.resource_account or account_of(self.resource or "") or self.principal.account

    def breach(self, claim: Policy) -> Request | None:
        """A described request that is allowed; None where there is none."""
        return self._find(claim, allows=True)

    def shortfall(self, claim: Policy) -> Request | None:
        """A described request that is not allowed; None where each is."""
        return self._find(claim, allows=False)

    def _find(self, claim: Policy, *, allows: bool) -> Request | None:
        every = (*documents(self.policies), NAMED_ONLY, claim)
        space = Space(every, Side.RESOURCE, self.principal, self.known, frozenset(self.caller_keys))
        answer = allowed(space, self.policies, self.principal, self.account)
        wanted = (
            speaks_of(claim, space, self.principal),
            answer if allows else negated(answer),
            *self._asked_on(space),
            *self._asked_by(space.world),
            *always_carried(space),
            space.facts(),
        )
        model = solve(space.world, conj(wanted))
        if model is None:
            return None
        found = request_of(space, model, self.account)
        caller = self._caller(found.context.get(PRINCIPAL_ARN))
        request = Request.of_normalised(caller, found.action, found.resource, self.resource_account, found.context)
        # INVARIANT: what the formula says of the witness, `decide` with the real policies says too.
        if decide(request, self.policies).allowed is not allows or not describes(claim, request):
            raise AssertionError(f"the witness {request!r} is decided otherwise than the formula says")
        return request

    def _asked_on(self, space: Space) -> Iterable[Formula]:
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

    def _asked_by(self, world: World) -> Iterable[Formula]:
        """What the caller's keys may be; a name and an ARN that must agree are not both left open."""
        asked = [name for name in self.caller_keys if name in world.keys]
        own = [name for name in asked if name in OF_THE_CALLER]
        if len(own) > 1:
            raise Undecidable(f"{' and '.join(own)} belong to the caller and say the same in two ways: say who asks")
        yield from (world.keys[name].present for name in own)
        for name in asked:
            allowed_texts = self.caller_keys[name]
            for at, slot in enumerate(world.keys[name].slots):
                yield disj((-slot, *(world.text((name, at), Glob(wild(pattern))) for pattern in allowed_texts.like)))
                yield from (disj((-slot, -world.text((name, at), Glob(wild(each))))) for each in allowed_texts.unlike)

    def _caller(self, arn: str | tuple[str, ...] | None) -> Principal:
        """Who asks in a witness: the principal, or whom the ARN says that it stands for."""
        if PRINCIPAL_ARN not in self.caller_keys or not isinstance(arn, str):
            return self.principal
        if self.principal.kind is not PrincipalKind.ASSUMED_ROLE:
            return Principal.of(arn, user_arn=self.principal.user_arn)
        role = Principal.of(arn)
        session = f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{self.principal.name}"
        return Principal.of(session, role_arn=arn)


def always_carried(space: Space) -> Iterable[Formula]:
    """What every call of an action carries that knows the key: a send has a From address and recipients."""
    for name in EVERY_SEND:
        key = space.world.keys.get(name)
        if key is not None:
            yield from (disj((-chosen, key.present)) for chosen in space.carrying(name))


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
