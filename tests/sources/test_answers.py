"""Policies in what the `aws` command prints, in permission sets, in serverless.yml, and in what a Terraform plan changes."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gatepost.policy.read import PolicyKind
from gatepost.sources.find import find, find_before, find_policies
from gatepost.sources.found import FoundPolicy, SourceError
from gatepost.sources.given import Given, pseudo_parameters

SEND = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}]}
ALICE = "arn:aws:iam::111122223333:user/alice"
NEWS = "arn:aws:iam::111122223333:policy/news"
IDENTITY, TRUST, RESOURCE = PolicyKind.IDENTITY, PolicyKind.TRUST, PolicyKind.RESOURCE


def policies(content: object, path: Path, name: str = "answer.json", given: Given | None = None) -> list[FoundPolicy]:
    file = path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return list(find_policies([str(file)], given=given or Given()))


ANSWERS: dict[str, tuple[Any, list[tuple[str, PolicyKind]]]] = {
    "iam get-user-policy": ({"UserName": "u", "PolicyName": "p", "PolicyDocument": SEND}, [("u: p", IDENTITY)]),
    "iam get-group-policy": ({"GroupName": "g", "PolicyName": "p", "PolicyDocument": SEND}, [("g: p", IDENTITY)]),
    "iam get-role-policy": ({"RoleName": "r", "PolicyName": "p", "PolicyDocument": SEND}, [("r: p", IDENTITY)]),
    "iam get-role-policy, URL-encoded": (
        {"RoleName": "r", "PolicyName": "p", "PolicyDocument": quote(json.dumps(SEND))},
        [("r: p", IDENTITY)],
    ),
    "iam get-policy-version": ({"PolicyVersion": {"VersionId": "v2", "Document": SEND}}, [("v2", IDENTITY)]),
    "iam get-role": ({"Role": {"RoleName": "r", "AssumeRolePolicyDocument": SEND}}, [("r: trust policy", TRUST)]),
    "ses get-identity-policies": ({"Policies": {"one": json.dumps(SEND)}}, [("one", RESOURCE)]),
    "sso-admin get-inline-policy-for-permission-set": ({"InlinePolicy": json.dumps(SEND)}, [("", IDENTITY)]),
    "organizations describe-policy": (
        {"Policy": {"PolicySummary": {"Name": "No mail", "Type": "SERVICE_CONTROL_POLICY"}, "Content": json.dumps(SEND)}},
        [("No mail", PolicyKind.SCP)],
    ),
    "iam get-account-authorization-details": (
        {
            "UserDetailList": [
                {
                    "UserName": "alice",
                    "Arn": ALICE,
                    "UserPolicyList": [{"PolicyName": "send", "PolicyDocument": SEND}],
                    "PermissionsBoundary": {"PermissionsBoundaryArn": NEWS},
                }
            ],
            "RoleDetailList": [{"RoleName": "r", "AssumeRolePolicyDocument": SEND, "RolePolicyList": []}],
            "Policies": [
                {
                    "Arn": NEWS,
                    "PolicyVersionList": [
                        {"Document": {}, "IsDefaultVersion": False},
                        {"Document": SEND, "IsDefaultVersion": True},
                    ],
                }
            ],
        },
        [(f"{ALICE}: send", IDENTITY), ("r: trust policy", TRUST), (NEWS, PolicyKind.BOUNDARY)],
    ),
}


@pytest.mark.parametrize("command", ANSWERS)
def test_the_policies_of_what_the_command_prints_are_read(command: str, tmp_path: Path) -> None:
    answer, expected = ANSWERS[command]
    found = policies(answer, tmp_path)
    assert [(each.address, each.kind) for each in found] == expected
    assert [json.loads(each.text) for each in found] == [SEND] * len(expected)


def test_a_policy_of_an_answer_stands_where_it_is_printed(tmp_path: Path) -> None:
    (found,) = policies(json.dumps({"PolicyName": "p", "PolicyDocument": SEND}, indent=1), tmp_path)
    line, column = found.places.place(found.text.index("ses:SendEmail"))
    assert found.content.splitlines()[line - 1][column - 1 :].startswith("ses:SendEmail")


def test_the_inline_policy_of_a_permission_set_is_an_identity_policy(tmp_path: Path) -> None:
    for inline in (SEND, json.dumps(SEND)):
        template = {"Resources": {"S": {"Type": "AWS::SSO::PermissionSet", "Properties": {"InlinePolicy": inline}}}}
        (found,) = policies(template, tmp_path)
        assert (found.address, found.kind, json.loads(found.text)) == ("S", IDENTITY, SEND)


SERVERLESS = """
service: mail
custom: {domain: example.com}
provider:
  name: aws
  region: eu-west-1
  iam:
    role:
      statements:
        - Effect: Allow
          Action: ses:SendEmail
          Resource: "arn:aws:ses:${aws:region}:${aws:accountId}:identity/${self:custom.domain}"
