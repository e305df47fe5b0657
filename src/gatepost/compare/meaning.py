"""What it means: the requests that the newer version allows and the older does not, and the reverse. Exact, on all requests.

Each is told by the Allow statement that lets it through, by whom it names, and by its entries of `Action`: the smallest parts of a
policy that people have a word for. For each there is a request that `decide` has confirmed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from gatepost.policy.model import Effect, Policy, PrincipalEntry, Statement
from gatepost.policy.request import Request
from gatepost.reasoning.questions import Asker


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
    are concerned. `index` is its number, from 0.
    """

    index: int
    statement: Statement
    witness: Request

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
    denies = tuple(each for each in new.statements if each.effect is Effect.DENY)

    def shown(part: Statement) -> Request | None:
        return asker.allows_more(old, Policy((part, *denies), new.version))

    for index, statement in enumerate(new.statements):
        if statement.effect is Effect.ALLOW and shown(statement) is not None:
            for part in _by_principal(statement):
                found = [each for each in _by_action(part) if shown(each) is not None]
                actions = tuple(action for each in found for action in each.actions or ())
                whole = replace(part, actions=actions) if actions else part
                witness = shown(whole)
                if witness is not None:
                    yield AccessChange(index, whole, witness)


def _by_principal(statement: Statement) -> Iterator[Statement]:
    for entry in dict.fromkeys(statement.principals or ()):
        yield replace(statement, principals=(entry,))
    if not statement.principals:
        yield statement


def _by_action(statement: Statement) -> Iterator[Statement]:
    for action in dict.fromkeys(statement.actions or ()):
        yield replace(statement, actions=(action,))
