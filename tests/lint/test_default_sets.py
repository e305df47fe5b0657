"""The configuration set that an identity's mail takes by default: where nothing allows it, that is told and mended."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gatepost.lint.document import Document
from gatepost.lint.finding import Finding
from gatepost.lint.linter import lint_document
from gatepost.lint.patch import patched
from gatepost.lint.rules.resource_levels import resource_wrong_type
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind
from lint.meaning import asker_of, assert_witnesses_say_the_truth

HERE = "arn:aws:ses:us-east-1:111122223333:"
EXAMPLE, ORG = f"{HERE}identity/example.com", f"{HERE}identity/example.org"
NEWS, OFFERS = f"{HERE}configuration-set/news", f"{HERE}configuration-set/offers"
SETTING = Setting(datetime(2026, 11, 25, tzinfo=UTC), default_sets={EXAMPLE: NEWS, ORG: OFFERS})


def document(*statements: dict[str, Any], kind: PolicyKind = PolicyKind.IDENTITY) -> Document:
    usual = {"Effect": "Allow", "Action": ["ses:SendEmail", "ses:SendRawEmail"], "Resource": EXAMPLE}
    return Document(json.dumps({"Version": "2012-10-17", "Statement": [{**usual, **each} for each in statements]}), kind)


def found(linted: Document, setting: Setting = SETTING) -> tuple[Finding, ...]:
    assert linted.error is None
    return lint_document(linted, setting, (resource_wrong_type,)).findings


@pytest.mark.parametrize(
    ("statement", "lacking", "says"),
    [
        ({}, [NEWS], "mail from example.com takes the configuration set `news` by default"),
        ({"Resource": [EXAMPLE, ORG]}, [NEWS, OFFERS], "; so it is with 1 identity more"),
        ({"Resource": [EXAMPLE, ORG, NEWS]}, [OFFERS], "mail from example.org takes the configuration set `offers`"),
        ({"Resource": f"{HERE}identity/*"}, [NEWS, OFFERS], "no statement of this policy allows `ses:SendEmail` on it"),
        ({"Condition": {"StringLike": {"ses:FromAddress": "*@example.com"}}}, [NEWS], "`news` by default"),
    ],
)
def test_a_default_set_that_no_statement_allows_is_told(statement: dict[str, Any], lacking: list[str], says: str) -> None:
    linted = document(statement)
    (finding,) = found(linted)
    assert says in finding.message
    assert len(finding.witnesses) == 1
    assert_witnesses_say_the_truth(linted, finding)
    (fix,) = finding.fixes
    mended = patched(linted, fix.edits)
    (after,) = json.loads(mended.text)["Statement"]
    (before,) = json.loads(linted.text)["Statement"]
    given = before["Resource"]
    assert after["Resource"] == [*(given if isinstance(given, list) else [given]), *lacking]
    assert fix.proof
    assert linted.policy is not None
    assert mended.policy is not None
    assert asker_of(linted).narrower(linted.policy, mended.policy)
    assert found(mended) == ()


@pytest.mark.parametrize(
    "statements",
    [
        ({"Resource": [EXAMPLE, NEWS]},),
        ({"Resource": "*"},),
        ({}, {"Resource": f"{HERE}configuration-set/*"}),
        ({"Action": "ses:GetEmailIdentity"},),
        ({"Action": "ses:SendBounce"},),
        ({"Effect": "Deny"},),
        ({"Resource": f"{HERE}identity/example.net"},),
    ],
)
def test_nothing_is_told_where_the_set_is_allowed_or_the_mail_is_not(statements: tuple[dict[str, Any], ...]) -> None:
    assert found(document(*statements)) == ()


def test_nothing_is_told_of_an_identitys_own_policy_nor_where_no_sets_are_known() -> None:
    assert found(document({"Principal": {"AWS": "444455556666"}}, kind=PolicyKind.RESOURCE)) == ()
    assert found(document({}), Setting(SETTING.now)) == ()


def test_another_statement_that_allows_only_some_of_the_actions_is_not_enough() -> None:
    (finding,) = found(document({}, {"Action": "ses:SendEmail", "Resource": NEWS}))
    assert "no statement of this policy allows `ses:SendRawEmail` on it" in finding.message
