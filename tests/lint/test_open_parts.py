"""Rules on policies of templates: a parameter says what its default says, and what nobody knows makes no finding and hides none."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gatepost.lint.document import Document
from gatepost.lint.linter import lint_document
from gatepost.lint.rule import Example, Rule
from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.reports.run import lint_policies
from gatepost.reports.suppressions import Suppressions
from gatepost.sources.find import find
from gatepost.sources.found import FoundPolicy
from gatepost.sources.given import Given

SETTING = Setting(datetime(2026, 11, 25, 12, tzinfo=UTC))
NONE = Suppressions(SETTING.now.date())
DEFAULTS = Given(takes_defaults=True, takes_allowed_values=True)
PSEUDO = {
    "AWS::Region": r"(?<=:)[a-z]{2}-[a-z]+-\d(?=:)",
    "AWS::AccountId": r"(?<=:)\d{12}(?=:)",
    "AWS::Partition": r"(?<=\"arn:)aws(?=:)",
}
# What these say is said of the very part that is not known.
OF_THE_PART = {
    "AWS::Region": {"ARN_REGION_NOT_ALLOWED"},
    "AWS::AccountId": {
        "ARN_ACCOUNT_NOT_ALLOWED", "GP_CROSS_ACCOUNT", "REDUNDANT_RESOURCE", "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
        "SES_PRINCIPAL_WHOLE_ACCOUNT",
    },
    "AWS::Partition": {"GP_CROSS_ACCOUNT", "REDUNDANT_RESOURCE"},
}  # fmt: skip


def template(document: Any, parameters: dict[str, str]) -> str:
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
    declared = {name: {"Type": "String", "Default": value} for name, value in parameters.items()}
    return json.dumps({"Parameters": declared, "Resources": {"P": policy}})


def with_parameters(value: Any, parameters: dict[str, str], element: str = "") -> Any:
    """Each literal as a parameter of its own, which has the literal as its default."""
    match value:
        case dict():
            return {
                name: each if name in ("Version", "Effect", "Sid", "Id") else with_parameters(each, parameters, name)
                for name, each in value.items()
            }
        case list():
            return [with_parameters(each, parameters, element) for each in value]
        case str() if value and element not in ("Principal", "NotPrincipal"):
            name = f"P{len(parameters)}"
            parameters[name] = value
            return {"Ref": name}
    return value


def codes(text: str, rule: Rule, path: Path) -> list[tuple[str, str]]:
    file = path / "template.json"
    file.write_text(text)
    found = [replace(each, kind=rule.kind) for each in find([str(file)], given=DEFAULTS) if isinstance(each, FoundPolicy)]
    linted = lint_policies(found, (rule,), SETTING, NONE)
    return [(result.finding.code, result.finding.message) for each in linted for result in each.results]


@pytest.mark.parametrize("rule", [rule for rule in ALL if not isinstance(rule.bad, str)], ids=lambda rule: rule.code)
def test_a_finding_on_a_literal_is_there_on_a_parameter_with_that_default_and_none_appears(rule: Rule, tmp_path: Path) -> None:
    for example in (rule.bad, rule.good):
        if not isinstance(example, str):
            parameters: dict[str, str] = {}
            written = with_parameters(json.loads(json.dumps(example)), parameters)
            assert codes(template(written, parameters), rule, tmp_path) == codes(template(example, {}), rule, tmp_path)


def found_in(text: str, rule: Rule) -> set[str]:
    return {each.code for each in lint_document(Document(text, rule.kind), SETTING, (rule,)).findings}


def opened(example: Example, name: str) -> str:
    return re.sub(PSEUDO[name], f"${{gatepost:unresolved/{name}}}", json.dumps(example, ensure_ascii=False))


@pytest.mark.parametrize("name", PSEUDO)
@pytest.mark.parametrize("rule", [rule for rule in ALL if not isinstance(rule.bad, str)], ids=lambda rule: rule.code)
def test_an_unknown_part_of_an_arn_makes_no_finding_and_hides_none_that_is_not_about_it(rule: Rule, name: str) -> None:
    assert found_in(opened(rule.good, name), rule) == found_in(json.dumps(rule.good, ensure_ascii=False), rule)
    if rule.code not in OF_THE_PART[name]:
        assert found_in(opened(rule.bad, name), rule) == found_in(json.dumps(rule.bad, ensure_ascii=False), rule)


def linted(text: str, path: Path, given: Given = DEFAULTS, setting: Setting = SETTING) -> set[tuple[str, str]]:
    file = path / "template.yaml"
    file.write_text(text)
    found = [each for each in find([str(file)], given=given) if isinstance(each, FoundPolicy)]
    results = [result for each in lint_policies(found, ALL, setting, NONE) for result in each.results]
    places = {(each.finding.code, each.region, each.finding.message) for each in results}
    assert len(results) == len(places)  # one finding a place, in however many variants
    return {(result.finding.code, result.finding.message) for result in results}


POLICY = """
Parameters: {parameters}
Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {{Effect: Allow, Action: ["ses:SendEmail", "ses:SendRawEmail"], Resource: {resource}}}
"""


@pytest.mark.parametrize(
    "resource",
    [
        "!Sub 'arn:aws:ses:${AWS::Region}:${AWS::AccountId}:identity/example.com'",
        "!Sub 'arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/example.com'",
        "!Join ['', ['arn:', !Ref AWS::Partition, ':ses:', !Ref AWS::Region, ':', !Ref AWS::AccountId, ':identity/example.com']]",
        "!Join [':', [arn, !Ref AWS::Partition, ses, !Ref AWS::Region, !Ref AWS::AccountId, identity/example.com]]",
        "[!Sub 'arn:${AWS::Partition}:ses:us-east-1:111122223333:identity/example.com']",
        "!Sub 'arn:aws:ses:${Rgn}:111122223333:identity/example.com'",
    ],
)
def test_the_ways_in_which_templates_write_an_arn_are_one_arn(resource: str, tmp_path: Path) -> None:
    literal = linted(
        POLICY.format(parameters="{}", resource="arn:aws:ses:us-east-1:111122223333:identity/example.com"), tmp_path
    )
    assert literal
    parameters = "{Rgn: {Type: String}}"
    assert linted(POLICY.format(parameters=parameters, resource=resource), tmp_path) == literal


def test_an_attribute_of_another_resource_is_any_arn(tmp_path: Path) -> None:
    assert {code for code, _ in linted(POLICY.format(parameters="{}", resource="!GetAtt Topic.Arn"), tmp_path)} == set()
    assert {code for code, _ in linted(POLICY.format(parameters="{}", resource="!Sub '${Bucket.Arn}/*'"), tmp_path)} == set()


def test_a_message_names_the_part_and_not_what_stood_for_it(tmp_path: Path) -> None:
    resource = "!Sub 'arn:aws:ses:us-east-1:${AWS::AccountId}:identities/${Domain}'"
    found = dict(linted(POLICY.format(parameters="{Domain: {Type: String}}", resource=resource), tmp_path))
    assert found["INVALID_ARN_RESOURCE"].startswith("`ses` has no resource `identities/${Domain}`")


def test_each_allowed_value_of_a_parameter_without_a_default_is_read(tmp_path: Path) -> None:
    parameters = "{Rgn: {Type: String, AllowedValues: [us-east-1, eu-west-1a]}}"
    resource = "!Sub 'arn:aws:ses:${Rgn}:111122223333:identity/example.com'"
    found = linted(POLICY.format(parameters=parameters, resource=resource), tmp_path)
    assert ("INVALID_ARN_REGION", "`eu-west-1a` is no region; expected one such as `eu-west-1`") in found
    default = "{Rgn: {Type: String, Default: us-east-1, AllowedValues: [us-east-1, eu-west-1a]}}"
    assert "INVALID_ARN_REGION" not in dict(linted(POLICY.format(parameters=default, resource=resource), tmp_path))


def test_what_sam_makes_is_not_told_off_and_what_a_person_writes_beside_it_is(tmp_path: Path) -> None:
    sam = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - SESCrudPolicy: {IdentityName: example.com}
        - S3ReadPolicy: {BucketName: mail}
"""
    assert linted(sam, tmp_path) == set()
    own = "        - {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'ses:SendMail', Resource: '*'}]}\n"
    assert {code for code, _ in linted(sam + own, tmp_path)} == {"INVALID_ACTION"}
