"""What a decision required, layer by layer, and whether each requirement was met.

A request is allowed when no requirement denies it, explicitly or by silence. Where another path has admitted the request already (a
resource policy that names the caller directly, the account's root user), a silent layer has no impact. Which layers lack an Allow is
`decide`'s own word (`shortfall`).
Source: IAM User Guide, "Policy evaluation logic"; IAM Toolbox API Reference, `Check`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from gatepost.policy.decide import LayerKind
from gatepost.policy.explain import Explanation, LayerStep, StatementStep
from gatepost.policy.shortfall import shortfall


class Effect(Enum):
    """How a requirement ended, by the names of the IAM Toolbox API."""

    ALLOW = "ALLOW"
    NO_IMPACT = "NO_IMPACT"
    IMPLICIT_DENY = "IMPLICIT_DENY"
    EXPLICIT_DENY = "EXPLICIT_DENY"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One layer, how it ended, and the statements in it that matched: the Denies where it denies, else the Allows."""

    step: LayerStep
    effect: Effect
    matched: tuple[StatementStep, ...]

    @property
    def kind(self) -> LayerKind:
        """Which layer."""
        return self.step.kind


ORDER = (
    LayerKind.RCP, LayerKind.SCP, LayerKind.RESOURCE, LayerKind.IDENTITY, LayerKind.BOUNDARY, LayerKind.SESSION,
)  # fmt: skip
OWN_SIDE = (LayerKind.IDENTITY, LayerKind.BOUNDARY, LayerKind.SESSION)


def requirements(explained: Explanation) -> tuple[Requirement, ...]:
    """The requirements of a decision, in the order of the IAM Toolbox API: from the root of the organization inward."""
    missing = shortfall(explained)
    denying = [denial.step for denial in missing.denials]
    # A session policy that a federated user lacks is told where its rights would come from.
    lacking = {(LayerKind.IDENTITY, 0) if lack.layer is None else (lack.kind, lack.level) for lack in missing.lacks}
    return tuple(
        requirement
        for kind in ORDER
        for level, step in enumerate(explained.of_kind(kind))
        if (requirement := _requirement(explained, step, denying, lacks=(kind, level) in lacking)) is not None
    )


def _requirement(
    explained: Explanation, step: LayerStep, denying: Collection[StatementStep], *, lacks: bool
) -> Requirement | None:
    """The requirement of a layer; None where the layer has no say."""
    denies = tuple(each for each in step.matched if each in denying)
    if denies:
        return Requirement(step, Effect.EXPLICIT_DENY, denies)
    allows = tuple(each for each in step.matched if not each.rule.denies)
    if lacks:
        return Requirement(step, Effect.IMPLICIT_DENY, allows)
    principal = explained.request.principal
    if (step.kind is LayerKind.SCP and not principal.bound_by_scps) or (step.kind in OWN_SIDE and principal.account is None):
        return None
    if allows:
        return Requirement(step, Effect.ALLOW, allows)
    # A resource policy that is silent and need not speak is no requirement at all.
    return None if step.kind is LayerKind.RESOURCE else Requirement(step, Effect.NO_IMPACT, ())
