"""What two policies differ in, before any request is thought of: most of what is compared is the same on both sides.

Theory, in numbered rules:

1.  What `new` allows and `old` does not, some Allow allows that `old` has not, or some Deny of `old` refuses that `new` has not.
    These are the roots. Without a root there is no such request, whatever the statements say.
2.  A root that one statement of the other side covers is none: of each request that it speaks of that one speaks too. So a
    condition that was added to an Allow, or left out of a Deny, raises no question.
3.  A statement that speaks of no request that a root speaks of has no part in the answer, on either side: where a root speaks it
    is silent. Left out of both policies, the answer stays, and every witness stays one. So does an action that no root speaks of.

What a statement speaks of its words tell (`reach`). Where they do not tell that two are apart both are kept; where they do not tell
that one covers another it is not said to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from gatepost.policy.model import Effect, Policy
from gatepost.reasoning.choices import Actions
from gatepost.reasoning.reach import Meaning, Reach, meaning_of


@dataclass(frozen=True, slots=True)
class Difference:
    """What is left of two sides, the roots by what they say, and their actions. Without roots nothing is left."""

    new: tuple[Policy, ...]
    old: tuple[Policy, ...]
    roots: frozenset[Meaning]
    actions: Actions


def difference(new: Sequence[Policy], old: Sequence[Policy]) -> Difference:
    """The question whether `new` allows what `old` does not, of as few statements and actions as decide it."""
    numbers: dict[Meaning, int] = {}
    ours, theirs = ([_numbered(policy, numbers) for policy in policies] for policies in (new, old))
    here, there = (dict(chain.from_iterable(each)) for each in (ours, theirs))
    roots = {**_roots(Effect.ALLOW, here, there), **_roots(Effect.DENY, there, here)}
    rest = ((number, reach) for number, reach in (here | there).items() if number not in roots)
    kept = {*roots, *(number for number, reach in rest if any(map(reach.meets, roots.values())))}

    def shortened(policy: Policy, numbered: list[tuple[int, Reach]]) -> Policy:
        return replace(policy, statements=tuple(reach.statement for number, reach in numbered if number in kept))

    said = frozenset(meaning for meaning, number in numbers.items() if number in roots)
    actions = Actions.of_any(reach.actions for reach in roots.values())
    return Difference(tuple(map(shortened, new, ours)), tuple(map(shortened, old, theirs)), said, actions)


def _numbered(policy: Policy, numbers: dict[Meaning, int]) -> list[tuple[int, Reach]]:
    """The statements, each with one number for all that say the same."""
    variables = policy.has_variables
    return [
        (numbers.setdefault(meaning_of(each, variables=variables), len(numbers)), Reach(each, variables=variables))
        for each in policy.statements
    ]


def _roots(effect: Effect, own: Mapping[int, Reach], others: Mapping[int, Reach]) -> dict[int, Reach]:
    """The statements of this effect that one side alone has, but for those that one of the other side covers."""
    alone = {number: each for number, each in own.items() if each.statement.effect is effect and number not in others}
    rivals = [each for each in others.values() if each.statement.effect is effect] if alone else []
    return {number: each for number, each in alone.items() if not any(rival.covers(each) for rival in rivals)}
