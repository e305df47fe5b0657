"""What the linter finds in a policy that a call puts, as the audit log keeps it.

AWS's answers have no place for findings, so they carry none; the event of the call does, under `additionalEventData.policyFindings`.
"""

from collections.abc import Callable
from typing import Any, Final

from gatepost.aws.call import Call
from gatepost.lint.document import Document
from gatepost.lint.finding import Severity
from gatepost.lint.linter import lint_document
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind

PutDocument = tuple[str, PolicyKind]  # the text, and what it is for
DocumentOf = Callable[[Call], PutDocument | None]
MOST_FINDINGS: Final = 50  # an event
TOLD: Final = (Severity.ERROR, Severity.SECURITY_WARNING, Severity.WARNING)


def in_member(member: str, kind: PolicyKind) -> DocumentOf:
    """The document that a member of the input gives."""
    return lambda call: (str(call.input[member]), kind) if member in call.input else None


def policy_findings(call: Call, put: PutDocument) -> list[dict[str, Any]]:
    """The findings on a document but for mere suggestions: code, type, details, line and column (both from 1)."""
    text, kind = put
    document = Document(text, kind)
    report = lint_document(document, Setting(call.clock, call.caller.account, call.region))
    told = [finding for finding in report.findings if finding.severity in TOLD]
    return [
        {
            "issueCode": finding.code,
            "findingType": finding.severity.value,
            "findingDetails": finding.message,
            **dict(zip(("line", "column"), document.place_of(finding.at.start), strict=True)),
        }
        for finding in told[:MOST_FINDINGS]
    ]
