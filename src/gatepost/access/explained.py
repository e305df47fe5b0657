"""A call that was decided, explained anew: by the very policies that were asked, whatever has become of them since.

The Event keeps the request, the verdicts and the fingerprints of the layers (`audit.authorization`); the layers are compiled from
their snapshots and walked by `policy.explain`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gatepost.access.kept_layer import EMPTY, KeptLayer
from gatepost.audit import authorization
from gatepost.audit.authorization import Authorization, Evaluation, principal_of
from gatepost.policy.decide import Policies, Verdict
from gatepost.policy.explain import Explanation, explain
from gatepost.policy.request import Context, Request
from gatepost.store.events import AuthorizedEvent, find_authorized
from gatepost.store.policy_snapshots import get_snapshots
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ExplainedDecision:
    """One need of the call. `specific` are the condition keys that it has beside the call's own."""

    explanation: Explanation
    recorded: Verdict
    specific: Context

    @property
    def agrees(self) -> bool:
        """Whether the policies still say what was recorded; they do unless the semantics have changed since."""
        return self.explanation.decision.verdict is self.recorded


@dataclass(frozen=True, slots=True)
class ExplainedCall:
    """Every decision on one call. `event` is its CloudTrail record, `account` and `organization` are its caller's."""

    id: str
    time: datetime
    account: str
    region: str
    organization: str | None
    context: Context
    event: Mapping[str, Any]
    decisions: tuple[ExplainedDecision, ...]

    @property
    def allowed(self) -> bool:
        """Whether every need was met."""
        return all(decision.recorded is Verdict.ALLOWED for decision in self.decisions)

    @property
    def layers(self) -> Sequence[KeptLayer]:
        """Every layer that was asked, once."""
        found: dict[str, KeptLayer] = {}
        for decision in self.decisions:
            for _, layer in decision.explanation.policies.layers():
                if isinstance(layer, KeptLayer):
                    found.setdefault(layer.snapshot.fingerprint, layer)
        return tuple(found.values())


def explained_call(tx: Transaction, authorization_id: str) -> ExplainedCall | None:
    """The call of an authorization ID, None where there is none."""
    found = find_authorized(tx, authorization_id)
    return None if found is None else _explained(tx, found, authorization.decode(found.authorization))


def _explained(tx: Transaction, found: AuthorizedEvent, kept: Authorization) -> ExplainedCall:
    layers = {
        fingerprint: KeptLayer.of_snapshot(content) for fingerprint, content in get_snapshots(tx, _fingerprints(kept)).items()
    }
    return ExplainedCall(
        kept.id,
        found.time,
        kept.account,
        found.region,
        kept.organization,
        kept.context,
        json.loads(found.record),
        tuple(_decision(kept, evaluation, layers) for evaluation in kept.evaluations),
    )


def _decision(kept: Authorization, evaluation: Evaluation, layers: Mapping[str, KeptLayer]) -> ExplainedDecision:
    request = Request.of_normalised(
        principal_of(kept.who),
        evaluation.action,
        evaluation.resource,
        evaluation.account,
        {**kept.context, **evaluation.context},
    )

    def level(fingerprints: Sequence[str] | None) -> tuple[KeptLayer, ...] | None:
        return None if fingerprints is None else tuple(layers[each] for each in fingerprints)

    policies = Policies.of_layers(
        layers[kept.identity],
        EMPTY if evaluation.resource_side is None else layers[evaluation.resource_side],
        None if kept.boundary is None else layers[kept.boundary],
        None if kept.session is None else layers[kept.session],
        level(kept.scps),
        level(evaluation.rcps),
    )
    return ExplainedDecision(explain(request, policies), Verdict(evaluation.verdict), evaluation.context)


def _fingerprints(kept: Authorization) -> Iterable[str]:
    yield kept.identity
    yield from (each for each in (kept.boundary, kept.session) if each is not None)
    yield from kept.scps or ()
    for evaluation in kept.evaluations:
        if evaluation.resource_side is not None:
            yield evaluation.resource_side
        yield from evaluation.rcps or ()
