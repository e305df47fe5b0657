"""On which ARNs IAM's operations need permission: with paths, under both names where something is renamed."""

import pytest

from clients.people import Person, allow, document, is_allowed, make_user
from live import ACCOUNT, Live


@pytest.fixture
def bob(live: Live) -> Person:
    return make_user(live, "bob")


def may(live: Live, action: str, *resources: str) -> None:
    policy = document(allow(action, [f"arn:aws:iam::{ACCOUNT}:{resource}" for resource in resources]))
    live.client("iam").put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=policy)


@pytest.mark.parametrize("kind", ["user", "group"])
def test_what_is_renamed_needs_permission_under_both_names(live: Live, bob: Person, kind: str) -> None:
    root, iam, name = live.client("iam"), bob.client("iam"), f"{kind.capitalize()}Name"
    getattr(root, f"create_{kind}")(**{name: "old"}, Path="/team/")
    rename = getattr(iam, f"update_{kind}")
    action = f"iam:Update{kind.capitalize()}"
    may(live, action, f"{kind}/team/old")
    assert not is_allowed(rename, **{name: "old", f"New{name}": "new"})
    assert not is_allowed(rename, **{name: "old"}, NewPath="/admins/")
    assert is_allowed(rename, **{name: "old"}, NewPath="/team/")
    may(live, action, f"{kind}/admins/new")
    assert not is_allowed(rename, **{name: "old", f"New{name}": "new"}, NewPath="/admins/")
    may(live, action, f"{kind}/team/old", f"{kind}/admins/new")
    assert is_allowed(rename, **{name: "OLD", f"New{name}": "new"}, NewPath="/admins/")


def test_a_name_in_another_case_is_no_way_around_a_path(live: Live, bob: Person) -> None:
    live.client("iam").create_user(UserName="Alice", Path="/admins/")
    may(live, "iam:*", "user/alice", "user/team/*")
    iam = bob.client("iam")
    assert not is_allowed(iam.get_user, UserName="alice")
    assert not is_allowed(iam.create_access_key, UserName="ALICE")
    arn = f"arn:aws:iam::{ACCOUNT}:user/team/alice"
    code = ""
    try:
        iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["ses:SendEmail"])
    except iam.exceptions.NoSuchEntityException as error:
        code = error.response["Error"]["Code"]
    assert code == "NoSuchEntity", "alice is not in that path, whatever bob may do there"
