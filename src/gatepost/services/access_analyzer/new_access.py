"""CheckNoNewAccess: whether a policy allows nothing that another does not. Exact, on all requests."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.access_analyzer.documents import asker_of, checked_document
from gatepost.services.access_analyzer.reasons import reasons
from gatepost.services.needs import on_everything
from gatepost.store.transaction import Transaction


@operation("accessanalyzer", "CheckNoNewAccess", needs=on_everything)
def check_no_new_access(
    _call: Call, _tx: Transaction, *, new_policy_document: str, existing_policy_document: str, policy_type: str
) -> Shape:
    """PASS, or FAIL with the statements that grant new access."""
    new = checked_document(new_policy_document, policy_type, "newPolicyDocument")
    existing = checked_document(existing_policy_document, policy_type, "existingPolicyDocument")
    asker = asker_of(policy_type)
    found = reasons(new, lambda policy: asker.allows_more(existing, policy), "New access in the statement with")
    if found:
        message = "The modified permissions grant new access compared to your existing policy."
        return {"result": "FAIL", "message": message, "reasons": found}
    return {
        "result": "PASS",
        "message": "The modified permissions do not grant new access compared to your existing policy.",
        "reasons": [],
    }
