"""What a statement says, and what requests it may speak of as far as its words tell, asked without a solver.

Two statements are asked about pair by pair: their actions, their resources, their texts for one key.
"""

from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache
from itertools import product, starmap

from gatepost.policy.model import Condition, Statement
from gatepost.policy.pattern import wild
from gatepost.reasoning.choices import Actions
from gatepost.reasoning.pairs import apart, inside
from gatepost.reasoning.wildcards import Glob

Meaning = tuple[object, ...]
LITERAL, LIKE = "StringEquals", "StringLike"


def meaning_of(statement: Statement, *, variables: bool) -> Meaning:
    """What a statement says, wherever it stands and whatever it is called: equal for two that say the same in the same words."""
    return (
        statement.effect.value, statement.actions, statement.not_actions, statement.resources, statement.not_resources,
        statement.principals, statement.not_principals, variables, *map(_meaning_of_condition, statement.conditions),
    )  # fmt: skip


def _meaning_of_condition(condition: Condition) -> Meaning:
    return condition.key, condition.operator, condition.values


class Reach:
    """What requests a statement may speak of. `variables`: whether its policy has policy variables.

    `actions` are those that it may speak of, `conditions` what its conditions say.
    """

    def __init__(self, statement: Statement, *, variables: bool) -> None:
        self.statement = statement
        self.variables = variables
        self.actions = Actions.of(statement)
        self.conditions = {_meaning_of_condition(each): each for each in statement.conditions}

    @cached_property
    def resources(self) -> tuple[str, ...] | None:
        """Patterns, in the package's own form, of which the resource matches one; None where it may be any."""
        listed = self.statement.resources
        return None if listed is None or any("${" in each for each in listed) else tuple(map(wild, listed))

    @cached_property
    def texts(self) -> dict[str, tuple[str, ...]]:
        """Patterns, in the same form, of which the value of a key (lower case) matches one."""
        asked = ((each.key.lower(), _texts(each)) for each in self.statement.conditions)
        return {key: texts for key, texts in asked if texts is not None}

    def meets(self, other: "Reach") -> bool:
        """Whether both may speak of one request."""
        if not self.actions.meet(other.actions):
            return False
        if self.resources is not None and other.resources is not None and not _meet(self.resources, other.resources):
            return False
        return all(_meet(patterns, other.texts[key]) for key, patterns in self.texts.items() if key in other.texts)

    def covers(self, other: "Reach") -> bool:
        """Whether it speaks of all that another of the same effect speaks of, as far as the words tell."""
        return (
            self._covers_actions(other)
            and self._asks_no_more(other)
            and self._covers_resources(other)
            and self._names_the_same(other)
        )

    def _covers_actions(self, other: "Reach") -> bool:
        if other.actions.known & ~self.actions.known:
            return False
        mine, theirs = self.statement, other.statement
        return not other.actions.unlisted or (mine.actions, mine.not_actions) == (theirs.actions, theirs.not_actions)

    def _asks_no_more(self, other: "Reach") -> bool:
        return all(said in other.conditions or _is_looser(each, other) for said, each in self.conditions.items())

    def _covers_resources(self, other: "Reach") -> bool:
        mine, theirs = self.statement, other.statement
        if (mine.resources, mine.not_resources) == (theirs.resources, theirs.not_resources):
            return True
        return self.resources is not None and other.resources is not None and _all_inside(other.resources, self.resources)

    def _names_the_same(self, other: "Reach") -> bool:
        """Whether both name the same principals, and a variable in their texts stands for the same."""
        mine, theirs = self.statement, other.statement
        same = (mine.principals, mine.not_principals) == (theirs.principals, theirs.not_principals)
        return same and self.variables is other.variables


def _texts(condition: Condition) -> tuple[str, ...] | None:
    """The patterns of which a condition asks a single value to match one; None where it asks for something else."""
    operator, values = condition.operator, condition.values
    if operator.qualifier is not None or operator.if_exists or operator.base not in (LITERAL, LIKE):
        return None
    if any("${" in value for value in values):
        return None
    return tuple(map(wild, values)) if operator.base == LIKE else values


def _is_looser(condition: Condition, other: Reach) -> bool:
    """Whether a condition asks a text for less than another statement does."""
    texts, key = _texts(condition), condition.key.lower()
    return texts is not None and key in other.texts and _all_inside(other.texts[key], texts)


def _meet(some: Iterable[str], others: Iterable[str]) -> bool:
    return not all(starmap(_apart, product(some, others)))


@lru_cache(maxsize=65536)
def _apart(one: str, other: str) -> bool:
    return apart(Glob(one), Glob(other))


def _all_inside(some: Iterable[str], others: Collection[str]) -> bool:
    return all(any(inside(Glob(one), Glob(other)) for other in others) for one in some)
