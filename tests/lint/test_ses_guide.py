"""The example policies of the SES Developer Guide: no error and no security warning, but where the guide is wrong."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gatepost.lint.document import Document
from gatepost.lint.finding import Severity
from gatepost.lint.linter import lint_document
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind

CASES = json.loads(Path(__file__).with_name("ses_guide.json").read_text("utf-8"))
GRAVE = (Severity.ERROR, Severity.SECURITY_WARNING)
IN_THE_WINDOW = Setting(datetime(2018, 9, 10, 12, tzinfo=UTC))  # of the examples with dates


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['page']}: {case['name']}")
def test_an_example_of_the_guide_is_graver_than_a_suggestion_only_where_it_is_wrong(case: Any) -> None:
    for kind in (PolicyKind[case["kind"].upper()], PolicyKind.ANY):
        document = Document(json.dumps(case["policy"]), kind)
        assert document.error is None
        report = lint_document(document, IN_THE_WINDOW)
        assert report.undecided == ()
        assert [each.code for each in report.findings if each.severity in GRAVE] == case.get("wrong", [])


def test_a_policy_that_does_not_speak_of_ses_has_no_finding_of_ses() -> None:
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}
    odd = {"IpAddress": {"aws:SourceIp": ["0.0.0.0/0", "xx.xx.xx.xx"]}, "StringLike": {"aws:UserAgent": "x*"}}
    for action, resource in (("s3:*", "arn:aws:s3:::bucket/*"), ("*", "arn:aws:s3:::bucket/*"), ("sqs:SendMessage", "*")):
        for condition in ({}, odd, {"Bool": {"aws:SecureTransport": "false"}}):
            statement = {**everybody, "Action": action, "Resource": resource, **({"Condition": condition} if condition else {})}
            document = Document(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), PolicyKind.RESOURCE)
            codes = {each.code for each in lint_document(document, IN_THE_WINDOW).findings}
            assert not [each for each in codes if each.startswith("SES_")], (statement, codes)
            assert "GP_PUBLIC" in codes or condition


@pytest.mark.parametrize("spelling", ["ses:SendEmail", "SES:SendEmail", "*", "ses:*"])
def test_a_finding_of_ses_stands_where_ses_is_spoken_of(spelling: str) -> None:
    statement = {
        "Effect": "Deny",
        "Action": spelling,
        "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "xx.xx.xx.xx"}},
    }
    document = Document(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert "SES_PLACEHOLDER_VALUE" in {each.code for each in lint_document(document, IN_THE_WINDOW).findings}
