"""DecodeAuthorizationMessage: a decision as EC2's encoded messages tell it, here by its authorization ID.

The ID in a denial's text is the encoded message: opaque, and good for whoever may decode it.
Source: STS API Reference, DecodeAuthorizationMessage; the form as the AWS CLI's users print it.
"""

import json
from collections.abc import Iterable
from typing import Any

from gatepost.access.explained import ExplainedDecision
from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import operation
from gatepost.policy.catalogue import spelled
from gatepost.policy.decide import Verdict
from gatepost.policy.explain import StatementStep
from gatepost.policy.requirements import requirements
from gatepost.services.iam_toolbox import found, sid_of
from gatepost.services.needs import on_everything
from gatepost.services.sts.errors import invalid_authorization_message
from gatepost.store.transaction import Transaction


@operation("sts", "DecodeAuthorizationMessage", needs=on_everything)
def decode_authorization_message(call: Call, tx: Transaction, *, encoded_message: str) -> Shape:
    """The decision that denied, else the first."""
    try:
        decisions = found(call, tx, encoded_message).decisions
    except AwsError:
        raise invalid_authorization_message() from None
    if not decisions:
        raise invalid_authorization_message()
    denied = next((each for each in decisions if each.recorded is not Verdict.ALLOWED), decisions[0])
    return {"DecodedMessage": json.dumps(_told(denied), separators=(",", ":"))}


def _told(decision: ExplainedDecision) -> dict[str, Any]:
    request = decision.explanation.request
    matched = [step for requirement in requirements(decision.explanation) for step in requirement.matched]
    return {
        "allowed": decision.recorded is Verdict.ALLOWED,
        "explicitDeny": decision.recorded is Verdict.EXPLICIT_DENY,
        "matchedStatements": _items(
            _statement(step) for step in matched if step.rule.denies is not decision.explanation.decision.allowed
        ),
        "failures": _items(()),
        "context": {
            "principal": {
                "id": request.principal.unique_id or request.principal.account,
                "name": request.principal.name,
                "arn": request.principal.arn,
            },
            "action": request.action,
            "resource": request.resource,
            "conditions": _items(
                {
                    "key": spelled(key),
                    "values": _items({"value": each} for each in ((value,) if isinstance(value, str) else value)),
                }
                for key, value in request.context.items()
            ),
        },
    }


def _statement(step: StatementStep) -> dict[str, Any]:
    statement = step.rule.statement
    actions = statement.actions or statement.not_actions or ()
    resources = statement.resources or statement.not_resources or ()
    return {
        "statementId": sid_of(step),
        "effect": statement.effect.value.upper(),
        "principals": _items({"value": entry.value} for entry in statement.principals or ()),
        "actions": _items({"value": action} for action in actions),
        "resources": _items({"value": resource} for resource in resources),
        "conditions": _items(
            {"key": each.key, "values": _items({"value": value} for value in each.values)} for each in statement.conditions
        ),
    }


def _items(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"items": list(items)}
