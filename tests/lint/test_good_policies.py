"""Policies of mail that are right, as people write them: the rules of meaning find nothing graver than a suggestion in them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gatepost.lint.document import Document
from gatepost.lint.finding import Severity
from gatepost.lint.linter import lint_document
from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind

CASES = json.loads(Path(__file__).with_name("good_policies.json").read_text("utf-8"))
MEANING = tuple(rule for rule in ALL if rule.code.startswith(("SES_", "GP_")))
BARE = Setting(datetime(2026, 11, 25, 12, tzinfo=UTC))
KNOWN = replace(BARE, account="111122223333", region="us-east-1", identities=("example.com", "news@example.com"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_policy_that_is_right_is_left_alone(case: Any) -> None:
    document = Document(json.dumps(case["policy"]), PolicyKind[case["kind"].upper()])
    assert document.error is None
    for setting in (BARE, KNOWN, replace(KNOWN, aws_mode=True)):
        report = lint_document(document, setting, MEANING)
        grave = [(each.code, each.message) for each in report.findings if each.severity is not Severity.SUGGESTION]
        assert grave == []
        assert report.undecided == ()
