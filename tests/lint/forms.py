"""The rules on form, as the tests of this folder run them: all but those on mail and on meaning, which have tests of their own."""

import json
from datetime import UTC, datetime
from typing import Any

from gatepost.lint.document import Document
from gatepost.lint.finding import Finding, Severity
from gatepost.lint.linter import lint_document
from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind

SETTING = Setting(datetime(2026, 11, 25, 12, tzinfo=UTC))
FORMS = tuple(rule for rule in ALL if not rule.solved and not rule.code.startswith(("SES_", "GP_")))


def findings_of(document: Document) -> tuple[Finding, ...]:
    return lint_document(document, SETTING, FORMS).findings


def errors_of(document: Document) -> tuple[str, ...]:
    return tuple(finding.code for finding in findings_of(document) if finding.severity is Severity.ERROR)


def document_of(value: Any, kind: PolicyKind = PolicyKind.IDENTITY) -> Document:
    return Document(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), kind)
