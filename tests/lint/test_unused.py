"""What a log says of a policy: what is told, what the fix leaves, and that no logged request is lost by it."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gatepost.lint.document import Document
from gatepost.lint.finding import Finding, Severity
from gatepost.lint.in_use import allows_in_use
from gatepost.lint.linter import lint_document
from gatepost.lint.patch import patched
from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.lint.usage import Usage, distinctions_of, uses_of
from gatepost.policy.principal import Principal
from gatepost.policy.read import PolicyKind
from gatepost.policy.request import Request
from gatepost.reasoning.witness import allows
from lint.meaning import asker_of, side_of
from lint.random_mail_policies import random_document

CASES = json.loads(Path(__file__).with_name("unused.json").read_text("utf-8"))
RULES = tuple(rule for rule in ALL if rule.code.startswith("GP_UNUSED_"))
ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
DOMAIN = f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.com"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
Logged = list[tuple[datetime, Request]]


def usage(logged: Logged, *documents: Document, days: int | None = 90) -> Usage:
    policies = [document.policy for document in documents if document.policy is not None]
    distinctions = frozenset(chain.from_iterable(map(distinctions_of, policies)))
    return Usage(ACCOUNT, NOW - timedelta(days=90), days, uses_of(logged, distinctions), distinctions)


def found(document: Document, known: Usage | None) -> tuple[Finding, ...]:
    return lint_document(document, Setting(NOW, usage=known), RULES).findings


def request(entry: Any) -> Request:
    sender = entry.get("from", "news@example.com")
    told = {} if sender is None else {"ses:FromAddress": sender, "ses:Recipients": entry.get("to", ["a@example.net"])}
    context = {"aws:SecureTransport": True, **told, **entry.get("context", {})}
    return Request(
        entry.get("principal", ALICE), entry.get("action", "ses:SendEmail"), entry.get("resource", DOMAIN), context=context
    )


def document(*statements: Any, kind: PolicyKind = PolicyKind.IDENTITY) -> Document:
    return Document(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), kind)


def send(**elements: Any) -> Any:
    return {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": DOMAIN, **elements}


def concerns(policy: Document, each: Request) -> bool:
    """Whether a policy of the account may be what let a request through."""
    if policy.kind is PolicyKind.RESOURCE:
        return each.resource_account == ACCOUNT and not (each.principal.of_root and each.principal.account == ACCOUNT)
    return each.principal.account == ACCOUNT and not each.principal.of_root


def assert_nothing_is_lost(before: Document, logged: Logged, finding: Finding) -> None:
    assert before.policy is not None
    for fix in finding.fixes:
        after = patched(before, fix.edits).policy
        assert after is not None
        assert fix.changes_meaning
        if fix.proof:
            assert asker_of(before).narrower(after, before.policy)
        for _, each in logged:
            if concerns(before, each) and allows((before.policy,), side_of(before), each):
                assert allows((after,), side_of(before), each), (finding.code, each)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_told_of_a_log_and_what_the_fix_leaves(case: Any) -> None:
    statements = [send(**case["statement"]), *([case["beside"]] if "beside" in case else [])]
    linted = document(*statements, kind=PolicyKind[case.get("kind", "identity").upper()])
    assert linted.error is None
    logged = [(NOW - timedelta(hours=1), request(entry)) for entry in case["log"]]
    findings = found(linted, usage(logged, linted))
    told = [each for each in findings if each.code in case["finds"] or not case["finds"] or each.code == "GP_UNUSED_ACTION"]
    assert {each.code: each.message for each in told} == case["finds"], case["why"]
    for finding in findings:
        assert finding.severity is Severity.SUGGESTION
        assert_nothing_is_lost(linted, logged, finding)
    fixes = [fix for each in told for fix in each.fixes]
    assert len(fixes) == case.get("fixes", len(case["finds"]))
    if "becomes" in case:
        assert fixes[0].proof
        after = json.loads(patched(linted, fixes[0].edits).text)["Statement"][0]
        assert after == {**statements[0], **case["becomes"]}


def test_a_statement_that_nobody_used_may_be_left_out_where_others_stay() -> None:
    linted = document(send(Sid="Send"), send(Sid="Look", Action="ses:GetSendQuota", Resource="*"))
    (finding,) = found(linted, usage([(NOW, request({}))], linted))[-1:]
    assert finding.message == "nothing that statement `Look` allows was used in the last 90 days"
    (fix,) = finding.fixes
    assert fix.proof == "nothing is allowed that was not, and the one request that it allowed in that time still is"
    assert [each["Sid"] for each in json.loads(patched(linted, fix.edits).text)["Statement"]] == ["Send"]


def test_a_log_that_begins_later_says_so() -> None:
    linted = document(send(Action=["ses:SendEmail", "ses:SendRawEmail"]))
    finding = found(linted, usage([(NOW, request({}))], linted, days=None))[0]
    assert finding.message == "not used since the log began (2026-08-27T12:00:00Z): `ses:SendRawEmail`"


@pytest.mark.parametrize("kind", [PolicyKind.BOUNDARY, PolicyKind.SCP, PolicyKind.SESSION])
def test_what_only_limits_grants_nothing_that_could_be_unused(kind: PolicyKind) -> None:
    linted = document(send(), kind=kind)
    assert found(linted, usage([], linted)) == ()


def test_without_a_log_nothing_is_told_nor_of_what_the_log_was_not_read_for() -> None:
    linted = document(send(Condition={"StringLike": {"ses:Recipients": "*@example.net"}}))
    assert found(linted, None) == ()
    assert found(linted, usage([(NOW, request({}))])) == ()


def test_the_holders_of_a_policy_are_whose_use_counts() -> None:
    role = Principal.of(f"arn:aws:sts::{ACCOUNT}:assumed-role/Mailer/1", role_arn=f"arn:aws:iam::{ACCOUNT}:role/mail/Mailer")
    logged = [(NOW, request({})), (NOW, Request(role, "ses:SendRawEmail", DOMAIN))]
    whole = usage(logged)

    def used(*holders: str) -> list[str] | None:
        of = whole.of(holders)
        return None if of is None else sorted(use.request.action for use in of.uses)

    assert used() == used(f"arn:aws:iam::{ACCOUNT}:group/senders") == ["ses:SendEmail", "ses:SendRawEmail"]
    assert used(ALICE) == ["ses:SendEmail"]
    assert used(f"arn:aws:iam::{ACCOUNT}:role/mail/Mailer") == ["ses:SendRawEmail"]
    assert used(DOMAIN.replace("example.com", "example.net")) == []
    assert used("arn:aws:iam::444455556666:user/bob") is None


# --- alike --------------------------------------------------------------------------------------------------------------

PEOPLE = (
    ALICE,
    f"arn:aws:iam::{ACCOUNT}:root",
    "arn:aws:iam::444455556666:user/bob",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/M/x",
)
SENDERS = ("news@example.com", "News@Example.com", "billing7@example.com", "alice@example.com", "ceo@other.example")
TIMES = ("2023-01-15T12:00:00Z", "2026-11-25T12:00:00Z", "2028-01-01T00:00:00Z")


def random_request(rng: Random) -> Request:
    who = rng.choice(PEOPLE)
    action = rng.choice(("ses:SendEmail", "ses:SendRawEmail", "ses:GetSendQuota", "iam:PutUserPolicy"))
    context: dict[str, Any] = {"aws:CurrentTime": rng.choice(TIMES), "aws:SourceIp": f"203.0.113.{rng.randrange(256)}"}
    context |= {"aws:SecureTransport": rng.random() < 0.5, "aws:username": who.rpartition("/")[2]}
    if action.startswith("ses:Send"):
        context |= {"ses:FromAddress": rng.choice(SENDERS), "ses:Recipients": rng.sample(SENDERS, rng.choice((1, 1, 2, 3)))}
    resource = rng.choice((DOMAIN, DOMAIN, DOMAIN.replace("example.com", "news@example.com"))) if "Send" in action else "*"
    return Request(who, action, resource, context=context)


@pytest.mark.parametrize("seed", range(40))
def test_one_request_speaks_for_all_that_are_alike(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    linted = random_document(seed)
    assert linted.policy is not None
    logged = [(NOW - timedelta(minutes=number), random_request(rng)) for number in range(200)]
    known = usage(logged, linted)
    assert known.knows(linted.policy)
    assert sum(use.count for use in known.uses) == len(logged)
    policies, side = (linted.policy,), side_of(linted)
    allowed = sum(use.count for use in known.uses if allows(policies, side, use.request))
    assert allowed == sum(allows(policies, side, each) for _, each in logged)
    asked = [use for use in known.uses if concerns(linted, use.request)]
    for each in allows_in_use(linted, Setting(NOW, usage=known)):
        assert list(each.all) == [use for use in asked if allows(policies, side, use.request)]
    for finding in found(linted, known):
        assert_nothing_is_lost(linted, logged, finding)


@pytest.mark.long
@pytest.mark.parametrize("block", range(8))
def test_of_many_random_logs_no_request_is_lost_by_a_fix(block: int) -> None:
    for seed in range(1000 + block * 250, 1250 + block * 250):
        test_one_request_speaks_for_all_that_are_alike(seed)


FORMS = ("StringLike", "StringNotLike", "StringLikeIfExists", "ForAllValues:StringLike", "ForAnyValue:StringNotLike")


@pytest.mark.parametrize("seed", range(60))
def test_it_speaks_for_them_too_where_a_policy_compares_the_same_values_otherwise(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    linted = random_document(seed)
    other = re.sub(r'"[\w:]*String(?:Not)?Like(?:IfExists)?"', lambda _: f'"{rng.choice(FORMS)}"', linted.text)
    policy = Document(other, linted.kind).policy  # None where an operator stands there twice
    logged = [(NOW, random_request(rng)) for _ in range(200)]
    known = usage(logged, linted)
    if policy is not None and known.knows(policy):
        allowed = sum(use.count for use in known.uses if allows((policy,), side_of(linted), use.request))
        assert allowed == sum(allows((policy,), side_of(linted), each) for _, each in logged)


def test_many_senders_and_recipients_are_few_uses() -> None:
    linted = document(send(Condition={"ForAllValues:StringLike": {"ses:Recipients": ["*@a.example", "*@b.example"]}}))
    logged = [
        (NOW, request({"from": f"bounce+{number}@example.com", "to": [f"{number}@a.example", f"{number}@c.example"]}))
        for number in range(2000)
    ]
    known = usage(logged, linted)
    assert len(known.uses) < 30
    assert linted.policy is not None
    assert known.knows(linted.policy)
    bound = document(send(Condition={"StringEquals": {"ses:FromAddress": "bounce+1999@example.com"}})).policy
    assert bound is not None
    assert not known.knows(bound)


def test_a_default_configuration_set_is_needed_though_no_mail_has_taken_it_yet() -> None:
    news, old = (DOMAIN.replace("identity/example.com", f"configuration-set/{name}") for name in ("news", "old"))
    linted = document(send(Resource=[DOMAIN, news, old]))
    setting = Setting(NOW, default_sets={DOMAIN: news}, usage=usage([(NOW, request({}))], linted))
    (finding,) = (each for each in lint_document(linted, setting, RULES).findings if each.code == "GP_UNUSED_RESOURCE")
    assert finding.message == f"not used in the last 90 days: `{old}`"
    assert json.loads(patched(linted, finding.fixes[0].edits).text)["Statement"][0]["Resource"] == [DOMAIN, news]


def test_the_examples_of_other_rules_are_as_they_were() -> None:
    for rule in ALL:
        if rule not in RULES:
            linted = Document(rule.bad if isinstance(rule.bad, str) else json.dumps(rule.bad), rule.kind)
            plain, logged = Setting(NOW, aws_mode=True), replace(Setting(NOW, aws_mode=True), usage=usage([], linted))
            assert len(lint_document(linted, plain, (rule,)).findings) == len(lint_document(linted, logged, (rule,)).findings)
