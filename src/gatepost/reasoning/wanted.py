"""Which request is wanted: as a formula over a space of requests, and asked again of the engine that decides requests."""

from dataclasses import dataclass, replace

from gatepost.policy.model import Policy
from gatepost.policy.request import Request
from gatepost.reasoning.choices import Actions
from gatepost.reasoning.difference import difference
from gatepost.reasoning.formula import Formula, conj, negated
from gatepost.reasoning.layer import Side, Space
from gatepost.reasoning.reach import Meaning
from gatepost.reasoning.witness import allows


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that `of` allow, `and_of` too where they are given, and `but_not` do not.

    `roots` and `actions`, where they are known, are the statements of which one speaks of it (`difference`) and what it may ask.
    """

    of: tuple[Policy, ...]
    and_of: tuple[Policy, ...] | None = None
    but_not: tuple[Policy, ...] = ()
    roots: frozenset[Meaning] | None = None
    actions: Actions | None = None

    @property
    def policies(self) -> tuple[Policy, ...]:
        """All that are spoken of."""
        return (*self.of, *(self.and_of or ()), *self.but_not)

    def shortened(self) -> "Wanted":
        """The same, of as few statements and actions."""
        left = difference(self.of, self.but_not)
        return replace(self, of=left.new, but_not=left.old, roots=left.roots, actions=left.actions)

    def formula(self, space: Space) -> Formula:
        """Where such a request is, in a space of these policies."""
        also = () if self.and_of is None else (space.allowed(self.and_of),)
        return conj((self._gained(space), *also, space.facts()))

    def _gained(self, space: Space) -> Formula:
        if self.roots is None:
            return conj((space.allowed(self.of), negated(space.allowed(self.but_not))))
        return space.gained(self.of, self.but_not, self.roots)

    def is_met_by(self, request: Request, side: Side) -> bool:
        """Whether a request is one, by `decide`."""
        return (
            allows(self.of, side, request)
            and (self.and_of is None or allows(self.and_of, side, request))
            and not (self.but_not and allows(self.but_not, side, request))
        )
