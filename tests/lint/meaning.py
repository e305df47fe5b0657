"""The rules of meaning, asked in tests: what they find, what is left after their fixes, whether their witnesses say the truth."""

from datetime import UTC, datetime

from gatepost.lint.document import Document
from gatepost.lint.finding import Finding, Fix
from gatepost.lint.linter import Report, lint_document
from gatepost.lint.patch import patched
from gatepost.lint.reach import in_force, names_principals
from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.reasoning.layer import Side
from gatepost.reasoning.questions import Asker
from gatepost.reasoning.witness import allows
from gatepost.reports.fixable import is_proved

MEANING = tuple(rule for rule in ALL if rule.code.startswith(("SES_", "GP_")))
NOW = Setting(datetime(2026, 11, 25, 12, tzinfo=UTC))


def meaning_of(document: Document, setting: Setting = NOW) -> Report:
    return lint_document(document, setting, MEANING)


def side_of(document: Document) -> Side:
    return Side.RESOURCE if names_principals(document) else Side.IDENTITY


def asker_of(document: Document) -> Asker:
    return Asker(side_of(document))


def applicable(finding: Finding) -> Fix | None:
    """The first fix that `--fix --unsafe-fixes` would apply."""
    return next((fix for fix in finding.fixes if is_proved(fix)), None)


def mended(document: Document) -> Document:
    """The document after one applicable fix at a time, until there is none left."""
    for _ in range(50):
        fix = next((fix for finding in meaning_of(document).findings if (fix := applicable(finding))), None)
        if fix is None:
            return document
        document = patched(document, fix.edits)
        assert document.policy is not None, document.text
    raise AssertionError("the fixes do not come to an end")


def assert_witnesses_say_the_truth(document: Document, finding: Finding) -> None:
    for witness in finding.witnesses:
        allowed = allows((in_force(document),), side_of(document), witness.request)
        assert allowed is witness.says.startswith("allowed"), (finding.code, witness)
