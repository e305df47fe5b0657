"""What a value of a template comes to: once, or once for each way in which its undecided conditions may be decided."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from gatepost.sources.conditions import Atom, Undecided
from gatepost.sources.policy_tree import Unresolvable
from gatepost.sources.resolver import Resolver
from gatepost.sources.template import Template
from gatepost.sources.tree import Fields, Tree, string

MOST: Final = 16  # ways for one value
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variant(Generic[T]):
    """What a value comes to in one way. `branches` names the conditions that chose, and how: `IsProd=true`."""

    value: T
    branches: str
    unresolved: tuple[str, ...]


def variants(template: Template, resource: Tree, resolve: Callable[[Resolver], T]) -> Iterator[Variant[T]]:
    """The variants of a value in those ways in which its resource exists; Unresolvable where there are too many.

    Where the allowed values of parameters make them too many, those parameters stay unknown.
    """
    if template.given.takes_allowed_values:
        try:
            yield from tuple(_variants(template, resource, resolve))
        except Unresolvable:
            template = replace(template, given=replace(template.given, takes_allowed_values=False))
        else:
            return
    yield from _variants(template, resource, resolve)


def _variants(template: Template, resource: Tree, resolve: Callable[[Resolver], T]) -> Iterator[Variant[T]]:
    waiting: list[dict[Atom, bool]] = [{}]
    done = 0
    while waiting:
        assumed = waiting.pop(0)
        resolver = Resolver(template, assumed)
        try:
            if not _exists(resource, resolver):
                continue
            value = resolve(resolver)
        except Undecided as undecided:
            waiting[:0] = [{**assumed, undecided.atom: holds} for holds in (True, False)]
            if done + len(waiting) > MOST:
                raise Unresolvable(f"it has more than {MOST} variants by its conditions", resource.place) from None
            continue
        branches = ", ".join(f"{name}={value}" for name, value in resolver.taken.items())
        done += 1
        yield Variant(value, branches, tuple(resolver.unresolved))


def _exists(resource: Tree, resolver: Resolver) -> bool:
    condition = resource.get("Condition") if isinstance(resource, Fields) else None
    name = string(condition)
    return name is None or condition is None or resolver.conditions.holds(name, condition.place)
