"""What the rules of meaning say is so: each witness is decided as told, each fix takes its finding away, each proof holds."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import booleans

from gatepost.lint.document import Document
from gatepost.lint.finding import Finding, Fix, Severity
from gatepost.lint.patch import patched
from gatepost.lint.rule import Rule
from gatepost.policy.model import Effect, Policy, PrincipalEntry, PrincipalType, Statement
from gatepost.policy.read import PolicyKind
from gatepost.policy.write import write_policy
from gatepost.reasoning.layer import Side
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.witness import allows
from gatepost.reports.fixable import is_proved
from lint.meaning import MEANING, applicable, asker_of, assert_witnesses_say_the_truth, meaning_of, mended, side_of
from lint.random_mail_policies import documents
from policy.strategies import policies
from reasoning.test_small_worlds import KEYS, random_policy, small_world

CASES = json.loads(Path(__file__).with_name("meaning.json").read_text("utf-8"))
# Fixes that let nothing through that was not let through before.
TIGHTENING = {
    "SES_PRINCIPAL_EVERYONE", "SES_RECIPIENTS_FORANY_ALLOW",
    "SES_FORALL_MISSING_KEY", "SES_DENY_GAP_RAW", "SES_ADMIN_IN_SENDER_POLICY", "GP_DENY_TESTS_JOINED",
}  # fmt: skip


def examples() -> list[tuple[Rule, Document]]:
    return [(rule, Document(json.dumps(rule.bad), rule.kind)) for rule in MEANING]


@pytest.mark.parametrize(("rule", "document"), examples(), ids=[rule.code for rule in MEANING])
def test_the_example_of_a_rule_shows_a_true_witness_and_a_true_fix(rule: Rule, document: Document) -> None:
    findings = [each for each in meaning_of(document).findings if each.code == rule.code]
    for finding in findings:
        assert_witnesses_say_the_truth(document, finding)
        for fix in finding.fixes:
            if fix.edits:
                assert_the_fix_holds(document, finding, fix)


def assert_the_fix_holds(document: Document, finding: Finding, fix: Fix) -> None:
    after = patched(document, fix.edits)
    told = (finding.code, fix.title, document.text, after.text)
    assert after.policy is not None, told
    assert document.policy is not None
    was, now = ([each.at.path for each in meaning_of(one).findings if each.code == finding.code] for one in (document, after))
    # Two keys may share an operator, and where a statement is taken out those behind it move up.
    assert now.count(finding.at.path) < was.count(finding.at.path) or (
        fix.title.startswith("take out") and len(now) < len(was)
    ), told
    if not fix.proof:
        return
    try:
        if not fix.changes_meaning:
            assert says_the_same(document, document.policy, after.policy), told
        elif finding.code in TIGHTENING:
            assert asker_of(document).narrower(after.policy, document.policy), told
        if is_proved(fix):
            assert asker_of(document).narrower(allows_alone(after.policy), allows_alone(document.policy)), told
    except Undecidable:
        assert "${" in document.text


def allows_alone(policy: Policy) -> Policy:
    """What its Allows allow: no fix that is made lets them allow more."""
    return Policy(tuple(each for each in policy.statements if each.effect is Effect.ALLOW), policy.version)


def says_the_same(document: Document, one: Policy, other: Policy) -> bool:
    """Whether two policies allow the same, and deny the same of what others allow."""
    everybody = (PrincipalEntry(PrincipalType.AWS, "*"),) if side_of(document) is Side.RESOURCE else None
    everything = Statement(Effect.ALLOW, principals=everybody, actions=("*",), resources=("*",))

    def left(policy: Policy) -> Policy:
        denies = tuple(each for each in policy.statements if each.effect is Effect.DENY)
        return Policy((everything, *denies), policy.version)

    asker = asker_of(document)
    return asker.equivalent(one, other) and asker.equivalent(left(one), left(other))


def assert_all_holds(told: str, document: Document) -> int:
    assert document.error is None, told
    fixes = 0
    for finding in meaning_of(document).findings:
        assert_witnesses_say_the_truth(document, finding)
        for fix in finding.fixes:
            if fix.edits:
                assert_the_fix_holds(document, finding, fix)
                fixes += 1
    mended(document)
    return fixes


def test_of_random_policies_every_witness_and_every_fix_holds() -> None:
    assert sum(assert_all_holds(told, document) for told, document in documents(range(30))) > 20


@settings(max_examples=40, deadline=None)
@given(booleans().flatmap(lambda named: policies(principal=named)))
def test_no_policy_breaks_a_rule(policy: Policy) -> None:
    named = any(each.principals is not None or each.not_principals is not None for each in policy.statements)
    document = Document(write_policy(policy), PolicyKind.RESOURCE if named else PolicyKind.IDENTITY)
    for finding in meaning_of(document).findings:
        assert 0 <= finding.at.start <= finding.at.end <= len(document.text)


@pytest.mark.long
@pytest.mark.parametrize("block", range(8))
def test_of_many_random_policies_every_witness_and_every_fix_holds(block: int) -> None:
    for told, document in documents(range(1000 + block * 250, 1250 + block * 250)):
        assert_all_holds(told, document)


def test_every_fix_of_an_example_is_proved_but_where_nobody_can_know_what_was_meant() -> None:
    unproved = {
        finding.code
        for rule, document in examples()
        for finding in meaning_of(document).findings
        if finding.code == rule.code and finding.fixes and applicable(finding) is None
    }
    guessed = {"SES_REGEX_IN_PATTERN", "SES_WILDCARD_IN_EQUALS", "SES_FROM_LOOSE_WILDCARD"}
    wider = {"SES_ACTION_WITHOUT_RESOURCE_LEVEL", "SES_CASE_SENSITIVE_ADDRESS", "SES_SECURE_TRANSPORT_BACKWARD"}
    assert unproved == guessed | wider


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_told_and_what_is_left_alone(case: Any) -> None:
    document = Document(json.dumps(case["policy"]), PolicyKind[case["kind"].upper()])
    found = [each.code for each in meaning_of(document).findings if each.severity is not Severity.SUGGESTION]
    assert sorted(found) == case["codes"], case["why"]


def test_taking_out_what_says_nothing_changes_no_decision_of_a_small_world() -> None:
    taken_out = 0
    for seed in range(60):
        rng = Random(seed)  # noqa: S311 -- reproducible cases
        keys = tuple(sorted(rng.sample(tuple(KEYS), 2)))
        statements = random_policy(rng, keys, named=False)
        before = Document(json.dumps({"Version": "2012-10-17", "Statement": [*statements, statements[0]]}))
        after = mended_of_what_says_nothing(before)
        assert before.policy is not None
        assert after.policy is not None
        taken_out += len(before.policy.statements) - len(after.policy.statements)
        world = small_world(keys, Side.IDENTITY)
        for request in rng.sample(world, min(len(world), 60)):
            assert allows((before.policy,), Side.IDENTITY, request) is allows((after.policy,), Side.IDENTITY, request), seed
    assert taken_out > 50


def mended_of_what_says_nothing(document: Document) -> Document:
    while True:
        found = (each for each in meaning_of(document).findings if each.code.startswith("GP_"))
        fix = next((fix for finding in found if (fix := applicable(finding))), None)
        if fix is None:
            return document
        document = patched(document, fix.edits)
