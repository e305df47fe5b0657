"""CheckNoNewAccess: whether a policy allows nothing that another does not. Exact, on all requests."""

from gatepost.aws.call import Call
from gatepost.aws.operation import operation
from gatepost.aws.question import Question
from gatepost.services.access_analyzer.documents import check_size
from gatepost.services.access_analyzer.errors import undecided
from gatepost.services.access_analyzer.policy_checks import NewAccess, check_new_access
from gatepost.services.needs import on_everything
from gatepost.store.transaction import Transaction


@operation("accessanalyzer", "CheckNoNewAccess", needs=on_everything, question=Question(check_new_access, undecided))
def check_no_new_access(
    _call: Call, _tx: Transaction, *, new_policy_document: str, existing_policy_document: str, policy_type: str
) -> NewAccess:
    """The two documents."""
    check_size(new_policy_document, "newPolicyDocument")
    check_size(existing_policy_document, "existingPolicyDocument")
    return NewAccess(new_policy_document, existing_policy_document, policy_type)
