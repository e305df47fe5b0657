"""CheckAccessNotGranted: whether a policy allows none of these actions on any of these resources. Exact, on all requests."""

from collections.abc import Mapping, Sequence

from gatepost.aws.call import Call
from gatepost.aws.operation import operation
from gatepost.aws.question import Question
from gatepost.services.access_analyzer.documents import check_access_size, check_size
from gatepost.services.access_analyzer.errors import undecided
from gatepost.services.access_analyzer.policy_checks import AccessGranted, check_access_granted
from gatepost.services.needs import on_everything
from gatepost.store.transaction import Transaction


@operation("accessanalyzer", "CheckAccessNotGranted", needs=on_everything, question=Question(check_access_granted, undecided))
def check_access_not_granted(
    _call: Call, _tx: Transaction, *, policy_document: str, access: Sequence[Mapping[str, Sequence[str]]], policy_type: str
) -> AccessGranted:
    """The document and the accesses."""
    check_size(policy_document, "policyDocument")
    check_access_size(access)
    return AccessGranted(policy_document, access, policy_type)
