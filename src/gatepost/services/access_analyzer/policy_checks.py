"""The three checks of policies, thought about: pure functions of the documents, run in a process of their own.

Each is exact, on all requests: PASS is proved, and FAIL names the statements with a request for each.
Source: Access Analyzer API Reference; IAM User Guide, "Validate policies with custom policy checks".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gatepost.claims.public import external_access
from gatepost.policy.model import Effect, Statement
from gatepost.policy.read import ACTION
from gatepost.reasoning.undecidable import Undecidable
from gatepost.services.access_analyzer.documents import asker_of, checked_document, checked_trust_policy
from gatepost.services.access_analyzer.errors import invalid_parameter, unprocessable
from gatepost.services.access_analyzer.reasons import reason, reasons

TRUST: Final = "AWS::IAM::AssumeRolePolicyDocument"
EVERYTHING: Final = ("*",)
Output = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewAccess:
    """CheckNoNewAccess: whether `new` allows nothing that `existing` does not."""

    new: str
    existing: str
    policy_type: str


@dataclass(frozen=True, slots=True)
class AccessGranted:
    """CheckAccessNotGranted: whether a policy allows none of these accesses (members `actions`, `resources`)."""

    document: str
    access: Sequence[Mapping[str, Sequence[str]]]
    policy_type: str


@dataclass(frozen=True, slots=True)
class PublicAccess:
    """CheckNoPublicAccess: whether a resource's policy, of this account, lets in nobody of whom it says nothing."""

    document: str
    resource_type: str
    account: str


def check_new_access(asked: NewAccess) -> Output:
    """PASS, or FAIL with the statements that grant new access."""
    new = checked_document(asked.new, asked.policy_type, "newPolicyDocument")
    existing = checked_document(asked.existing, asked.policy_type, "existingPolicyDocument")
    asker = asker_of(asked.policy_type)
    blamed = reasons(new, lambda policy: asker.allows_more(existing, policy), "New access in the statement with")
    if blamed:
        return _fail("The modified permissions grant new access compared to your existing policy.", blamed)
    return _pass("The modified permissions do not grant new access compared to your existing policy.")


def check_access_granted(asked: AccessGranted) -> Output:
    """PASS, or FAIL with the statements that grant some of it."""
    policy = checked_document(asked.document, asked.policy_type, "policyDocument")
    claim, asker = [_claim(each) for each in asked.access], asker_of(asked.policy_type)
    if not claim:
        raise invalid_parameter("access: expected actions, resources, or both")
    blamed = reasons(policy, lambda each: asker.breach(each, claim), "One or more of the listed actions in the statement with")
    if blamed:
        return _fail("The policy document grants access to perform one or more of the listed actions.", blamed)
    return _pass("The policy document does not grant access to perform one or more of the listed actions.")


def check_public_access(asked: PublicAccess) -> Output:
    """PASS, or FAIL with the statements that let everybody in."""
    if asked.resource_type == TRUST:
        policy = checked_trust_policy(asked.document, "policyDocument")
    else:
        policy = checked_document(asked.document, "RESOURCE_POLICY", "policyDocument")
    try:
        public = [each for each in external_access(policy, asked.account) if each.is_public]
    except Undecidable as undecided:
        raise unprocessable(f"The question was not decided: {undecided}") from None
    what = "Public access granted in the following statement with"
    blamed = [reason(what, each.statement, policy.statements[each.statement], each.witness) for each in public]
    if blamed:
        return _fail("The resource policy grants public access for the given resource type.", blamed)
    return _pass("The resource policy does not grant public access for the given resource type.")


def _pass(message: str) -> Output:
    return {"result": "PASS", "message": message, "reasons": []}


def _fail(message: str, blamed: Sequence[Output]) -> Output:
    return {"result": "FAIL", "message": message, "reasons": list(blamed)}


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
