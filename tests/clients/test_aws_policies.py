"""The managed policies of AWS's own: listed, read, attached, decided by."""

import pytest

from clients.people import is_allowed, make_user
from live import Live

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def test_a_policy_of_awss_own_is_attached_and_decides(live: Live) -> None:
    alice, iam = make_user(live, "alice"), live.client("iam")
    iam.attach_user_policy(UserName="alice", PolicyArn=READ_ONLY)
    attached = iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]
    assert attached == [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}]
    assert is_allowed(alice.client("ses").list_identities)
    assert not is_allowed(alice.client("ses").verify_domain_identity, Domain="example.com")
    iam.detach_user_policy(UserName="alice", PolicyArn=READ_ONLY)
    assert not is_allowed(alice.client("ses").list_identities)


def test_a_policy_of_a_path_is_found_and_shown_in_its_version(live: Live) -> None:
    iam = live.client("iam")
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (policy["PolicyName"], policy["Path"]) == ("AWSLambdaBasicExecutionRole", "/service-role/")
    (version,) = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert (version["VersionId"], version["IsDefaultVersion"]) == (policy["DefaultVersionId"], True)
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version["VersionId"])["PolicyVersion"]["Document"]
    (statement,) = document["Statement"]
    assert statement["Action"] == ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]


def test_every_policy_of_awss_own_is_listed_once(live: Live) -> None:
    iam = live.client("iam")
    pages = iam.get_paginator("list_policies").paginate(Scope="AWS")
    policies = [policy for page in pages for policy in page["Policies"]]
    assert len(policies) > 1500
    assert len({policy["Arn"] for policy in policies}) == len({policy["PolicyId"] for policy in policies}) == len(policies)
    assert {"AdministratorAccess", "PowerUserAccess", "AmazonSESFullAccess"} <= {policy["PolicyName"] for policy in policies}


def test_lists_by_use_name_the_used_alone(live: Live) -> None:
    make_user(live, "alice")
    iam = live.client("iam")
    iam.attach_user_policy(UserName="alice", PolicyArn=READ_ONLY)
    boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=boundary)

    def listed(**given: object) -> list[str]:
        return [policy["Arn"] for policy in iam.list_policies(Scope="AWS", **given)["Policies"]]

    assert listed(OnlyAttached=True) == listed(PolicyUsageFilter="PermissionsPolicy") == [READ_ONLY]
    assert listed(PolicyUsageFilter="PermissionsBoundary") == [boundary]
    details = iam.get_account_authorization_details(Filter=["AWSManagedPolicy"])["Policies"]
    assert {policy["Arn"] for policy in details} == {READ_ONLY, boundary}


@pytest.mark.parametrize("name", ["NoSuchPolicy", "readonlyaccess"])
def test_a_policy_that_aws_does_not_have_is_not_attachable(live: Live, name: str) -> None:
    make_user(live, "alice")
    iam = live.client("iam")
    arn = f"arn:aws:iam::aws:policy/{name}"
    with pytest.raises(iam.exceptions.NoSuchEntityException) as caught:
        iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    assert caught.value.response["Error"]["Message"] == f"Policy {arn} does not exist or is not attachable."
