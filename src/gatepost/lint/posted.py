"""What the linter finds in a policy that a call has put, as the audit log keeps it. Pure, run in a process of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gatepost.lint.document import Document
from gatepost.lint.finding import Severity
from gatepost.lint.linter import lint_document
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind

MOST_FINDINGS: Final = 50  # an event
RECORDED: Final = (Severity.ERROR, Severity.SECURITY_WARNING, Severity.WARNING)


@dataclass(frozen=True, slots=True)
class PostedDocument:
    """A policy document, what it is for, and when and where it was put."""

    text: str
    kind: PolicyKind
    now: datetime
    account: str
    region: str


def policy_findings(posted: PostedDocument) -> list[dict[str, Any]]:
    """The findings on a document but for mere suggestions: code, type, details, line and column (both from 1)."""
    document = Document(posted.text, posted.kind)
    report = lint_document(document, Setting(posted.now, posted.account, posted.region))
    recorded = [finding for finding in report.findings if finding.severity in RECORDED]
    return [
        {
            "issueCode": finding.code,
            "findingType": finding.severity.value,
            "findingDetails": finding.message,
            **dict(zip(("line", "column"), document.place_of(finding.at.start), strict=True)),
        }
        for finding in recorded[:MOST_FINDINGS]
    ]
