"""What a decision required, layer by layer, and whether each requirement was met.

A request is allowed when no requirement denies it, explicitly or by silence. Where another path has admitted the request already (a
resource policy that names the caller directly, the account's root user), a silent layer has no impact.
Source: IAM User Guide, "Policy evaluation logic"; IAM Toolbox API Reference, `Check`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from gatepost.policy.decide import LayerKind, must_be_named
from gatepost.policy.explain import Explanation, LayerStep, StatementStep
from gatepost.policy.match import How
from gatepost.policy.principal import PrincipalKind


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

    @property
    def missing(self) -> bool:
        """Whether an Allow is missing here."""
        return self.effect is Effect.IMPLICIT_DENY


ORDER = (
    LayerKind.RCP, LayerKind.SCP, LayerKind.RESOURCE, LayerKind.IDENTITY, LayerKind.BOUNDARY, LayerKind.SESSION,
)  # fmt: skip
OWN_SIDE = (LayerKind.IDENTITY, LayerKind.BOUNDARY, LayerKind.SESSION)


def requirements(explained: Explanation) -> tuple[Requirement, ...]:
    """The requirements of a decision, in the order of the IAM Toolbox API: from the root of the organization inward."""
    rules = _Rules(explained)
    return tuple(
        requirement
        for kind in ORDER
        for step in explained.layers
        if step.kind is kind and (requirement := rules.requirement(step)) is not None
    )


class _Rules:
    """What the principal, its account and the resource's make of each layer."""

    def __init__(self, explained: Explanation) -> None:
        request = explained.request
        self.principal = request.principal
        self.same_account = self.principal.account is not None and self.principal.account == request.resource_account
        self.resource_needed = not self.same_account or must_be_named(request)
        self.how = max(
            (step.principal for layer in explained.layers if layer.kind is LayerKind.RESOURCE for step in _allows(layer)),
            default=How.NOT,
        )
        self.sided = self.principal.kind is not PrincipalKind.FEDERATED_USER or explained.policies.session is not None

    def requirement(self, step: LayerStep) -> Requirement | None:
        """The requirement of a layer; None where the layer has no say."""
        if step.kind is LayerKind.SCP and not self.principal.bound_by_scps:
            return None
        denies = tuple(each for each in step.matched if each.rule.denies)
        if denies:
            return Requirement(step, Effect.EXPLICIT_DENY, denies)
        if step.kind in OWN_SIDE and self.principal.account is None:
            return None
        allows = tuple(_allows(step))
        if allows and self._counts(step):
            return Requirement(step, Effect.ALLOW, allows)
        if step.kind is LayerKind.RESOURCE and not self.resource_needed:
            return None  # a silent resource policy of the caller's own account
        return Requirement(step, Effect.IMPLICIT_DENY if self._needed(step) else Effect.NO_IMPACT, allows)

    def _counts(self, step: LayerStep) -> bool:
        """Whether an Allow in this layer is one that the request can stand on."""
        if step.kind is LayerKind.IDENTITY:
            return self.sided
        # Whoever has no account must be named by itself; in its own account a grant to the account adds nothing.
        if step.kind is LayerKind.RESOURCE and self.principal.account is None:
            return self.how is How.DIRECT
        return True

    def _needed(self, step: LayerStep) -> bool:
        match step.kind:
            case LayerKind.RCP:
                return False  # AWS's own RCPFullAWSAccess stands at every level
            case LayerKind.SCP:
                return True
            case LayerKind.RESOURCE:
                return self.resource_needed
            case LayerKind.IDENTITY:
                admitted = self.same_account and (self.how is How.DIRECT or (self.how is How.ROLE and self.sided))
                return not admitted and not (self.principal.of_root and self.sided)
            case LayerKind.BOUNDARY | LayerKind.SESSION:
                return not (self.same_account and self.how is How.DIRECT)


def _allows(step: LayerStep) -> Iterable[StatementStep]:
    return (each for each in step.matched if not each.rule.denies)
