"""Permissions boundaries: what a user or role may have at most, from the very next call on."""

from typing import Any

import pytest

from clients.people import (
    Person,
    allow,
    denial,
    deny,
    document,
    is_allowed,
    make_policy,
    make_user,
    refused,
    send,
    trust,
)
from live import ACCOUNT, Live

EC2 = document(trust({"Service": "ec2.amazonaws.com"}))
NOWHERE = f"arn:aws:iam::{ACCOUNT}:policy/nowhere"


@pytest.fixture
def alice(live: Live) -> Person:
    live.client("ses").verify_domain_identity(Domain="example.com")
    person = make_user(live, "alice")
    live.client("iam").put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(allow("ses:*")))
    return person


def shown(arn: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}


def test_a_boundary_binds_the_very_next_call(live: Live, alice: Person) -> None:
    iam, ses = live.client("iam"), alice.client("ses")
    limit = make_policy(live, "limit", allow("ses:GetSendQuota"))
    assert is_allowed(send, ses)
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=limit)
    text, _ = denial(send, ses)
    assert text.endswith("because no permissions boundary allows the ses:SendEmail action")
    assert is_allowed(ses.get_send_quota)
    iam.create_policy_version(PolicyArn=limit, PolicyDocument=document(allow("ses:Send*")), SetAsDefault=True)
    assert is_allowed(send, ses)
    iam.set_default_policy_version(PolicyArn=limit, VersionId="v1")
    assert not is_allowed(send, ses)
    iam.delete_user_permissions_boundary(UserName="alice")
    assert is_allowed(send, ses)


