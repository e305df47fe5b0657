"""A call that was decided, explained anew: by the very policies that were asked, whatever has become of them since.

The Event keeps the verdicts, and the fingerprints of what they rested on (`audit.authorization`); the layers are compiled from their
snapshots and walked by `policy.explain`. The CloudTrail record tells the connection.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gatepost.access.kept_layer import EMPTY, KeptLayer
from gatepost.access.kept_request import kept_context, kept_request, specific_context
from gatepost.audit import authorization
from gatepost.audit.authorization import Authorization, Evaluation, KeptCaller
from gatepost.audit.ids import time_of
from gatepost.policy.decide import Policies, Verdict
from gatepost.policy.explain import Explanation, explain
from gatepost.policy.request import Context
from gatepost.store.event_lookup import KeptEvent, find_authorized
from gatepost.store.snapshots import get_snapshots
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


def explained_call(tx: Transaction, authorization_id: str) -> ExplainedCall | None:
    """The call of an authorization ID, None where there is none."""
    time = time_of(authorization_id)
    found = None if time is None else find_authorized(tx, authorization_id, time)
    return None if found is None else _explained(tx, found, authorization.unpack(found))


def _explained(tx: Transaction, found: KeptEvent, kept: Authorization) -> ExplainedCall:
    caller = authorization.decode_caller(get_snapshots(tx, (kept.caller,))[kept.caller])
    contents = get_snapshots(tx, _fingerprints(kept, caller))
    layers = {fingerprint: KeptLayer.of_snapshot(content) for fingerprint, content in contents.items()}
    event = json.loads(found.record)
    context = kept_context(event, found.time, kept, caller)
    return ExplainedCall(
        kept.id,
        found.time,
        caller.account,
        found.region,
        caller.organization,
        context,
        event,
        tuple(_decision(caller, context, evaluation, layers) for evaluation in kept.evaluations),
    )


def _decision(
    caller: KeptCaller, context: Context, evaluation: Evaluation, layers: Mapping[str, KeptLayer]
) -> ExplainedDecision:
    request = kept_request(caller, context, evaluation)

    def level(fingerprints: Sequence[str] | None) -> tuple[KeptLayer, ...] | None:
        return None if fingerprints is None else tuple(layers[each] for each in fingerprints)

    policies = Policies.of_layers(
        layers[caller.identity],
        EMPTY if evaluation.resource_side is None else layers[evaluation.resource_side],
        None if caller.boundary is None else layers[caller.boundary],
        None if caller.session is None else layers[caller.session],
        level(caller.scps),
        level(evaluation.rcps),
    )
    return ExplainedDecision(explain(request, policies), Verdict(evaluation.verdict), specific_context(caller, evaluation))


def _fingerprints(kept: Authorization, caller: KeptCaller) -> Iterable[str]:
    yield caller.identity
    yield from (each for each in (caller.boundary, caller.session) if each is not None)
    yield from caller.scps or ()
    for evaluation in kept.evaluations:
        if evaluation.resource_side is not None:
            yield evaluation.resource_side
        yield from evaluation.rcps or ()
