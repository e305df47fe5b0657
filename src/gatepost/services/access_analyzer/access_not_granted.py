"""CheckAccessNotGranted: whether a policy allows none of these actions on any of these resources. Exact, on all requests."""

from collections.abc import Mapping, Sequence

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.policy.model import Effect, Statement
from gatepost.policy.read import ACTION
from gatepost.services.access_analyzer.documents import asker_of, checked_document
from gatepost.services.access_analyzer.errors import invalid_parameter
from gatepost.services.access_analyzer.reasons import reasons
from gatepost.services.needs import on_everything
from gatepost.store.transaction import Transaction

EVERYTHING = ("*",)


@operation("accessanalyzer", "CheckAccessNotGranted", needs=on_everything)
def check_access_not_granted(
    _call: Call, _tx: Transaction, *, policy_document: str, access: Sequence[Mapping[str, Sequence[str]]], policy_type: str
) -> Shape:
    """PASS, or FAIL with the statements that grant some of it."""
    policy = checked_document(policy_document, policy_type, "policyDocument")
    claim, asker = [_claim(each) for each in access], asker_of(policy_type)
    if not claim:
        raise invalid_parameter("access: expected actions, resources, or both")
    found = reasons(policy, lambda each: asker.breach(each, claim), "One or more of the listed actions in the statement with")
    if found:
        message = "The policy document grants access to perform one or more of the listed actions."
        return {"result": "FAIL", "message": message, "reasons": found}
    return {
        "result": "PASS",
        "message": "The policy document does not grant access to perform one or more of the listed actions.",
        "reasons": [],
    }


def _claim(access: Mapping[str, Sequence[str]]) -> Statement:
    """The requests that an access speaks of; actions or resources that are left out are all."""
    actions, resources = tuple(access.get("actions", ())), tuple(access.get("resources", ()))
    if not actions and not resources:
        raise invalid_parameter("access: expected actions, resources, or both")
    for action in actions:
        if ACTION.fullmatch(action) is None:
            raise invalid_parameter(f"access, actions: `{action}` is no action: expected one such as `ses:SendEmail`")
    for resource in resources:
        if not resource.startswith(("arn:", "*")):
            raise invalid_parameter(f"access, resources: `{resource}` is no resource: expected an ARN or `*`")
    return Statement(Effect.ALLOW, actions=actions or EVERYTHING, resources=resources or EVERYTHING)
