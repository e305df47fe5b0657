"""A call that was decided, asked again with the policies of today: what has changed since, and what would be decided now."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from gatepost.access.context import principal_context
from gatepost.access.credentials import Caller, caller_of, caller_of_root
from gatepost.access.explained import ExplainedCall, ExplainedDecision
from gatepost.access.gather import CallerSide, caller_side
from gatepost.access.kept_layer import KeptLayer
from gatepost.access.placement import placement
from gatepost.access.questions import resource_layer
from gatepost.policy.decide import LayerKind, Policies
from gatepost.policy.layer import Layer
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.question import Question
from gatepost.policy.request import Request
from gatepost.policy.timetable import at
from gatepost.policy.unknown import NOTHING
from gatepost.store import roles, users
from gatepost.store.transaction import Transaction

PRINCIPAL_KEYS: Final = ("aws:username", "aws:principalarn", "aws:principaltag/")


@dataclass(frozen=True, slots=True)
class Today:
    """A question for each decision of the call, in their order; None where the caller is no more.

    `changed` are the kinds of layers that differ from those that decided.
    """

    questions: tuple[Question, ...] | None
    changed: tuple[LayerKind, ...] = ()


def asked_again(tx: Transaction, call: ExplainedCall, now: datetime | None = None) -> Today:
    """The call's requests with today's policies; at the time of the call, or at `now`."""
    if not call.decisions:
        return Today(())
    caller = _caller(tx, call)
    if caller is None:
        return Today(None)
    side = caller_side(tx, caller)
    questions = []
    changed: dict[LayerKind, None] = {}
    for decision in call.decisions:
        held = decision.explanation.policies
        policies = _policies(tx, side, decision, call.account)
        changed |= dict.fromkeys(_changed(held, policies))
        request = _request(decision.explanation.request, caller)
        questions.append(Question(request if now is None else at(request, now), policies, NOTHING))
    return Today(tuple(questions), tuple(changed))


def _caller(tx: Transaction, call: ExplainedCall) -> Caller | None:
    """The caller as it is now: the same user or role by its unique ID, however it is called today."""
    principal = call.decisions[0].explanation.request.principal
    unique_id = principal.unique_id or ""
    match principal.kind:
        case PrincipalKind.ROOT:
            return caller_of_root(call.account)
        case PrincipalKind.USER:
            user = users.get_user_by_id(tx, unique_id)
            return None if user is None else caller_of(user)
        case PrincipalKind.ASSUMED_ROLE:
            role = roles.get_role_by_id(tx, unique_id.partition(":")[0])
            return None if role is None else Caller(call.account, principal, tags=role.tags, owner_id=role.id)
        case PrincipalKind.FEDERATED_USER:
            return _federated(tx, call.account, principal)
        case _:
            return Caller(call.account, principal)


def _federated(tx: Transaction, account: str, principal: Principal) -> Caller | None:
    if principal.of_root:
        return Caller(account, principal)
    user = users.get_user(tx, account, (principal.user_arn or "").rpartition("/")[2])
    return None if user is None else Caller(account, principal, owner_id=user.id)


def _policies(tx: Transaction, side: CallerSide, decision: ExplainedDecision, account: str) -> Policies:
    """Today's layers. A session's own policies are what they were: they are given when it is made."""
    request, held = decision.explanation.request, decision.explanation.policies
    session = held.session if isinstance(held.session, KeptLayer) else None
    rcps = placement(tx, request.resource_account or account).rcps
    return replace(side, session=session).against(resource_layer(tx, request.action_key, request.resource), rcps)


def _request(request: Request, caller: Caller) -> Request:
    """The request with what is true of a user today: its name and tags."""
    if caller.principal.kind is not PrincipalKind.USER:
        return request
    kept = {key: value for key, value in request.context.items() if not key.startswith(PRINCIPAL_KEYS)}
    context = {**kept, **principal_context(caller)}
    return Request.of_normalised(caller.principal, request.action, request.resource, request.resource_account, context)


def _changed(then: Policies, now: Policies) -> Iterable[LayerKind]:
    for kind in LayerKind:
        if _fingerprints(then, kind) != _fingerprints(now, kind):
            yield kind


def _fingerprints(policies: Policies, kind: LayerKind) -> list[str]:
    """What the layers of a kind are made of; a resource without policies is as good as none."""
    return [_fingerprint(layer) for each, layer in policies.layers() if each is kind and layer.attached]


def _fingerprint(layer: Layer) -> str:
    return layer.snapshot.fingerprint if isinstance(layer, KeptLayer) else ""
