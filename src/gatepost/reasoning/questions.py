"""The questions, about one layer's policies and all requests: what the policies allow by themselves, Allows less Denies.

Each is exact: a request that answers it, or the proof (None) that there is none. What the exact fragment does not reach raises
`Undecidable`. A request is everything that `world` and `layer` say: any resource that is `*` or an ARN, any known action or one of
a service that the catalogue does not know, each key present or not where the action may carry it.

`caller` fixes who asks, `known` fixes keys of the request (None: it is absent) and so what policy variables stand for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.principal import Principal
from gatepost.policy.request import Request
from gatepost.reasoning.difference import difference
from gatepost.reasoning.formula import Formula, conj, negated
from gatepost.reasoning.layer import Side, Space
from gatepost.reasoning.solve import solve
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.witness import allows, request_of

__all__ = ["Asker", "Side", "Undecidable"]

Given = Sequence[Policy] | Policy


@dataclass(frozen=True, slots=True)
class Asker:
    """Which layer is asked about, and what is known of every request: who asks, and keys (None: absent)."""

    side: Side = Side.IDENTITY
    caller: Principal | None = None
    known: Mapping[str, str | tuple[str, ...] | None] = field(default_factory=dict)

    def allows_more(self, old: Given, new: Given) -> Request | None:
        """A request that `new` allows and `old` does not; None where there is none."""
        return self._witness(of=_many(new), but_not=_many(old))

    def narrower(self, new: Given, old: Given) -> bool:
        """Whether `new` allows nothing that `old` does not."""
        return self.allows_more(old, new) is None

    def equivalent(self, one: Given, other: Given) -> bool:
        """Whether both allow the same requests."""
        return self.narrower(one, other) and self.narrower(other, one)

    def overlap(self, one: Given, other: Given) -> Request | None:
        """A request that both allow; None where they are disjoint."""
        return self._witness(of=_many(one), and_of=_many(other))

    def allows_anything(self, policies: Given) -> Request | None:
        """A request that is allowed; None where everything is denied."""
        return self._witness(of=_many(policies))

    def breach(self, policies: Given, never: Sequence[Statement]) -> Request | None:
        """A request that is allowed though one of the statements `never` speaks of it; None where the claim holds.

        The statements say which requests, as an Allow's elements do; policy variables stand in them as in 2012-10-17.
        """
        if any(statement.effect is Effect.DENY for statement in never):
            raise ValueError("a claim's statements say which requests, as an Allow does; found a Deny")
        return self.overlap(policies, Policy(tuple(never), version="2012-10-17"))

    def _witness(
        self, *, of: tuple[Policy, ...], and_of: tuple[Policy, ...] | None = None, but_not: tuple[Policy, ...] = ()
    ) -> Request | None:
        few, fewer = difference(of, but_not)
        if not any(policy.statements for policy in few):
            return None
        space = Space((*few, *(and_of or ()), *fewer), self.side, self.caller, self.known)
        wanted: list[Formula] = [space.allowed(few)]
        if and_of is not None:
            wanted.append(space.allowed(and_of))
        wanted.append(negated(space.allowed(fewer)))
        model = solve(space.world, conj((*wanted, space.facts())))
        if model is None:
            return None
        request = request_of(space, model)
        # INVARIANT: what the formula says of the witness, the engine that decides requests says too.
        confirmed = (
            allows(of, self.side, request)
            and (and_of is None or allows(and_of, self.side, request))
            and not (but_not and allows(but_not, self.side, request))
        )
        if not confirmed:
            raise AssertionError(f"the witness {request!r} is decided otherwise than the formula says")
        return request


def _many(given: Given) -> tuple[Policy, ...]:
    return (given,) if isinstance(given, Policy) else tuple(given)
