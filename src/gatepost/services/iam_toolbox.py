"""IAM Toolbox: a decision, explained by its authorization ID, by the policies as they were when they were asked.

Every call that was decided has an ID, allowed or denied: a denial's text carries it, so does each event in the audit log, and each
message. Whoever is of the caller's account or organization may ask; of policies, those of the same account or organization are shown.
Source: IAM Toolbox API Reference, GetRequestAuthorizationDetails and GetRequestAuthorizationPolicy.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from gatepost.access.explained import ExplainedCall, ExplainedDecision, explained_call
from gatepost.access.placement import placement
from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import operation
from gatepost.policy.catalogue import spelled
from gatepost.policy.decide import LayerKind, Verdict
from gatepost.policy.explain import StatementStep
from gatepost.policy.match import AttachedPolicy, PolicySource
from gatepost.policy.request import Context
from gatepost.policy.requirements import Requirement, requirements
from gatepost.policy.values import account_of
from gatepost.services.needs import on_everything
from gatepost.store.transaction import Transaction, View

PAGE: Final = 50  # evaluations
TOKEN: Final = re.compile(r"[0-9]{1,9}")  # after how many evaluations the page begins
EFFECTS: Final = {
    Verdict.ALLOWED: "ALLOW",
    Verdict.EXPLICIT_DENY: "EXPLICIT_DENY",
    Verdict.IMPLICIT_DENY: "IMPLICIT_DENY",
}
CHECK_TYPES: Final = {
    LayerKind.SCP: "SERVICE_CONTROL_POLICY",
    LayerKind.RCP: "RESOURCE_CONTROL_POLICY",
    LayerKind.RESOURCE: "RESOURCE",
    LayerKind.IDENTITY: "PRINCIPAL",
    LayerKind.BOUNDARY: "PERMISSIONS_BOUNDARY",
    LayerKind.SESSION: "SESSION",
}
POLICY_TYPES: Final = {
    LayerKind.SCP: "SERVICE_CONTROL_POLICY",
    LayerKind.RCP: "RESOURCE_CONTROL_POLICY",
    LayerKind.RESOURCE: "RESOURCE_BASED_POLICY",
    LayerKind.IDENTITY: "IDENTITY_BASED_POLICY",
    LayerKind.BOUNDARY: "PERMISSIONS_BOUNDARY",
    LayerKind.SESSION: "SESSION_POLICY",
}
Visible = Callable[[AttachedPolicy], bool]


@operation("iam-toolbox", "GetRequestAuthorizationDetails", needs=on_everything)
def get_request_authorization_details(
    call: Call, tx: Transaction, *, authorization_id: str, next_token: str | None = None
) -> Shape:
    """The evaluations of a call: their context, their checks, and the policies that were asked."""
    explained, visible = found(call, tx, authorization_id), _visible(tx, call.caller.account)
    start = _start(next_token)
    page = explained.decisions[start : start + PAGE]
    more = start + PAGE < len(explained.decisions)
    return {
        "requestContext": _context(explained.context),
        "evaluations": [_evaluation(decision, visible) for decision in page],
        "policies": [_policy(kind, attached) for kind, attached in _policies(explained, visible)],
        "nextToken": str(start + PAGE) if more else None,
    }


@operation("iam-toolbox", "GetRequestAuthorizationPolicy", needs=on_everything)
def get_request_authorization_policy(call: Call, tx: Transaction, *, authorization_id: str, policy_uri: str) -> Shape:
    """A policy as it was when it was asked."""
    explained, visible = found(call, tx, authorization_id), _visible(tx, call.caller.account)
    for _, (attached, *_) in _policies(explained, visible):
        if _uri(attached) == policy_uri:
            return {"policyDocument": json.loads(attached.policy.text)}
    raise _not_found()


# --- who may see what ---------------------------------------------------------------------------------------------------


def found(call: Call, tx: Transaction, authorization_id: str) -> ExplainedCall:
    """The call of an ID; `ResourceNotFoundException` where there is none that the caller may see."""
    explained = explained_call(tx, authorization_id)
    if explained is None or not _of_one_house(tx, call.caller.account, explained.account, explained.organization):
        raise _not_found()
    return explained


def _of_one_house(view: View, account: str, other: str, organization: str | None) -> bool:
    return account == other or (organization is not None and placement(view, account).organization_id == organization)


def _visible(view: View, account: str) -> Visible:
    """Whether a policy is the account's, or its organization's."""
    own = placement(view, account).organization_id

    def visible(attached: AttachedPolicy) -> bool:
        owner = account_of(attached.owner)
        return owner == account or (own is not None and owner is not None and placement(view, owner).organization_id == own)

    return visible


def _not_found() -> AwsError:
    text = "The requested policy or authorization details do not exist, or belong to another account or organization."
    return AwsError("ResourceNotFoundException", text, 404)


def _start(token: str | None) -> int:
    if token is None:
        return 0
    if TOKEN.fullmatch(token) is None:
        raise AwsError("ValidationException", "The pagination token is invalid.")
    return int(token)


# --- what is shown ------------------------------------------------------------------------------------------------------


def _context(context: Context) -> Mapping[str, Any]:
    return {spelled(key): value if isinstance(value, str) else list(value) for key, value in context.items()}


def _evaluation(decision: ExplainedDecision, visible: Visible) -> Shape:
    request = decision.explanation.request
    required = requirements(decision.explanation)
    return {
        "action": request.action,
        "resource": request.resource,
        "context": _context(decision.specific),
        "evaluatedEffect": EFFECTS[decision.recorded],
        "matchedPolicies": [each for requirement in required for each in _matched(requirement.matched, visible)],
        "checks": [_check(requirement, visible) for requirement in required],
    }


def _check(requirement: Requirement, visible: Visible) -> Shape:
    return {
        "checkType": CHECK_TYPES[requirement.kind],
        "evaluatedEffect": requirement.effect.value,
        "targetArn": requirement.step.layer.target or None,
        "relevantPolicyTypes": [POLICY_TYPES[requirement.kind]],
        "matchedPolicies": _matched(requirement.matched, visible),
    }


def _matched(steps: Iterable[StatementStep], visible: Visible) -> list[Shape]:
    by_policy: dict[str, list[Shape]] = {}
    for step in steps:
        if visible(step.attached):
            told = {"sid": sid_of(step), "evaluatedEffect": "DENY" if step.rule.denies else "ALLOW"}
            by_policy.setdefault(_uri(step.attached), []).append(told)
    return [{"uri": uri, "matchedStatements": statements} for uri, statements in by_policy.items()]


def sid_of(step: StatementStep) -> str:
    """A statement's Sid, or one by its place: `Statement2`."""
    return step.rule.statement.sid or f"Statement{step.index + 1}"