functions:
  send:
    iamRoleStatements:
      - {Effect: Allow, Action: ses:SendEmail, Resource: !Sub "arn:aws:ses:${AWS::Region}:1:identity/${opt:stage, 'dev'}"}
resources:
  Resources:
    Role:
      Type: AWS::IAM::Role
      Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {AWS: "*"}}]}}
"""


def test_serverless_yml_has_the_statements_of_its_roles_and_its_resources(tmp_path: Path) -> None:
    found = {each.address: each for each in policies(SERVERLESS, tmp_path, "serverless.yml")}
    assert {address: each.kind for address, each in found.items()} == {
        "provider.iam.role.statements": IDENTITY,
        "functions.send.iamRoleStatements": IDENTITY,
        "Role.AssumeRolePolicyDocument": TRUST,
    }
    provider = found["provider.iam.role.statements"]
    unknown = "arn:aws:ses:${gatepost:unresolved/AWS::Region}:${gatepost:unresolved/AWS::AccountId}:identity/example.com"
    assert json.loads(provider.text)["Statement"][0]["Resource"] == unknown
    assert provider.unresolved == ("AWS::Region", "AWS::AccountId")
    known = Given(pseudo_parameters("111122223333", "eu-west-1", None), takes_defaults=True)
    texts = {each.address: json.loads(each.text) for each in policies(SERVERLESS, tmp_path, "serverless.yml", known)}
    resources = [texts[each]["Statement"][0]["Resource"] for each in list(texts)[:2]]
    assert resources == ["arn:aws:ses:eu-west-1:111122223333:identity/example.com", "arn:aws:ses:eu-west-1:1:identity/dev"]


def test_a_plan_has_the_policies_before_it_and_after_it(tmp_path: Path) -> None:
    after = json.dumps({**SEND, "Statement": []})
    resource = {"address": "aws_iam_policy.x", "mode": "managed", "type": "aws_iam_policy", "name": "x"}
    made = {**resource, "address": "aws_iam_policy.y", "change": {"before": None, "after": {"policy": after}}}
    plan = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [{**resource, "values": {"policy": after}}]}},
        "resource_changes": [
            {**resource, "change": {"before": {"policy": json.dumps(SEND)}, "after": {"policy": after}}},
            made,
        ],
    }
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan))
    assert [(each.address, json.loads(each.text)) for each in find_before(str(file))] == [("aws_iam_policy.x", SEND)]
    assert [each.address for each in find_policies([str(file)])] == ["aws_iam_policy.x", "aws_iam_policy.y"]


def test_what_is_no_plan_has_nothing_before_it(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(SEND))
    with pytest.raises(SourceError, match="expected a second policy, or a plan with its changes"):
        list(find_before(str(file)))


@pytest.mark.parametrize(
    ("name", "content"), [("main.tf", b'resource "x" "y" {}'), ("plan", b"PK\x03\x04\xff"), ("a.tf.json", b"{}")]
)
def test_what_terraform_alone_reads_gets_a_pointer_to_its_json(name: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(SourceError, match="terraform show -json"):
        list(find([str(file)]))


@pytest.mark.parametrize(
    ("region", "known"),
    [
        ("eu-west-1", ("aws", "amazonaws.com")),
        ("cn-north-1", ("aws-cn", "amazonaws.com.cn")),
        ("us-gov-west-1", ("aws-us-gov", "amazonaws.com")),
    ],
)
def test_a_region_says_its_partition(region: str, known: tuple[str, str]) -> None:
    parameters = pseudo_parameters(None, region, None)
    assert (parameters["AWS::Partition"], parameters["AWS::URLSuffix"]) == known
    assert parameters["AWS::Region"] == region
    assert "AWS::AccountId" not in parameters
