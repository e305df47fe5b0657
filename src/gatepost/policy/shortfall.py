"""What stands between a request and its permission: every Deny that hits, and every layer that holds no Allow.

`decide` stops at the first; whoever is to mend a denial wants them all. The rules are those of `decide`, and a property test holds that
nothing falls short exactly where it allows.
"""

from dataclasses import dataclass

from gatepost.policy.decide import FEDERATED_USER, NAMED_BY_RESOURCE, UNBOUND_BY_SCPS, LayerKind
from gatepost.policy.explain import Explanation, LayerStep, StatementStep
from gatepost.policy.match import How


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
    """A Deny statement that hits."""

    kind: LayerKind
    step: StatementStep
    level: int = 0


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Everything that is in the way. `lacks` are what remains once the denials are gone.

    `open_lacks` and `open_denials` are those that depend on keys which are left open: lacks that a statement may fill, Denies that
    may hit.
    """

    denials: tuple[Denial, ...]
    lacks: tuple[Lack, ...]
    open_denials: tuple[Denial, ...] = ()
    open_lacks: tuple[StatementStep, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.denials or self.lacks)


def shortfall(explanation: Explanation) -> Shortfall:
    """What is in the way of a request."""
    lacks = tuple(_lacks(explanation))
    hitting: list[Denial] = []
    possible: list[Denial] = []
    for kind, level, layer in _levelled(explanation):
        if kind is LayerKind.SCP and not _bound_by_scps(explanation):
            continue
        for step in layer.statements:
            if step.rule.denies and step.may_match:
                (hitting if step.matched else possible).append(Denial(kind, step, level))
    return Shortfall(tuple(hitting), lacks, tuple(possible), tuple(_filling(explanation, lacks)))


def _levelled(explanation: Explanation) -> list[tuple[LayerKind, int, LayerStep]]:
    return [
        (kind, level, layer)
        for kind in (
            LayerKind.IDENTITY,
            LayerKind.RESOURCE,
            LayerKind.BOUNDARY,
            LayerKind.SESSION,
            LayerKind.SCP,
            LayerKind.RCP,
        )
        for level, layer in enumerate(explanation.of_kind(kind))
    ]


def _lacks(explanation: Explanation) -> list[Lack]:
    """Each layer that must allow and does not."""
    found = []
    if _bound_by_scps(explanation):
        levels = explanation.of_kind(LayerKind.SCP)
        found = [Lack(LayerKind.SCP, layer, level) for level, layer in enumerate(levels) if not _allows(layer)]
    request = explanation.request
    account = request.principal.account
    (resource,) = explanation.of_kind(LayerKind.RESOURCE)
    how = _admission(resource)
    by_resource = Lack(LayerKind.RESOURCE, resource)
    if account is None:
        return found if how is How.DIRECT else [*found, by_resource]
    if account != request.resource_account:
        own = _own_lacks(explanation, admitted_by_role=False)
        return [*found, *own] if how is not How.NOT else [*found, *own, by_resource]
    if how is How.DIRECT:
        return found
    if how is How.NOT and resource.layer.rules and request.action_key.startswith(NAMED_BY_RESOURCE):
        # Once the resource names the caller, its own side counts only where that names its role.
        own = _own_lacks(explanation, admitted_by_role=True) if named_by_role(explanation) else []
        return [*found, by_resource, *own]
    return [*found, *_own_lacks(explanation, admitted_by_role=how is How.ROLE)]


def named_by_role(explanation: Explanation) -> bool:
    """Whether a resource policy names this caller by its role, so that its boundary and session policy still count."""
    return explanation.request.principal.role_name is not None


def _own_lacks(explanation: Explanation, *, admitted_by_role: bool) -> list[Lack]:
    principal = explanation.request.principal
    found = []
    sessions = explanation.of_kind(LayerKind.SESSION)
    sided = principal.kind is not FEDERATED_USER or bool(sessions)
    if not admitted_by_role:
        (identity,) = explanation.of_kind(LayerKind.IDENTITY)
        if not principal.of_root and not _allows(identity):
            found.append(Lack(LayerKind.IDENTITY, identity))
        if not sided:
            found.append(Lack(LayerKind.SESSION, None))
    limits = (*explanation.of_kind(LayerKind.BOUNDARY), *sessions)
    return found + [Lack(layer.kind, layer) for layer in limits if not _allows(layer)]


def _filling(explanation: Explanation, lacks: tuple[Lack, ...]) -> list[StatementStep]:
    """The Allows that may match and would then fill a lack."""
    found = [step for lack in lacks if lack.layer is not None for step in lack.layer.statements if _may_allow(step)]
    request = explanation.request
    if request.principal.account == request.resource_account and not any(lack.kind is LayerKind.RESOURCE for lack in lacks):
        # In one account a resource policy that names the caller, or its role, fills in for its own side.
        (resource,) = explanation.of_kind(LayerKind.RESOURCE)
        own = any(lack.kind in (LayerKind.IDENTITY, LayerKind.BOUNDARY, LayerKind.SESSION) for lack in lacks)
        found += [step for step in resource.statements if own and _may_allow(step) and step.principal is not How.ACCOUNT]
    return found


def _may_allow(step: StatementStep) -> bool:
    return not step.rule.denies and step.may_match and not step.matched


def _allows(layer: LayerStep) -> bool:
    return any(not step.rule.denies and step.matched for step in layer.statements)


def _admission(layer: LayerStep) -> How:
    return max((step.principal for step in layer.statements if not step.rule.denies and step.matched), default=How.NOT)


def _bound_by_scps(explanation: Explanation) -> bool:
    return explanation.request.principal.kind not in UNBOUND_BY_SCPS