def _policies(explained: ExplainedCall, visible: Visible) -> Sequence[tuple[LayerKind, Sequence[AttachedPolicy]]]:
    """Each policy that was asked, with every place at which it hangs."""
    known: dict[tuple[LayerKind, str], list[AttachedPolicy]] = {}
    for decision in explained.decisions:
        for kind, layer in decision.explanation.policies.layers():
            for attached in filter(visible, layer.attached):
                places = known.setdefault((kind, _uri(attached)), [])
                if attached.owner not in {place.owner for place in places}:
                    places.append(attached)
    return [(kind, places) for (kind, _), places in known.items()]


def _policy(kind: LayerKind, places: Sequence[AttachedPolicy]) -> Shape:
    return {
        "type": POLICY_TYPES[kind],
        "inline": not places[0].name.startswith("arn:"),
        "uri": _uri(places[0]),
        "attachedTo": [{"arn": place.owner} for place in places],
    }


def _uri(attached: AttachedPolicy) -> str:
    """A managed policy's ARN; an embedded one by its owner and name: `inline:arn:aws:iam::…:user/alice#newsletter`."""
    if attached.name.startswith("arn:"):
        return attached.name
    word = "trust" if attached.source is PolicySource.TRUST else "inline"
    return f"{word}:{attached.owner}#{quote(attached.name)}"