def test_a_boundary_gives_nothing_by_itself(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    bob = make_user(live, "bob")
    limit = make_policy(live, "limit", allow("ses:*"))
    live.client("iam").put_user_permissions_boundary(UserName="bob", PermissionsBoundary=limit)
    text, _ = denial(send, bob.client("ses"))
    assert text.endswith("because no identity-based policy allows the ses:SendEmail action")


def test_a_deny_in_a_boundary_is_named(live: Live, alice: Person) -> None:
    limit = make_policy(live, "limit", allow("*"), deny("ses:SendEmail"))
    live.client("iam").put_user_permissions_boundary(UserName="alice", PermissionsBoundary=limit)
    text, _ = denial(send, alice.client("ses"))
    assert text.endswith(f"with an explicit deny in a permissions boundary: {limit}")


def test_aws_policies_are_boundaries_too(live: Live, alice: Person) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSESReadOnlyAccess"
    live.client("iam").put_user_permissions_boundary(UserName="alice", PermissionsBoundary=arn)
    assert not is_allowed(send, alice.client("ses"))
    assert is_allowed(alice.client("ses").get_send_quota)


def test_a_boundary_is_shown_where_aws_shows_it(live: Live) -> None:
    iam, limit = live.client("iam"), make_policy(live, "limit", allow("ses:*"))
    user = iam.create_user(UserName="alice", PermissionsBoundary=limit)["User"]
    role = iam.create_role(RoleName="mailer", AssumeRolePolicyDocument=EC2, PermissionsBoundary=limit)["Role"]
    details = iam.get_account_authorization_details()
    for each in (
        user,
        role,
        iam.get_user(UserName="alice")["User"],
        iam.get_role(RoleName="mailer")["Role"],
        details["UserDetailList"][0],
        details["RoleDetailList"][0],
    ):
        assert each["PermissionsBoundary"] == shown(limit)
    for each in (iam.list_users()["Users"][0], iam.list_roles()["Roles"][0]):
        assert "PermissionsBoundary" not in each
    iam.delete_role_permissions_boundary(RoleName="mailer")
    assert "PermissionsBoundary" not in iam.get_role(RoleName="mailer")["Role"]
    iam.put_role_permissions_boundary(RoleName="mailer", PermissionsBoundary=limit)
    assert iam.get_role(RoleName="mailer")["Role"]["PermissionsBoundary"] == shown(limit)


def test_uses_are_counted_and_found(live: Live) -> None:
    iam, limit = live.client("iam"), make_policy(live, "limit", allow("ses:*"))
    iam.create_user(UserName="alice", Path="/mail/", PermissionsBoundary=limit)
    iam.create_role(RoleName="mailer", AssumeRolePolicyDocument=EC2, PermissionsBoundary=limit)
    iam.create_group(GroupName="g")
    iam.attach_group_policy(GroupName="g", PolicyArn=limit)
    iam.attach_user_policy(UserName="alice", PolicyArn=limit)
    policy = iam.get_policy(PolicyArn=limit)["Policy"]
    assert (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"]) == (2, 2)

    def who(**filters: Any) -> list[str]:
        answer = iam.list_entities_for_policy(PolicyArn=limit, **filters)
        named = [(each, f"{kind}Name") for kind in ("User", "Group", "Role") for each in answer[f"Policy{kind}s"]]
        return [each[name] for each, name in named]

    assert who() == ["alice", "g", "mailer"]
    assert who(PolicyUsageFilter="PermissionsPolicy") == ["alice", "g"]
    assert who(PolicyUsageFilter="PermissionsBoundary") == ["alice", "mailer"]
    assert who(PolicyUsageFilter="PermissionsBoundary", EntityFilter="Role") == ["mailer"]
    assert who(PathPrefix="/mail/") == ["alice"]
    assert who(EntityFilter="LocalManagedPolicy") == []


def test_policies_are_listed_by_their_use(live: Live) -> None:
    iam = live.client("iam")
    limit, attached = make_policy(live, "limit", allow("ses:*")), make_policy(live, "attached", allow("ses:*"))
    make_policy(live, "idle", allow("ses:*"))
    iam.create_user(UserName="alice", PermissionsBoundary=limit)
    iam.attach_user_policy(UserName="alice", PolicyArn=attached)

    def names(**filters: Any) -> list[str]:
        return [each["PolicyName"] for each in iam.list_policies(Scope="Local", **filters)["Policies"]]

    assert names() == ["attached", "idle", "limit"]
    assert names(PolicyUsageFilter="PermissionsBoundary") == ["limit"]
    assert names(PolicyUsageFilter="PermissionsPolicy") == ["attached"]
    assert names(OnlyAttached=True) == ["attached"]


def test_a_policy_that_is_a_boundary_cannot_be_deleted(live: Live) -> None:
    iam, limit = live.client("iam"), make_policy(live, "limit", allow("ses:*"))
    iam.create_user(UserName="alice", PermissionsBoundary=limit)
    assert refused(iam.delete_policy, PolicyArn=limit) == ("DeleteConflict", "Cannot delete a policy attached to entities.")
    iam.delete_user(UserName="alice")
    iam.delete_policy(PolicyArn=limit)


BAD: dict[str, tuple[str, tuple[str, str]]] = {
    "no policy": (
        f"arn:aws:iam::{ACCOUNT}:user/somebody",
        ("InvalidInput", f"ARN arn:aws:iam::{ACCOUNT}:user/somebody is not valid."),
    ),
    "no ARN": ("a-name-that-is-no-arn", ("InvalidInput", "ARN a-name-that-is-no-arn is not valid.")),
    "a policy that does not exist": (
        NOWHERE,
        ("NoSuchEntity", f"Scope ARN: {NOWHERE} does not exist or is not attachable."),
    ),
    "another account's policy": (
        "arn:aws:iam::111122223333:policy/limit",
        ("NoSuchEntity", "Scope ARN: arn:aws:iam::111122223333:policy/limit does not exist or is not attachable."),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_boundary_is_refused_and_not_kept(live: Live, name: str) -> None:
    arn, error = BAD[name]
    iam = live.client("iam")
    iam.create_user(UserName="alice")
    iam.create_role(RoleName="mailer", AssumeRolePolicyDocument=EC2)
    for call, given in (
        (iam.put_user_permissions_boundary, {"UserName": "alice"}),
        (iam.put_role_permissions_boundary, {"RoleName": "mailer"}),
        (iam.create_user, {"UserName": "bob"}),
        (iam.create_role, {"RoleName": "other", "AssumeRolePolicyDocument": EC2}),
    ):
        assert refused(call, **given, PermissionsBoundary=arn) == error
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["alice"]
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == ["mailer"]
    assert "PermissionsBoundary" not in iam.get_user(UserName="alice")["User"]
    assert "PermissionsBoundary" not in iam.get_role(RoleName="mailer")["Role"]


def test_an_administrator_may_make_only_bounded_users(live: Live) -> None:
    """IAM User Guide, "Delegating responsibility to others using permissions boundaries"."""
    limit, wide = make_policy(live, "limit", allow("ses:*")), make_policy(live, "wide", allow("*"))
    admin, root = make_user(live, "admin"), live.client("iam")
    bounded = {"StringEquals": {"iam:PermissionsBoundary": limit}}
    changes = [
        "iam:CreateUser",
        "iam:PutUserPermissionsBoundary",
        "iam:AttachUserPolicy",
        "iam:PutUserPolicy",
        "iam:DeleteUserPolicy",
    ]
    root.put_user_policy(UserName="admin", PolicyName="p", PolicyDocument=document(allow(changes, Condition=bounded)))
    iam, own = admin.client("iam"), document(allow("*"))
    assert not is_allowed(iam.create_user, UserName="bob")
    assert not is_allowed(iam.create_user, UserName="bob", PermissionsBoundary=wide)
    assert is_allowed(iam.create_user, UserName="bob", PermissionsBoundary=limit)
    assert is_allowed(iam.put_user_policy, UserName="bob", PolicyName="p", PolicyDocument=own)
    assert is_allowed(iam.attach_user_policy, UserName="bob", PolicyArn=wide)
    assert not is_allowed(iam.put_user_permissions_boundary, UserName="bob", PermissionsBoundary=wide)
    assert not is_allowed(iam.delete_user_permissions_boundary, UserName="bob")
    make_user(live, "free")
    assert not is_allowed(iam.put_user_policy, UserName="free", PolicyName="p", PolicyDocument=own)
    assert not is_allowed(iam.attach_user_policy, UserName="free", PolicyArn=wide)


def test_the_command_line_sets_and_shows_a_boundary(live: Live) -> None:
    limit = make_policy(live, "limit", allow("ses:*"))
    live.client("iam").create_user(UserName="alice")
    live.aws("iam", "put-user-permissions-boundary", "--user-name", "alice", "--permissions-boundary", limit)
    query = "User.PermissionsBoundary.PermissionsBoundaryArn"
    answer = live.aws("iam", "get-user", "--user-name", "alice", "--query", query, "--output", "text")
    assert answer.stdout.strip() == limit
