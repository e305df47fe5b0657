"""What it means: the requests that the newer version allows and the older does not, and the reverse. Exact, on all requests.

Each is told by the Allow statement that lets it through, by whom it names, and by its entries of `Action`: the smallest parts of a
policy that people have a word for. For each there is a request that `decide` has confirmed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from gatepost.compare.when import when_more
from gatepost.policy.model import Effect, Policy, PrincipalEntry, Statement
from gatepost.policy.request import Request
from gatepost.reasoning.in_force import timeless, without_times
from gatepost.reasoning.questions import Asker
from gatepost.reasoning.windows import Timeline

Group = dict[int, Statement]  # Allows by their numbers, which differ by their dates alone


class Relation(Enum):
    """What the newer version allows, compared with the older."""

    EQUIVALENT = "equivalent"
    NARROWER = "narrower"
    WIDER = "wider"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class AccessChange:
    """Requests that one version alone allows.

    `statement` is that version's Allow, cut down to what is changed: one principal where it names any, and those of its actions that
    are concerned. `when` is the line of time on which that is so, and the statement is without its dates then; None where that is not
    decided. `indexes` are its number, from 0, and those of the Allows that differ from it by their dates alone.
    """

    indexes: tuple[int, ...]
    statement: Statement
    witness: Request
    when: Timeline | None = None

    @property
    def principal(self) -> PrincipalEntry | None:
        """Whom it is about; None for whoever has the policy, and for a statement that names whom it does not mean."""
        return self.statement.principals[0] if self.statement.principals else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Who gains and who loses."""

    gains: tuple[AccessChange, ...]
    losses: tuple[AccessChange, ...]

    @property
    def relation(self) -> Relation:
        """In one word."""
        if self.gains:
            return Relation.DIFFERENT if self.losses else Relation.WIDER
        return Relation.NARROWER if self.losses else Relation.EQUIVALENT


def compared(old: Policy, new: Policy, asker: Asker) -> Comparison:
    """Both directions. Undecidable where the engine does not decide."""
    return Comparison(tuple(_more(old, new, asker)), tuple(_more(new, old, asker)))


def _more(old: Policy, new: Policy, asker: Asker) -> Iterator[AccessChange]:
    """What `new` allows and `old` does not."""
    if asker.allows_more(old, new) is None:
        return
    direction = _Direction(old, new, asker)
    for group in _alike(new):
        yield from direction.changes(group)


@dataclass(frozen=True, slots=True)
class _Direction:
    """From one version to the other."""

    old: Policy
    new: Policy
    asker: Asker

    def changes(self, group: Group) -> Iterator[AccessChange]:
        """Who gains by these Allows, which are alike but for their dates."""
        if self._shown(group) is None:
            return
        for part in _by_principal(group):
            found = [each for each in _by_action(part) if self._shown(each) is not None]
            actions = tuple(action for each in found for action in _first(each).actions or ())
            yield from self._change(_of_actions(part, actions) if actions else part)

    def _change(self, whole: Group) -> Iterator[AccessChange]:
        witness = self._shown(whole)
        if witness is None:
            return
        when = when_more(self.old, self._allowing(whole), self.asker)
        if when is None and len(whole) > 1:
            for index, statement in whole.items():
                yield from self._change({index: statement})
        else:
            first = _first(whole)
            yield AccessChange(tuple(whole), first if when is None else without_times(first), witness, when)

    def _shown(self, group: Group) -> Request | None:
        return self.asker.allows_more(self.old, self._allowing(group))

    def _allowing(self, group: Group) -> Policy:
        """The newer version, of whose Allows these alone are left."""
        denies = (each for each in self.new.statements if each.effect is Effect.DENY)
        return Policy((*group.values(), *denies), self.new.version)


def _alike(policy: Policy) -> Iterator[Group]:
    """The Allows of a policy; those that differ by their dates alone together."""
    groups: dict[Statement, Group] = {}
    for index, statement in enumerate(policy.statements):
        if statement.effect is Effect.ALLOW:
            groups.setdefault(timeless(statement), {})[index] = statement
    return iter(groups.values())


def _first(group: Group) -> Statement:
    return next(iter(group.values()))


def _of_actions(group: Group, actions: tuple[str, ...]) -> Group:
    return {index: replace(statement, actions=actions) for index, statement in group.items()}


def _by_principal(group: Group) -> Iterator[Group]:
    principals = _first(group).principals
    for entry in dict.fromkeys(principals or ()):
        yield {index: replace(statement, principals=(entry,)) for index, statement in group.items()}
    if not principals:
        yield group


def _by_action(group: Group) -> Iterator[Group]:
    for action in dict.fromkeys(_first(group).actions or ()):
        yield _of_actions(group, (action,))
