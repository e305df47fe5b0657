"""The linter: every rule asked of a document, the findings in the order of their places."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gatepost.lint.document import Document
from gatepost.lint.finding import GRAVITY, Finding
from gatepost.lint.rule import Rule
from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.reasoning.solve import is_installed
from gatepost.reasoning.undecidable import Undecidable

NO_SOLVER: Final = "there is no solver: pip install 'gatepost[prove]'"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, and which rules could not be decided on this document, with the reason."""

    findings: tuple[Finding, ...]
    undecided: tuple[tuple[Rule, str], ...] = ()


def lint_document(document: Document, setting: Setting, rules: Iterable[Rule] = ALL) -> Report:
    """The findings of these rules."""
    findings: list[Finding] = []
    undecided: list[tuple[Rule, str]] = []
    for rule in rules:
        if rule.only_in_aws_mode and not setting.aws_mode:
            continue
        if rule.solved and not is_installed():
            undecided.append((rule, NO_SOLVER))
            continue
        try:
            hits = tuple(rule.check(document, setting))
        except Undecidable as reason:
            undecided.append((rule, str(reason)))
            continue
        findings += [
            Finding(rule.code, rule.severity, hit.message, hit.at, hit.witnesses, hit.fixes, hit.picture, hit.notes)
            for hit in hits
        ]
    findings.sort(key=lambda each: (each.at.start, GRAVITY.index(each.severity), each.code, each.at.end))
    return Report(tuple(findings), tuple(undecided))
