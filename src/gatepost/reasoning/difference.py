"""What two policies differ in, before any request is thought of: most of what is compared is the same on both sides.

Theory, in numbered rules:

1.  What `new` allows and `old` does not, some Allow allows that `old` has not, or some Deny of `old` refuses that `new` has not.
    These are the roots. Without a root there is no such request, whatever the statements say.
2.  A statement that speaks of no request that a root speaks of has no part in the answer, on either side: where a root speaks it
    is silent. Left out of both policies, the answer stays, and every witness stays one.
3.  Whether two statements speak of a request in common is asked of pairs: of their actions, of their resources, of their texts for
    one key. Where no pair tells they may, and both are kept.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import chain, product, starmap

from gatepost.policy.catalogue import services
from gatepost.policy.model import Condition, Effect, Policy, Statement
from gatepost.policy.pattern import wild
from gatepost.reasoning.choices import spoken_of
from gatepost.reasoning.pairs import apart
from gatepost.reasoning.wildcards import Glob

Meaning = tuple[object, ...]
LITERAL, LIKE = "StringEquals", "StringLike"


def meaning_of(statement: Statement, *, variables: bool) -> Meaning:
    """What a statement says, wherever it stands and whatever it is called: equal for two that say the same in the same words."""
    return (
        statement.effect.value, statement.actions, statement.not_actions, statement.resources, statement.not_resources,
        statement.principals, statement.not_principals, variables,
        *((each.key, each.operator, each.values) for each in statement.conditions),
    )  # fmt: skip


def difference(new: Sequence[Policy], old: Sequence[Policy]) -> tuple[tuple[Policy, ...], tuple[Policy, ...]]:
    """The same question, whether `new` allows what `old` does not, of as few statements; without a root, of none."""
    numbers: dict[Meaning, int] = {}
    ours, theirs = ([_numbered(policy, numbers) for policy in policies] for policies in (new, old))
    here, there = (dict(chain.from_iterable(each)) for each in (ours, theirs))
    roots = {
        number: _Reach(statement)
        for own, others, effect in ((here, there, Effect.ALLOW), (there, here, Effect.DENY))
        for number, statement in own.items()
        if statement.effect is effect and number not in others
    }
    rest = ((number, statement) for number, statement in (here | there).items() if number not in roots)
    kept = {*roots, *(number for number, statement in rest if _meets(statement, roots.values()))} if roots else set()

    def shortened(policy: Policy, said: list[tuple[int, Statement]]) -> Policy:
        return replace(policy, statements=tuple(statement for number, statement in said if number in kept))

    return tuple(map(shortened, new, ours)), tuple(map(shortened, old, theirs))


def _numbered(policy: Policy, numbers: dict[Meaning, int]) -> list[tuple[int, Statement]]:
    """The statements, each with one number for all that say the same."""
    return [
        (numbers.setdefault(meaning_of(each, variables=policy.has_variables), len(numbers)), each) for each in policy.statements
    ]


def _meets(statement: Statement, roots: Collection["_Reach"]) -> bool:
    reach = _Reach(statement)
    return any(reach.meets(root) for root in roots)


class _Reach:
    """What requests a statement may speak of."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self.known = spoken_of(statement)

    @cached_property
    def others(self) -> bool:
        """Whether it may speak of actions whose service the catalogue does not know in full."""
        actions = self._statement.actions
        return actions is None or not all(map(_is_known, actions))

    @cached_property
    def resources(self) -> tuple[str, ...] | None:
        """Patterns, in the package's own form, of which the resource matches one; None where it may be any."""
        listed = self._statement.resources
        return None if listed is None or any("${" in each for each in listed) else tuple(map(wild, listed))

    @cached_property
    def texts(self) -> dict[str, tuple[str, ...]]:
        """Patterns, in the same form, of which the value of a key (lower case) matches one."""
        return {
            each.key.lower(): tuple(map(wild, each.values)) if each.operator.base == LIKE else each.values
            for each in self._statement.conditions
            if _asks_for(each)
        }

    def meets(self, other: "_Reach") -> bool:
        """Whether both may speak of one request."""
        if not self.known & other.known and not (self.others and other.others):
            return False
        if self.resources is not None and other.resources is not None and not _meet(self.resources, other.resources):
            return False
        return all(_meet(patterns, other.texts[key]) for key, patterns in self.texts.items() if key in other.texts)


def _meet(some: Iterable[str], others: Iterable[str]) -> bool:
    return not all(starmap(_apart, product(some, others)))


@lru_cache(maxsize=65536)
def _apart(one: str, other: str) -> bool:
    return apart(Glob(one), Glob(other))


@lru_cache(maxsize=8192)
def _is_known(pattern: str) -> bool:
    """Whether an entry of `Action` speaks of actions alone whose service the catalogue knows in full."""
    return pattern.lower().partition(":")[0] in services()


def _asks_for(condition: Condition) -> bool:
    """Whether a condition holds of a single value alone that matches one of its own."""
    operator = condition.operator
    plain = operator.qualifier is None and not operator.if_exists and not any("${" in value for value in condition.values)
    return plain and operator.base in (LITERAL, LIKE)
