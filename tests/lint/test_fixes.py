"""The fixes that the rules on form offer: each takes its finding away, and what is said to be proved holds."""

import pytest
from hypothesis import assume, given

from gatepost.lint.document import Document
from gatepost.lint.finding import Fix
from gatepost.lint.rule import Hit, Rule
from gatepost.policy.decide import Policies, Verdict, decide
from gatepost.policy.model import Policy
from gatepost.policy.read import PolicyKind
from gatepost.policy.request import Request
from gatepost.policy.write import write_policy
from gatepost.reasoning.questions import Asker, Side
from lint.forms import FORMS, SETTING, document_of, findings_of
from policy.strategies import policies, requests


def hits(rule: Rule, document: Document) -> tuple[Hit, ...]:
    return tuple(rule.check(document, SETTING))


def applied(document: Document, fix: Fix) -> Document:
    text = document.text
    for edit in sorted(fix.edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return Document(text, document.kind)


OFFERS = tuple((rule, fix) for rule in FORMS for hit in hits(rule, document_of(rule.bad, rule.kind)) for fix in hit.fixes)


@pytest.mark.parametrize(("rule", "fix"), OFFERS, ids=[f"{rule.code}: {fix.title}" for rule, fix in OFFERS])
def test_a_fix_takes_its_finding_away_and_keeps_the_meaning_where_it_says_so(rule: Rule, fix: Fix) -> None:
    before = document_of(rule.bad, rule.kind)
    after = applied(before, fix)
    assert after.root is not None
    assert len(hits(rule, after)) < len(hits(rule, before))
    if fix.proof and before.policy is not None:
        assert after.policy is not None
        side = Side.RESOURCE if rule.kind in (PolicyKind.RESOURCE, PolicyKind.TRUST) else Side.IDENTITY
        assert Asker(side).equivalent(before.policy, after.policy)


def test_fixes_are_offered_and_some_are_proved() -> None:
    assert len(OFFERS) > 20
    assert {rule.code for rule, fix in OFFERS if fix.proof} >= {"MISSING_VERSION", "REDUNDANT_ACTION", "IMPROVE_IP_RANGE"}
    assert not any(fix.proof and fix.changes_meaning for _, fix in OFFERS)


@given(policies(principal=False), requests)
def test_a_proved_fix_changes_no_decision(policy: Policy, request: Request) -> None:
    document = Document(write_policy(policy), PolicyKind.IDENTITY)
    assume(document.policy is not None)
    for finding in findings_of(document):
        for fix in finding.fixes:
            if fix.proof:
                mended = applied(document, fix)
                assert mended.policy is not None, (fix, mended.text)
                assert decided(mended, request) is decided(document, request), (finding.code, fix)


def decided(document: Document, request: Request) -> Verdict:
    assert document.policy is not None
    return decide(request, Policies(identity=(document.policy,))).verdict
