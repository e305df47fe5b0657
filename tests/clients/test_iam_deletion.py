"""Deleting a user, group or role: everything it has must go first, and tools that look for more find nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from clients.people import allow, document, make_policy, refused, trust
from live import Live

EC2 = document(trust({"Service": "ec2.amazonaws.com"}))
ALLOW = document(allow("ses:SendEmail"))
LOOKED_FOR: dict[str, Callable[[Any], Any]] = {
    "MFADevices": lambda iam: iam.list_mfa_devices(UserName="x"),
    "VirtualMFADevices": lambda iam: iam.list_virtual_mfa_devices(),
    "SSHPublicKeys": lambda iam: iam.list_ssh_public_keys(UserName="x"),
    "Certificates": lambda iam: iam.list_signing_certificates(UserName="x"),
    "ServiceSpecificCredentials": lambda iam: iam.list_service_specific_credentials(UserName="x"),
}


@pytest.fixture(autouse=True)
def three_of_them(live: Live) -> None:
    iam = live.client("iam")
    iam.create_user(UserName="x")
    iam.create_group(GroupName="x")
    iam.create_role(RoleName="x", AssumeRolePolicyDocument=EC2)


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_its_policies_must_go_first(live: Live, kind: str) -> None:
    iam, name = live.client("iam"), {f"{kind.capitalize()}Name": "x"}
    arn = make_policy(live, "p", allow("ses:*"))
    delete = getattr(iam, f"delete_{kind}")
    getattr(iam, f"put_{kind}_policy")(**name, PolicyName="p", PolicyDocument=ALLOW)
    getattr(iam, f"attach_{kind}_policy")(**name, PolicyArn=arn)
    assert refused(delete, **name) == ("DeleteConflict", "Cannot delete entity, must delete policies first.")
    getattr(iam, f"delete_{kind}_policy")(**name, PolicyName="p")
    assert refused(delete, **name) == ("DeleteConflict", "Cannot delete entity, must detach all policies first.")
    getattr(iam, f"detach_{kind}_policy")(**name, PolicyArn=arn)
    delete(**name)
    assert refused(getattr(iam, f"get_{kind}"), **name)[0] == "NoSuchEntity"


def test_a_users_keys_and_groups_must_go_first(live: Live) -> None:
    iam = live.client("iam")
    key = iam.create_access_key(UserName="x")["AccessKey"]["AccessKeyId"]
    iam.add_user_to_group(GroupName="x", UserName="x")
    assert refused(iam.delete_user, UserName="x") == ("DeleteConflict", "Cannot delete entity, must delete access keys first.")
    iam.delete_access_key(UserName="x", AccessKeyId=key)
    error = ("DeleteConflict", "Cannot delete entity, must remove users from group first.")
    assert refused(iam.delete_user, UserName="x") == error
    assert refused(iam.delete_group, GroupName="x") == error
    iam.remove_user_from_group(GroupName="x", UserName="x")
    iam.delete_user(UserName="x")
    iam.delete_group(GroupName="x")


@pytest.mark.parametrize("what", LOOKED_FOR)
def test_what_nothing_here_makes_is_not_there(live: Live, what: str) -> None:
    assert LOOKED_FOR[what](live.client("iam"))[what] == []


def test_nobody_has_a_password(live: Live) -> None:
    iam = live.client("iam")
    error = ("NoSuchEntity", "Login Profile for User x cannot be found.")
    assert refused(iam.delete_login_profile, UserName="x") == error
    assert refused(iam.get_login_profile, UserName="x") == error
    assert refused(iam.delete_login_profile, UserName="y") == ("NoSuchEntity", "The user with name y cannot be found.")
