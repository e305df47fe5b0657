"""CheckNoPublicAccess: whether a resource's policy lets in nobody of whom it says nothing. SES identities are known here.

Source: Access Analyzer API Reference; IAM User Guide, "Validate policies with custom policy checks".
"""

from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.claims.public import external_access
from gatepost.reasoning.undecidable import Undecidable
from gatepost.services.access_analyzer.documents import checked_document, checked_trust_policy
from gatepost.services.access_analyzer.errors import unprocessable
from gatepost.services.access_analyzer.reasons import reason
from gatepost.services.needs import on_everything
from gatepost.store.transaction import Transaction

TRUST: Final = "AWS::IAM::AssumeRolePolicyDocument"


@operation("accessanalyzer", "CheckNoPublicAccess", needs=on_everything)
def check_no_public_access(call: Call, _tx: Transaction, *, policy_document: str, resource_type: str) -> Shape:
    """PASS, or FAIL with the statements that let everybody in."""
    if resource_type == TRUST:
        policy = checked_trust_policy(policy_document, "policyDocument")
    else:
        policy = checked_document(policy_document, "RESOURCE_POLICY", "policyDocument")
    try:
        public = [each for each in external_access(policy, call.caller.account) if each.is_public]
    except Undecidable as undecided:
        raise unprocessable(f"The question was not decided: {undecided}") from None
    what = "Public access granted in the following statement with"
    found = [reason(what, each.statement, policy.statements[each.statement], each.witness) for each in public]
    if found:
        return {
            "result": "FAIL",
            "message": "The resource policy grants public access for the given resource type.",
            "reasons": found,
        }
    message = "The resource policy does not grant public access for the given resource type."
    return {"result": "PASS", "message": message, "reasons": []}
