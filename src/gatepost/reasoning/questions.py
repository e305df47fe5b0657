"""The questions, about one layer's policies and all requests: what the policies allow by themselves, Allows less Denies.

Each is exact: a request that answers it, or the proof (None) that there is none. What the exact fragment does not reach raises
`Undecidable`. A request is everything that `world` and `layer` say: any resource that is `*` or an ARN, any known action or one of
a service that the catalogue does not know, each key present or not where the action may carry it.

`caller` fixes who asks, `known` fixes keys of the request (None: it is absent) and so what policy variables stand for. Of variables
that are not known and keys of whoever asks all values are thought of that there may be; where that is an equation between texts
`decider`, a general solver, is asked for so many `seconds` (`search`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.principal import Principal
from gatepost.policy.request import Request
from gatepost.reasoning.formula import Formula
from gatepost.reasoning.layer import Side, Space
from gatepost.reasoning.search import Found, Way, question, search
from gatepost.reasoning.smt import Decider, Question
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.wanted import Wanted
from gatepost.reasoning.words import Guess
from gatepost.reasoning.world import World

__all__ = ["Asker", "Side", "Undecidable"]

Given = Sequence[Policy] | Policy


@dataclass(frozen=True, slots=True)
class Asker:
    """Which layer is asked about, and what is known of every request: who asks, and keys (None: absent)."""

    side: Side = Side.IDENTITY
    caller: Principal | None = None
    known: Mapping[str, str | tuple[str, ...] | None] = field(default_factory=dict)
    decider: Decider | None = None
    seconds: float = 5.0

    def allows_more(self, old: Given, new: Given) -> Request | None:
        """A request that `new` allows and `old` does not; None where there is none."""
        return self.search(Wanted(of=_many(new), but_not=_many(old))).request

    def narrower(self, new: Given, old: Given) -> bool:
        """Whether `new` allows nothing that `old` does not."""
        return self.allows_more(old, new) is None

    def equivalent(self, one: Given, other: Given) -> bool:
        """Whether both allow the same requests."""
        return self.narrower(one, other) and self.narrower(other, one)

    def overlap(self, one: Given, other: Given) -> Request | None:
        """A request that both allow; None where they are disjoint."""
        return self.search(Wanted(of=_many(one), and_of=_many(other))).request

    def allows_anything(self, policies: Given) -> Request | None:
        """A request that is allowed; None where everything is denied."""
        return self.search(Wanted(of=_many(policies))).request

    def breach(self, policies: Given, never: Sequence[Statement]) -> Request | None:
        """A request that is allowed though one of the statements `never` speaks of it; None where the claim holds.

        The statements say which requests, as an Allow's elements do; policy variables stand in them as in 2012-10-17.
        """
        if any(statement.effect is Effect.DENY for statement in never):
            raise ValueError("a claim's statements say which requests, as an Allow does; found a Deny")
        return self.overlap(policies, Policy(tuple(never), version="2012-10-17"))

    def as_smt_lib(self, old: Given, new: Given) -> str:
        """The question of `allows_more` as SMT-LIB 2.6, for a general solver: `sat` where there is such a request."""
        return self.question(Wanted(of=_many(new), but_not=_many(old)))[1].asked()

    def question(self, wanted: Wanted) -> tuple[Space, Question]:
        """A question to a general solver, and the space of its requests."""
        return question(_Asked(self, wanted, wanted))

    def search(self, wanted: Wanted) -> Found:
        """A wanted request, if there is one, and which way decided that."""
        fewer = wanted.shortened()
        if not any(policy.statements for policy in fewer.of):
            return Found(None, Way.EXACT)
        return search(_Asked(self, wanted, fewer), self.decider, self.seconds)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of an asker: what is wanted, and the same of fewer statements."""

    asker: Asker
    wanted: Wanted
    fewer: Wanted

    @property
    def account(self) -> str | None:
        return None if self.asker.caller is None else self.asker.caller.account

    def posed(self, values: Guess, kind: type[World]) -> tuple[Space, Formula]:
        known = {**self.asker.known, **values}
        space = Space(self.fewer.policies, self.asker.side, self.asker.caller, known, kind=kind, within=self.fewer.actions)
        return space, self.fewer.formula(space)

    def finished(self, request: Request) -> Request:
        return request

    def is_met_by(self, request: Request) -> bool:
        return self.wanted.is_met_by(request, self.asker.side)


def _many(given: Given) -> tuple[Policy, ...]:
    return (given,) if isinstance(given, Policy) else tuple(given)
