"""No finding contradicts the engine: what findings claim of decisions is held against `decide`, on random policies and requests."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from gatepost.lint.document import Document
from gatepost.lint.linter import lint_document
from gatepost.lint.rule import Rule
from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.reports.example import ONLY_SES, example_usage
from lint.claims import CLAIMS, contradictions
from lint.meaning import assert_witnesses_say_the_truth
from lint.random_policies import random_document, random_requests

SETTING = Setting(datetime(2026, 11, 25, 12, tzinfo=UTC), limits=(ONLY_SES,))
KNOWN = replace(SETTING, account="111122223333", region="us-east-1", identities=("example.com",), aws_mode=True)
OF_DECISIONS = re.compile(r"\b(never|always|denie[sd]|denied|holds|nothing is allowed|applies)\b")


def assert_no_claim_is_contradicted(seed: int, requests: int) -> set[str]:
    document = random_document(seed)
    assert document.error is None, (seed, document.error)
    asked = random_requests(document, Random(seed), requests)  # noqa: S311 -- reproducible cases
    report = lint_document(document, SETTING)
    for finding in report.findings:
        assert_witnesses_say_the_truth(document, finding)
        against = next(contradictions(document, finding, asked), None)
        assert against is None, (seed, finding.code, finding.message, document.text, against)
    return {finding.code for finding in report.findings}


@pytest.mark.parametrize("block", range(3))
def test_no_claim_about_a_random_policy_is_contradicted_by_a_decision(block: int) -> None:
    codes = set[str]().union(*(assert_no_claim_is_contradicted(seed, 30) for seed in range(block * 12, block * 12 + 12)))
    assert len(codes & CLAIMS.keys()) > 8


@pytest.mark.long
@pytest.mark.parametrize("block", range(8))
def test_no_claim_about_many_random_policies_is_contradicted_by_a_decision(block: int) -> None:
    for seed in range(1000 + block * 250, 1250 + block * 250):
        assert_no_claim_is_contradicted(seed, 60)


# What speaks of decisions elsewhere: of AWS alone, where nobody calls from a private address or where a service calls for somebody;
# of control policies, which are not among the random ones; "holds credentials".
OF_OTHERS = {
    "CREDENTIALS_EXPOSURE", "PRIVATE_IP_ADDRESS", "PRIVATE_IP_ADDRESS_SUBSET", "PRIVATE_NOT_IP_ADDRESS",
    "PRIVATE_NOT_IP_ADDRESS_SUBSET", "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK", "RCP_SYNTAX_ERROR_ALLOW",
    "SES_SOURCEIP_VIA_SERVICE",
}  # fmt: skip


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.code)
def test_whoever_speaks_of_decisions_is_held_against_them(rule: Rule) -> None:
    document = Document(rule.bad if isinstance(rule.bad, str) else json.dumps(rule.bad), rule.kind)
    findings = lint_document(document, replace(KNOWN, usage=example_usage(document)), (rule,)).findings
    if any(OF_DECISIONS.search(finding.message) and not finding.witnesses for finding in findings):
        assert rule.code in CLAIMS.keys() | OF_OTHERS
