"""What a change gives and takes, layer by layer: by the words of the statements, without a proof.

A decision only grows with the Allows of its layers and only shrinks with their Denies. So where a layer has neither a new Allow nor
one Deny less, it lets nothing more through; and a request that is newly let through is spoken of by one of the new Allows of the
caller's own or of the resource's policies, or by a Deny that is gone, or has to thank a limit that has gone or grown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from gatepost.claims.household import Hanging
from gatepost.policy.match import AttachedPolicy
from gatepost.policy.model import Effect, Policy, Statement
from gatepost.reasoning.reach import Meaning, meaning_of

Spoken = tuple[AttachedPolicy, Statement]


@dataclass(frozen=True, slots=True)
class Difference:
    """The statements of a layer that are new, and those that are gone."""

    new_allows: tuple[Spoken, ...] = ()
    new_denies: tuple[Spoken, ...] = ()
    lost_allows: tuple[Spoken, ...] = ()
    lost_denies: tuple[Spoken, ...] = ()

    @property
    def lets_more_through(self) -> bool:
        """Whether it may let through what it did not."""
        return bool(self.new_allows or self.lost_denies)

    @property
    def lets_less_through(self) -> bool:
        """Whether it may hold back what it did not."""
        return bool(self.lost_allows or self.new_denies)


@lru_cache(maxsize=4096)
def difference(before: Hanging, after: Hanging) -> Difference:
    """What is new in a layer and what is gone."""
    if before == after:
        return Difference()
    old, new = _by_meaning(before), _by_meaning(after)
    gained = [spoken for meaning, spoken in new.items() if meaning not in old]
    lost = [spoken for meaning, spoken in old.items() if meaning not in new]
    return Difference(
        _only(gained, Effect.ALLOW), _only(gained, Effect.DENY), _only(lost, Effect.ALLOW), _only(lost, Effect.DENY)
    )


def levels_let_more_through(before: tuple[Hanging, ...] | None, after: tuple[Hanging, ...] | None) -> bool:
    """Whether an organization's levels may let through what they did not. None: nothing binds."""
    if before == after or before is None:
        return False
    if after is None or len(before) != len(after):
        return True
    return any(difference(old, new).lets_more_through for old, new in zip(before, after, strict=True))


def levels_let_less_through(before: tuple[Hanging, ...] | None, after: tuple[Hanging, ...] | None) -> bool:
    """Whether an organization's levels may hold back what they did not."""
    return levels_let_more_through(after, before) or (before is not None and after is not None and _swapped(before, after))


def _swapped(before: tuple[Hanging, ...], after: tuple[Hanging, ...]) -> bool:
    return len(before) != len(after) or any(
        difference(old, new).lets_less_through for old, new in zip(before, after, strict=True)
    )


def limit_lets_more_through(before: Hanging | None, after: Hanging | None) -> bool:
    """The same of a permissions boundary."""
    if before == after or before is None:
        return False
    return after is None or difference(before, after).lets_more_through


def limit_lets_less_through(before: Hanging | None, after: Hanging | None) -> bool:
    """The same of a permissions boundary."""
    if before == after or after is None:
        return False
    return before is None or difference(before, after).lets_less_through


def allows_of(hanging: Hanging) -> tuple[Spoken, ...]:
    """Every Allow of a layer."""
    return _of_effect(hanging, Effect.ALLOW)


def denies_of(hanging: Hanging) -> tuple[Spoken, ...]:
    """Every Deny of a layer."""
    return _of_effect(hanging, Effect.DENY)


def _of_effect(hanging: Hanging, effect: Effect) -> tuple[Spoken, ...]:
    return tuple(
        (each, statement) for each in hanging.attached for statement in each.policy.statements if statement.effect is effect
    )


def policies_of(spoken: Iterable[Spoken]) -> tuple[AttachedPolicy, ...]:
    """Policies of these statements alone, each where it hangs."""
    return tuple(
        AttachedPolicy(
            Policy((statement,), attached.policy.version), attached.source, attached.name, attached.owner, attached.label
        )
        for attached, statement in spoken
    )


def _by_meaning(hanging: Hanging) -> dict[Meaning, Spoken]:
    return {
        meaning_of(statement, variables=attached.policy.has_variables): (attached, statement)
        for attached in hanging.attached
        for statement in attached.policy.statements
    }


def _only(spoken: Iterable[Spoken], effect: Effect) -> tuple[Spoken, ...]:
    return tuple(each for each in spoken if each[1].effect is effect)
