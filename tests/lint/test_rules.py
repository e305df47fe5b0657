"""Each rule by its own examples, as `gatepost rule` prints them."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gatepost.lint.document import Document
from gatepost.lint.linter import lint_document
from gatepost.lint.rule import Example, Rule
from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.reports.example import ONLY_SES, example_usage

SETTING = Setting(
    datetime(2026, 11, 25, 12, tzinfo=UTC),
    account="111122223333",
    region="us-east-1",
    identities=("example.com",),
    aws_mode=True,
    limits=(ONLY_SES,),
)


def codes(example: Example, rule: Rule) -> set[str]:
    text = example if isinstance(example, str) else json.dumps(example)
    document = Document(text, rule.kind)
    setting = replace(SETTING, usage=example_usage(document))
    return {finding.code for finding in lint_document(document, setting, (rule,)).findings}


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.code)
def test_a_rule_finds_its_bad_example_and_passes_its_good_one(rule: Rule) -> None:
    assert codes(rule.bad, rule) == {rule.code}
    assert codes(rule.good, rule) == set()


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.code)
def test_a_rule_says_what_and_why(rule: Rule) -> None:
    assert rule.title.endswith(".")
    assert len(rule.why) > 40
