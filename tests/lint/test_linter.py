"""The linter: what it keeps of a rule that gives up, and which of two rules it lets speak."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from gatepost.lint.document import Document
from gatepost.lint.finding import Severity
from gatepost.lint.linter import lint_document
from gatepost.lint.rule import RULES, Hit, Rule
from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.reasoning.undecidable import Undecidable

SETTING = Setting(datetime(2026, 11, 25, 12, tzinfo=UTC))


def example(rule: Rule) -> Document:
    return Document(json.dumps(rule.bad), rule.kind)


def test_what_a_rule_found_before_it_gave_up_stands() -> None:
    def gives_up(document: Document, _setting: Setting) -> Iterator[Hit]:
        yield Hit(document.whole, "found")
        raise Undecidable("too many patterns")

    rule = replace(RULES["MISSING_VERSION"], code="GIVES_UP", check=gives_up)
    report = lint_document(Document("{}"), SETTING, (rule,))
    assert [each.message for each in report.findings] == ["found"]
    assert report.undecided == ((rule, "too many patterns"),)


def test_a_hit_may_be_graver_than_its_rule() -> None:
    def check(document: Document, _setting: Setting) -> Iterator[Hit]:
        yield Hit(document.whole, "as the rule says")
        yield Hit(document.whole, "graver", severity=Severity.ERROR)

    rule = replace(RULES["MISSING_VERSION"], check=check)
    found = lint_document(Document("{}"), SETTING, (rule,)).findings
    assert [each.severity for each in found] == [Severity.ERROR, Severity.WARNING]


def test_of_two_rules_on_one_thing_the_one_that_says_more_speaks() -> None:
    document = example(RULES["SES_RECIPIENTS_NO_QUALIFIER"])
    every = {each.code for each in lint_document(document, SETTING).findings}
    of_aws = {each.code for each in lint_document(document, SETTING, [rule for rule in ALL if rule.of_aws]).findings}
    assert "SES_RECIPIENTS_NO_QUALIFIER" in every
    assert "MISSING_QUALIFIER" not in every
    assert "MISSING_QUALIFIER" in of_aws


def test_a_rule_supersedes_codes_that_there_are() -> None:
    assert {code for rule in ALL for code in rule.supersedes} <= set(RULES)
