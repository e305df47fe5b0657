"""What Gatepost writes itself passes its own linter: the policies of the documentation, and the smallest grants of `explain`."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gatepost.lint.document import Document
from gatepost.lint.finding import Severity
from gatepost.lint.linter import lint_document
from gatepost.lint.setting import Setting
from gatepost.policy.policies import Policies
from gatepost.policy.rationale import rationale
from gatepost.policy.request import Request
from gatepost.policy.write import write_policy

ROOT = Path(__file__).parents[2]
# Pages show what a wrong policy does, and administrators; what they find there is known, and nothing else may come.
SHOWN: dict[str, set[str]] = {
    "docs/how-to.md": {
        "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "SES_SEND_FAMILY_GAP",
    },
    "docs/explain.md": {
        "SES_DENY_WINDOW_INVERTED",
        "SES_FORALL_MISSING_KEY",
        "SES_PRINCIPAL_EVERYONE",
        "SES_SEND_FAMILY_GAP",
        "SES_WINDOW_EXPIRED",
    },
    "docs/guardrails.md": {"SES_CASE_SENSITIVE_ADDRESS", "SES_KEY_NOT_SET_BY_ACTION"},
    "docs/prove.md": {
        "SES_CASE_SENSITIVE_ADDRESS",
        "SES_DENY_WINDOW_INVERTED",
        "SES_KEY_NOT_SET_BY_ACTION",
        "SES_PRINCIPAL_EVERYONE",
        "SES_SEND_FAMILY_GAP",
        "SES_WINDOW_EXPIRED",
    },
    "docs/window.md": {"SES_DENY_WINDOW_INVERTED", "SES_SEND_FAMILY_GAP", "SES_WINDOW_EXPIRED"},
}
NOW = Setting(datetime(2026, 11, 25, 12, tzinfo=UTC))
DOMAIN = "arn:aws:ses:us-east-1:111122223333:identity/example.com"
PAGES = (
    "docs/tutorial.md",
    "docs/how-to.md",
    "docs/explain.md",
    "docs/guardrails.md",
    "docs/prove.md",
    "docs/window.md",
    "README.md",
)


def grave(text: str) -> list[tuple[str, str]]:
    """The findings that are more than suggestions."""
    report = lint_document(Document(text), NOW)
    return [(each.code, each.message) for each in report.findings if each.severity is not Severity.SUGGESTION]


def policies_of(page: str) -> Iterator[str]:
    """The JSON policies that stand in a page, in blocks of their own or in commands."""
    text, decoder = (ROOT / page).read_text("utf-8"), json.JSONDecoder()
    for found in re.finditer(r"\{\s*\"(?:Version|Statement)\"", text):
        try:
            value, end = decoder.raw_decode(text, found.start())
        except ValueError:
            continue
        if isinstance(value, dict) and "Statement" in value:
            yield text[found.start() : end]


@pytest.mark.parametrize("page", PAGES)
def test_the_policies_of_the_documentation_have_nothing_graver_than_a_suggestion(page: str) -> None:
    found = {code for policy in policies_of(page) for code, _ in grave(policy)}
    assert found == SHOWN.get(page, set())


@pytest.mark.parametrize(
    ("action", "context"),
    [
        ("ses:SendEmail", {"ses:FromAddress": "news@example.com", "ses:Recipients": ("a@example.net", "b@example.net")}),
        ("ses:SendRawEmail", {"ses:FromAddress": "News@Example.com", "ses:FromDisplayName": "Our News"}),
        ("ses:SendBounce", {"ses:FromAddress": "bounce@example.com"}),
        ("ses:SendEmail", {"ses:FromAddress": "a@example.com", "ses:FeedbackAddress": "back@example.com"}),
        ("ses:GetEmailIdentity", {}),
    ],
)
def test_the_smallest_grant_has_nothing_graver_than_a_suggestion(action: str, context: dict[str, Any]) -> None:
    request = Request("arn:aws:iam::111122223333:user/alice", action, DOMAIN, context=context)
    remedy = rationale(request, Policies()).remedy
    assert remedy is not None
    for grant in remedy.grants:
        assert grave(write_policy(grant.policy)) == [], write_policy(grant.policy)
