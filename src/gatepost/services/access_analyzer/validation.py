"""ValidatePolicy: the linter's findings in AWS's shape.

Codes of Access Analyzer are linked to its own reference, those that only Gatepost has to a page of this server. Witnesses and fixes
have no member in AWS's shape: they are told in `findingDetails`.
Source: Access Analyzer API Reference, ValidatePolicy; lines begin at 1, columns and offsets at 0.
"""

from collections.abc import Mapping
from typing import Any, Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.lint.document import Document
from gatepost.lint.finding import At, Finding, Key, Step, Substring
from gatepost.lint.linter import in_order, lint_document
from gatepost.lint.rule import RULES
from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind
from gatepost.services.access_analyzer.pages import page
from gatepost.services.needs import on_everything
from gatepost.store.identities import default_sets, list_identities
from gatepost.store.transaction import Transaction
from gatepost.words.requests import request_words

KINDS: Final = {
    "IDENTITY_POLICY": PolicyKind.IDENTITY,
    "RESOURCE_POLICY": PolicyKind.RESOURCE,
    "SERVICE_CONTROL_POLICY": PolicyKind.SCP,
    "RESOURCE_CONTROL_POLICY": PolicyKind.RCP,
}
TRUST: Final = "AWS::IAM::AssumeRolePolicyDocument"
# Asked apart: what a rule of ours says better is said by AWS's code too, for clients that look for it.
RULE_SETS: Final = tuple(tuple(rule for rule in ALL if rule.of_aws is of_aws) for of_aws in (True, False))
REFERENCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"


@operation("accessanalyzer", "ValidatePolicy", needs=on_everything)
def validate_policy(
    call: Call,
    tx: Transaction,
    *,
    policy_document: str,
    policy_type: str,
    validate_policy_resource_type: str | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Shape:
    """Everything that is wrong with a document, or does not mean what it seems to."""
    kind = PolicyKind.TRUST if validate_policy_resource_type == TRUST else KINDS[policy_type]
    document = Document(policy_document, kind)
    setting = _setting(call, tx)
    found = (finding for rules in RULE_SETS for finding in lint_document(document, setting, rules).findings)
    findings, token = page(in_order(found), next_token, max_results)
    return {"findings": [_finding(call, document, each) for each in findings], "nextToken": token}


def _setting(call: Call, tx: Transaction) -> Setting:
    account, region = call.caller.account, call.region
    verified = [identity for identity in list_identities(tx, account, region) if identity.verified]
    names = tuple(identity.name for identity in verified)
    return Setting(call.clock, account, region, names, default_sets=default_sets(verified))


def _finding(call: Call, document: Document, finding: Finding) -> Mapping[str, Any]:
    return {
        "findingType": finding.severity.value,
        "issueCode": finding.code,
        "findingDetails": " ".join(_details(finding)),
        "learnMoreLink": _link(call, finding),
        "locations": [_location(document, finding.at)],
    }


def _details(finding: Finding) -> list[str]:
    told = [f"{finding.message[:1].upper()}{finding.message[1:]}."]
    told += [f"{each.says[:1].upper()}{each.says[1:]}: {request_words(each.request)}." for each in finding.witnesses]
    return told + [f"Instead: {fix.title}." for fix in finding.fixes]


def _link(call: Call, finding: Finding) -> str:
    if RULES[finding.code].of_aws:
        slug = f"{finding.severity.value}-{finding.code}".lower().replace("_", "-")
        return f"{REFERENCE}#access-analyzer-reference-policy-checks-{slug}"
    scheme = "https" if call.origin.secure else "http"
    return f"{scheme}://{call.origin.host or 'localhost'}/_gatepost/rules/{finding.code}"


def _location(document: Document, at: At) -> Mapping[str, Any]:
    span = {"start": _position(document, at.start), "end": _position(document, at.end)}
    return {"path": [_step(step) for step in at.path], "span": span}


def _position(document: Document, offset: int) -> Mapping[str, int]:
    line, column = document.place_of(offset)
    return {"line": line, "column": column - 1, "offset": offset}


def _step(step: Step) -> Mapping[str, Any]:
    match step:
        case str():
            return {"value": step}
        case int():
            return {"index": step}
        case Key(name):
            return {"key": name}
        case Substring(start, length):
            return {"substring": {"start": start, "length": length}}
