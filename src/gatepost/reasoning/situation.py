"""One caller and everything that has a say in what it asks: its own policies, what limits them, and the resource's policies.

The question: is there a request, among those that a claim describes, that `decide` allows; or one that it does not. A claim is a
`Policy` of which the Allows say what is described and the Denies what is excepted. It is asked of requests as they come: an action
that carries the From address or the recipients always has them (`policy.question.EVERY_SEND`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gatepost.policy.decide import decide
from gatepost.policy.match import speaks_of_action
from gatepost.policy.model import Effect, Policy
from gatepost.policy.pattern import STAR
from gatepost.policy.policies import Policies
from gatepost.policy.principal import Principal
from gatepost.policy.question import EVERY_SEND
from gatepost.policy.request import Request
from gatepost.policy.values import account_of, arn_parts
from gatepost.reasoning.decision import NAMED_ONLY, allowed, documents, is_named, rules_of, speaks_of
from gatepost.reasoning.formula import Formula, conj, disj, negated
from gatepost.reasoning.globs import Glob, in_parts
from gatepost.reasoning.layer import Side, Space
from gatepost.reasoning.solve import solve
from gatepost.reasoning.witness import request_of
from gatepost.reasoning.world import RESOURCE, World


@dataclass(frozen=True, slots=True)
class Situation:
    """Who asks, on what, under which policies.

    `resource` is an ARN or `*`, whose own policies stand in `policies`; None is any resource of the account that has none, so
    neither of `besides`. `known` are keys of every request (None: absent), such as what the caller is called and the account's.
    """

    principal: Principal
    policies: Policies
    resource: str | None = None
    resource_account: str | None = None
    known: Mapping[str, str | tuple[str, ...] | None] = field(default_factory=dict)
    besides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.resource is not None and self.resource != "*" and arn_parts(self.resource) is None:
            raise ValueError(f"the resource `{self.resource}`: expected an ARN or `*`")
        if self.resource is None and self.policies.resource.rules:
            raise ValueError("resource policies: expected the resource whose they are")

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
        space = Space((*documents(self.policies), NAMED_ONLY, claim), Side.RESOURCE, self.principal, self.known)
        answer = allowed(space, self.policies, self.principal, self.account)
        wanted = (
            speaks_of(claim, space, self.principal),
            answer if allows else negated(answer),
            *self._asked_on(space.world),
            *always_carried(space),
            space.facts(),
        )
        model = solve(space.world, conj(wanted))
        if model is None:
            return None
        found = request_of(space, model, self.account)
        request = Request.of_normalised(found.principal, found.action, found.resource, self.resource_account, found.context)
        # INVARIANT: what the formula says of the witness, `decide` with the real policies says too.
        if decide(request, self.policies).allowed is not allows or not describes(claim, request):
            raise AssertionError(f"the witness {request!r} is decided otherwise than the formula says")
        return request

    def _asked_on(self, world: World) -> Iterable[Formula]:
        if self.resource is not None:
            yield world.text(RESOURCE, Glob(self.resource))
            return
        accounts = {"", self.account or ""}
        forms = [Glob("*"), *(in_parts(("arn", STAR, STAR, STAR, account, STAR)) for account in sorted(accounts))]
        yield disj(world.text(RESOURCE, form) for form in forms)
        for resource in self.besides:
            yield -world.text(RESOURCE, Glob(resource))


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
