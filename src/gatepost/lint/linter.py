"""The linter: every rule asked of a document, the findings in the order of their places."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from gatepost.lint.document import Document
from gatepost.lint.finding import GRAVITY, Finding, Step, Substring
from gatepost.lint.rule import Hit, Rule
from gatepost.lint.rules import ALL
from gatepost.lint.sending import speaks_of_ses
from gatepost.lint.setting import Setting
from gatepost.lint.stand_ins import Way, fill
from gatepost.policy.variables import is_open
from gatepost.reasoning.solve import is_installed
from gatepost.reasoning.undecidable import Undecidable

OF_SES: Final = "SES_"  # how the codes begin of what is said of SES alone
NO_SOLVER: Final = "there is no solver: pip install 'gatepost[prove]'"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, and which rules could not be decided on this document, with the reason."""

    findings: tuple[Finding, ...]
    undecided: tuple[tuple[Rule, str], ...] = ()


def lint_document(document: Document, setting: Setting, rules: Iterable[Rule] = ALL) -> Report:
    """The findings of these rules; of a document with unknown parts, those that do not depend on what the parts are."""
    asked = tuple(rules)
    if not is_open(document.text):
        return _lint(document, setting, asked)
    setting = replace(setting, usage=None)  # what was used has no unknown parts
    alike, apart = (fill(document, way, setting) for way in (Way.ALIKE, Way.APART))
    first, second = (_lint(each.document, setting, asked) for each in (alike, apart))
    both = {_place(each) for each in first.findings}
    findings = in_order(apart.opened(each) for each in second.findings if _place(each) in both)
    undecided = {(rule.code, reason): (rule, reason) for rule, reason in (*first.undecided, *second.undecided)}
    return Report(findings, tuple(undecided.values()))


def _place(finding: Finding) -> tuple[str, tuple[Step, ...]]:
    """What a finding is about: its rule, and the element that it stands at."""
    path = finding.at.path
    return finding.code, path[:-1] if path and isinstance(path[-1], Substring) else path


def _lint(document: Document, setting: Setting, asked: tuple[Rule, ...]) -> Report:
    findings: list[Finding] = []
    undecided: list[tuple[Rule, str]] = []
    for rule in asked:
        if rule.only_in_aws_mode and not setting.aws_mode:
            continue
        if rule.solved and not is_installed():
            undecided.append((rule, NO_SOLVER))
            continue
        try:
            hits = (hit for hit in rule.check(document, setting) if _speaks_of_ses(document, rule, hit))
            findings += (_finding(rule, hit) for hit in hits)
        except Undecidable as reason:  # what was found before it stands
            undecided.append((rule, str(reason)))
    findings = _not_superseded(findings, {rule.code: rule.supersedes for rule in asked})
    return Report(in_order(findings), tuple(undecided))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by their places; at one place the gravest first."""
    return tuple(sorted(findings, key=lambda each: (each.at.start, GRAVITY.index(each.severity), each.code, each.at.end)))


def _speaks_of_ses(document: Document, rule: Rule, hit: Hit) -> bool:
    """Whether a rule on SES finds something where SES is spoken of; True of any other rule."""
    return not rule.code.startswith(OF_SES) or speaks_of_ses(document, hit.at)


def _finding(rule: Rule, hit: Hit) -> Finding:
    severity = hit.severity or rule.severity
    return Finding(rule.code, severity, hit.message, hit.at, hit.witnesses, hit.fixes, hit.picture, hit.notes, hit.also)


def _not_superseded(findings: list[Finding], supersedes: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    """Without those of which another finding, at the same place, says more."""
    said = {(code, each.at.start) for each in findings for code in supersedes[each.code]}
    return [each for each in findings if (each.code, each.at.start) not in said]
