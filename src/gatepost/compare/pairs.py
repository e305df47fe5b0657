"""Which policy of the older side goes with which of the newer: by what it is called inside its file, and by the file's name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gatepost.policy.read import PolicyKind


@dataclass(frozen=True, slots=True)
class Named:
    """A policy's text as it was found: what it is called, what it is for, and its file."""

    name: str
    text: str
    kind: PolicyKind
    file: str


def pairs(old: Iterable[Named], new: Iterable[Named]) -> Iterator[tuple[Named | None, Named | None]]:
    """Each policy with its other version; None where there is none. One on each side go together whatever they are called."""
    before, after = list(old), list(new)
    if len(before) == len(after) == 1:
        yield before[0], after[0]
        return
    by_name = {each.name: each for each in before}
    for each in after:
        yield by_name.pop(each.name, None), each
    for each in by_name.values():
        yield each, None
