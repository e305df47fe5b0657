"""What stands between a request and its permission: every Deny that hits, and every layer that holds no Allow.

`decide` stops at the first; whoever is to mend a denial wants them all. They are found by asking it again: without the Denies, then
with an Allow in the layer whose Allow it misses, until it allows.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from gatepost.policy.decide import LayerKind, Verdict
from gatepost.policy.explain import Explanation, LayerStep, StatementStep
from gatepost.policy.reading import Level, decide_reading

# The order in which layers are told; `decide` names a missing Allow in the order of `LayerKind`.
TOLD = (LayerKind.IDENTITY, LayerKind.RESOURCE, LayerKind.BOUNDARY, LayerKind.SESSION, LayerKind.SCP, LayerKind.RCP)


@dataclass(frozen=True, slots=True)
class Lack:
    """A layer that must allow and does not. `layer` is None where there is none: a federated user without session policy.

    `level` counts the levels of an organization from its root (0).
    """

    kind: LayerKind
    layer: LayerStep | None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Denial:
    """A Deny statement that hits, or may."""

    kind: LayerKind
    step: StatementStep
    level: int = 0


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Everything that is in the way. `lacks` are what remains once the denials are gone.

    `open_denials` and `open_allows` depend on keys that are left open: Denies that may hit, Allows that may fill a lack.
    """

    denials: tuple[Denial, ...]
    lacks: tuple[Lack, ...]
    open_denials: tuple[Denial, ...] = ()
    open_allows: tuple[StatementStep, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.denials or self.lacks)


def shortfall(explanation: Explanation) -> Shortfall:
    """What is in the way of a request."""
    lacks = _lacks(explanation)
    denials = [Denial(kind, step, level) for kind, level, step in _statements(explanation) if step.rule.denies]
    denials = [denial for denial in denials if denial.step.may_match and _hits(explanation, denial)]
    return Shortfall(
        tuple(denial for denial in denials if denial.step.matched),
        tuple(_lack(explanation, level) for level in lacks),
        tuple(denial for denial in denials if not denial.step.matched),
        tuple(_filling(explanation, len(lacks))) if lacks else (),
    )


def _lacks(explanation: Explanation, assumed: StatementStep | None = None) -> list[Level]:
    """The layers that lack an Allow, where one statement that may match is taken to do so."""

    def allowing(step: StatementStep) -> bool:
        return not step.rule.denies and (step.matched or step is assumed)

    added: set[Level] = set()
    while True:
        decision = decide_reading(explanation, allowing, added)
        if decision.allowed:
            return sorted(added, key=lambda level: (TOLD.index(level[0]), level[1]))
        added.add(_missing(explanation, decision.layer or LayerKind.IDENTITY, added))


def _missing(explanation: Explanation, kind: LayerKind, added: Collection[Level]) -> Level:
    """Which level of a kind lacks the Allow that `decide` misses.

    A federated user without session policy is refused as if by its identity policies; it is the session policy that lacks.
    """
    for level, layer in enumerate(explanation.of_kind(kind)):
        if (kind, level) not in added and not any(step.matched and not step.rule.denies for step in layer.statements):
            return kind, level
    # INVARIANT: with an Allow in every layer, a session policy included, `decide` allows.
    assert (LayerKind.SESSION, 0) not in added  # noqa: S101 -- a loop without end otherwise
    return LayerKind.SESSION, 0


def _hits(explanation: Explanation, denial: Denial) -> bool:
    """Whether a Deny denies where it matches: a service control policy does not bind everyone."""
    if denial.kind is not LayerKind.SCP:
        return True
    return decide_reading(explanation, lambda step: step is denial.step).verdict is Verdict.EXPLICIT_DENY


def _filling(explanation: Explanation, lacks: int) -> Iterator[StatementStep]:
    """The Allows that may match, and with which less would be missing."""
    for _, _, step in _statements(explanation):
        if not step.rule.denies and step.may_match and not step.matched and len(_lacks(explanation, step)) < lacks:
            yield step


def _statements(explanation: Explanation) -> Iterator[tuple[LayerKind, int, StatementStep]]:
    for kind in TOLD:
        for level, layer in enumerate(explanation.of_kind(kind)):
            for step in layer.statements:
                yield kind, level, step


def _lack(explanation: Explanation, level: Level) -> Lack:
    kind, number = level
    layers = explanation.of_kind(kind)
    return Lack(kind, layers[number] if number < len(layers) else None, number)
