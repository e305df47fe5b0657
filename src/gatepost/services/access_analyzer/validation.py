"""ValidatePolicy: what is wrong with a policy, by the linter (`policy_validation`)."""

from typing import Final

from gatepost.aws.call import Call
from gatepost.aws.operation import operation
from gatepost.aws.question import Question
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind
from gatepost.services.access_analyzer.documents import check_size
from gatepost.services.access_analyzer.errors import invalid, not_analyzed
from gatepost.services.access_analyzer.pages import check_page_size
from gatepost.services.access_analyzer.policy_validation import Validation, validate
from gatepost.services.needs import on_everything
from gatepost.store.identities import default_sets, list_identities
from gatepost.store.transaction import Transaction

KINDS: Final = {
    "IDENTITY_POLICY": PolicyKind.IDENTITY,
    "RESOURCE_POLICY": PolicyKind.RESOURCE,
    "SERVICE_CONTROL_POLICY": PolicyKind.SCP,
    "RESOURCE_CONTROL_POLICY": PolicyKind.RCP,
}
TRUST: Final = "AWS::IAM::AssumeRolePolicyDocument"


@operation("accessanalyzer", "ValidatePolicy", needs=on_everything, question=Question(validate, not_analyzed))
def validate_policy(
    call: Call,
    tx: Transaction,
    *,
    policy_document: str,
    policy_type: str,
    validate_policy_resource_type: str | None = None,
    locale: str = "EN",
    max_results: int | None = None,
    next_token: str | None = None,
) -> Validation:
    """The document, and what is known of the account that it is for."""
    if locale != "EN":
        raise invalid(f"Findings in the locale {locale} are not served here, only those in EN")
    check_size(policy_document, "policyDocument")
    check_page_size(max_results)
    kind = PolicyKind.TRUST if validate_policy_resource_type == TRUST else KINDS[policy_type]
    scheme = "https" if call.origin.secure else "http"
    pages = f"{scheme}://{call.origin.host or 'localhost'}/_gatepost"
    return Validation(policy_document, kind, _setting(call, tx), pages, next_token, max_results, call.origin.own_findings)


def _setting(call: Call, tx: Transaction) -> Setting:
    account, region = call.caller.account, call.region
    verified = [identity for identity in list_identities(tx, account, region) if identity.verified]
    names = tuple(identity.name for identity in verified)
    return Setting(call.clock, account, region, names, default_sets=default_sets(verified))
