"""CheckNoPublicAccess: whether a resource's policy lets in nobody of whom it says nothing. SES identities are known here."""

from gatepost.aws.call import Call
from gatepost.aws.operation import operation
from gatepost.aws.question import Question
from gatepost.services.access_analyzer.documents import check_size
from gatepost.services.access_analyzer.errors import undecided
from gatepost.services.access_analyzer.policy_checks import PublicAccess, check_public_access
from gatepost.services.needs import on_everything
from gatepost.store.transaction import Transaction


@operation("accessanalyzer", "CheckNoPublicAccess", needs=on_everything, question=Question(check_public_access, undecided))
def check_no_public_access(call: Call, _tx: Transaction, *, policy_document: str, resource_type: str) -> PublicAccess:
    """The document, and whose it is."""
    check_size(policy_document, "policyDocument")
    return PublicAccess(policy_document, resource_type, call.caller.account)
