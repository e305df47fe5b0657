"""ValidatePolicy's findings in AWS's shape. The places and links are those of recorded answers on AWS's own managed policies."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind
from gatepost.services.access_analyzer.policy_validation import REFERENCE, Validation, validate

NOW = Setting(datetime(2026, 11, 25, tzinfo=UTC))
Finding = Mapping[str, Any]


def findings(*, own: bool = False, kind: PolicyKind = PolicyKind.IDENTITY, **elements: Any) -> tuple[str, list[Finding]]:
    statement = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*", **elements}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return text, list(validate(Validation(text, kind, NOW, "https://host", own=own))["findings"])


def path(*steps: str | int | Mapping[str, str]) -> list[Mapping[str, Any]]:
    """A path within the first statement: members' values by name, entries by number, and keys as they stand."""
    told = [each if isinstance(each, dict) else {"index" if isinstance(each, int) else "value": each} for each in steps]
    return [{"value": "Statement"}, {"index": 0}, *told]


PASS_BOTH = [path("Action", 1), path("Resource")]
CASES: list[tuple[str, dict[str, Any], list[list[Mapping[str, Any]]]]] = [
    ("REDUNDANT_ACTION", {"Action": ["ses:SendEmail", "ses:GetSendQuota", "ses:Send*", "ses:SendEmail"]},
     [path("Action", 0), path("Action", 2), path("Action", 3)]),
    ("REDUNDANT_RESOURCE", {"Resource": ["arn:aws:s3:::mail*/*", "arn:aws:s3:::mail*"], "Action": "s3:GetObject"},
     [path("Resource", 0), path("Resource", 1)]),
    ("PASS_ROLE_WITH_STAR_IN_RESOURCE", {"Action": ["iam:GetRole", "iam:PassRole"]}, PASS_BOTH),
    ("PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", {"Action": "iam:*", "Resource": ["*"]},
     [path("Action"), path("Resource", 0)]),
    ("CREATE_SLR_WITH_STAR_IN_RESOURCE", {"Action": ["iam:GetRole", "iam:CreateServiceLinkedRole"]}, PASS_BOTH),
    ("CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE", {"Action": ["ses:*", "iam:*"]}, PASS_BOTH),
    ("TYPE_MISMATCH", {"Condition": {"StringEquals": {"aws:ViaAWSService": ["amplify.amazonaws.com"]}}},
     [path("Condition", "StringEquals", {"key": "aws:ViaAWSService"})]),
    ("MISSING_QUALIFIER", {"Condition": {"StringEquals": {"ses:Recipients": "a@example.com"}}},
     [path("Condition", "StringEquals", {"key": "ses:Recipients"})]),
    ("STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", {"Condition": {"StringLike": {"aws:SourceArn": "arn:aws:ses:*"}}},
     [path("Condition", "StringLike", {"key": "aws:SourceArn"})]),
    ("FORALLVALUES_WITH_SINGLE_VALUED_KEY", {"Condition": {"ForAllValues:StringEquals": {"ses:FromAddress": "a@example.com"}}},
     [path("Condition", "ForAllValues:StringEquals", {"key": "ses:FromAddress"})]),
    ("EQUIVALENT_TO_NULL_FALSE", {"Condition": {"StringLike": {"ses:FromAddress": "*"}}},
     [path("Condition", "StringLike", "ses:FromAddress")]),
    ("EQUIVALENT_TO_NULL_FALSE", {"Condition": {"StringLike": {"ses:FromAddress": ["*"]}}},
     [path("Condition", "StringLike", "ses:FromAddress", 0)]),
    ("INVALID_ACTION", {"Action": ["ses:SendMail"]}, [path("Action", 0)]),
    ("INVALID_SERVICE_IN_ACTION", {"Action": ["sess:SendEmail"]}, [path("Action", 0)]),
    ("INVALID_SERVICE_CONDITION_KEY", {"Condition": {"Null": {"ses:From": "true"}}}, [path("Condition", "Null", {"key": "ses:From"})]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "elements", "places"), CASES)
def test_a_finding_has_the_places_that_aws_tells(
    code: str, elements: dict[str, Any], places: list[list[Mapping[str, Any]]]
) -> None:
    text, found = findings(**elements)
    (finding,) = [each for each in found if each["issueCode"] == code]
    assert [each["path"] for each in finding["locations"]] == places
    for each in finding["locations"]:
        start, end = each["span"]["start"], each["span"]["end"]
        assert json.loads(text[start["offset"] : end["offset"]]) == value_at(json.loads(text), each["path"])


def value_at(document: Any, steps: list[Mapping[str, Any]]) -> Any:
    """What stands at a path; of a key its name."""
    for step in steps:
        if "key" in step:
            return step["key"]
        document = document[step["value"] if "value" in step else step["index"]]
    return document


def test_statements_that_stand_several_times_are_one_finding() -> None:
    one = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [one, one, {**one, "Action": "ses:GetSendQuota"}, one]})
    (found,) = validate(Validation(text, PolicyKind.IDENTITY, NOW, ""))["findings"]
    assert found["issueCode"] == "REDUNDANT_STATEMENT"
    assert [each["path"][1]["index"] for each in found["locations"]] == [0, 1, 3]


def test_bounds_of_which_one_decides_are_one_finding() -> None:
    _, found = findings(Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": ["900", "3600", "1800"]}})
    (finding,) = found
    assert finding["issueCode"] == "REDUNDANT_CONDITION_VALUE_NUM"
    assert [each["path"][-1]["index"] for each in finding["locations"]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("elements", "anchor"),
    [
        ({"Action": "iam:CreateServiceLinkedRole"}, "general-warning-create-slr-with-star-in-resource"),
        ({"Action": "iam:PassRole"}, "security-warning-pass-role-with-star-in-resource"),
        ({"Action": "ses:SendMail"}, "error-invalid-action"),
        ({"Condition": {"StringLike": {"ses:FromAddress": "*"}}}, "suggestion-equivalent-to-null-false"),
    ],
)
def test_the_link_is_the_anchor_of_aws_s_page(elements: dict[str, Any], anchor: str) -> None:
    _, found = findings(**elements)
    assert [each["learnMoreLink"] for each in found] == [f"{REFERENCE}#access-analyzer-reference-policy-checks-{anchor}"]


def test_codes_of_gatepost_are_answered_only_where_they_are_asked_for() -> None:
    elements: dict[str, Any] = {"Resource": "arn:aws:ses:us-east-1:111122223333:identity/example.com", "Action": "ses:*"}
    assert findings(**elements)[1] == []
    _, found = findings(own=True, **elements)
    assert [each["learnMoreLink"] for each in found if each["issueCode"] == "SES_ADMIN_IN_SENDER_POLICY"] == [
        "https://host/rules/SES_ADMIN_IN_SENDER_POLICY"
    ]
