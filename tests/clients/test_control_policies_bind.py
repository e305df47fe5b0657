"""What control policies do to the accounts below them, from the very next call on."""

from typing import Any

import pytest

from clients.organization import FULL_ACCESS, RCP, SCP, Managed, organize
from clients.people import (
    Person,
    allow,
    denial,
    deny,
    document,
    identity_arn,
    is_allowed,
    make_account,
    make_user,
    refused,
    send,
)
from live import ACCOUNT, Live

PARTNER = "444455556666"
OTHER = "777788889999"
DOMAIN = "partner.example"
FROM = f"news@{DOMAIN}"
NO_SENDS = deny("ses:SendEmail")
LEVELS = ("root", "unit", "account")


@pytest.fixture
def partner(live: Live) -> tuple[str, str]:
    """The root key of an account that has a domain of its own."""
    root = make_account(live, PARTNER)
    live.client("ses", *root).verify_domain_identity(Domain=DOMAIN)
    return root


@pytest.fixture
def ours(live: Live, partner: tuple[str, str]) -> Managed:
    """The first account's organization, with the partner in a unit of it."""
    managed = organize(live)
    managed.join(PARTNER, partner)
    managed.move(PARTNER, managed.unit("teams"))
    return managed


@pytest.fixture
def eve(live: Live, partner: tuple[str, str]) -> Person:
    """A user of the partner's who may do everything there."""
    person = make_user(live, "eve", partner)
    own_side(live, partner, allow("*"))
    return person


def own_side(live: Live, root: tuple[str, str], *statements: dict[str, Any]) -> None:
    live.client("iam", *root).put_user_policy(UserName="eve", PolicyName="own", PolicyDocument=document(*statements))


def target(ours: Managed, level: str) -> str:
    if level == "root":
        return ours.root
    unit: str = ours.client.list_parents(ChildId=PARTNER)["Parents"][0]["Id"]
    return unit if level == "unit" else PARTNER


def sends(ses: Any) -> bool:
    return is_allowed(send, ses, FROM)


# --- service control policies -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_an_scp_binds_users_and_root_of_the_accounts_below_it(
    ours: Managed, eve: Person, partner: tuple[str, str], level: str
) -> None:
    user, root = eve.client("ses"), ours.live.client("ses", *partner)
    assert sends(user)
    assert sends(root)
    policy = ours.guard(target(ours, level), NO_SENDS)
    assert not sends(user), "the very next call"
    assert not sends(root)
    text, _ = denial(send, user, FROM)
    arn = f"arn:aws:organizations::{ACCOUNT}:policy/{ours.id}/service_control_policy/{policy}"
    assert text.endswith(f"with an explicit deny in a service control policy: {arn}")
    ours.client.update_policy(PolicyId=policy, Content=document(deny("ses:DeleteIdentity")))
    assert sends(user), "another document counts at once"
    ours.client.update_policy(PolicyId=policy, Content=document(NO_SENDS))
    assert not sends(user)
    ours.client.detach_policy(PolicyId=policy, TargetId=target(ours, level))
    assert sends(user)


@pytest.mark.parametrize("level", LEVELS)
def test_what_no_scp_of_a_level_allows_nobody_may(ours: Managed, eve: Person, level: str) -> None:
    ours.guard(target(ours, level), allow("ses:*"))
    assert is_allowed(eve.client("iam").list_users)
    ours.client.detach_policy(PolicyId=FULL_ACCESS, TargetId=target(ours, level))
    assert sends(eve.client("ses"))
    text, _ = denial(eve.client("iam").list_users)
    assert text.endswith("because no service control policy allows the iam:ListUsers action")


def test_the_management_account_is_not_bound(ours: Managed) -> None:
    alice = make_user(ours.live, "alice")
    ours.live.client("iam").put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=document(allow("*")))
    ours.live.client("ses").verify_domain_identity(Domain="example.com")
    ours.enable(RCP)
    for guarded in (ours.root, ACCOUNT):
        ours.guard(guarded, deny("*"))
    ours.client.attach_policy(
        PolicyId=ours.policy("resources", {**deny("ses:*"), "Principal": "*"}, type=RCP), TargetId=ours.root
    )
    assert is_allowed(send, alice.client("ses"))
    assert is_allowed(send, ours.live.client("ses"))


def test_moving_an_account_changes_what_binds_it(ours: Managed, eve: Person) -> None:
    quiet = ours.unit("quiet")
    ours.guard(quiet, NO_SENDS)
    assert sends(eve.client("ses"))
    ours.move(PARTNER, ours.unit("below", quiet))
    assert not sends(eve.client("ses"))
    ours.move(PARTNER, ours.root)
    assert sends(eve.client("ses"))


def test_an_account_that_leaves_is_bound_no_longer(ours: Managed, eve: Person, partner: tuple[str, str]) -> None:
    ours.guard(ours.root, NO_SENDS)
    assert not sends(eve.client("ses"))
    ours.live.client("organizations", *partner).leave_organization()
    assert sends(eve.client("ses"))
    ours.join(PARTNER, partner)
    assert not sends(eve.client("ses"))


def test_an_scp_may_keep_an_account_from_leaving(ours: Managed, eve: Person, partner: tuple[str, str]) -> None:
    ours.guard(ours.root, deny("organizations:LeaveOrganization"))
    for caller in (eve.client("organizations"), ours.live.client("organizations", *partner)):
        assert not is_allowed(caller.leave_organization)


def test_a_type_that_is_disabled_binds_nobody(ours: Managed, eve: Person) -> None:
    ours.guard(ours.root, NO_SENDS)
    assert not sends(eve.client("ses"))
    ours.client.disable_policy_type(RootId=ours.root, PolicyType=SCP)
    assert sends(eve.client("ses"))


def test_an_scp_with_a_condition_asks_it(ours: Managed, eve: Person) -> None:
    abroad = deny("ses:*", Condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}})
    ours.guard(PARTNER, abroad)
    assert is_allowed(eve.client("ses").get_send_quota)
    assert not is_allowed(eve.client("ses", region_name="eu-west-1").get_send_quota)


# --- resource control policies ------------------------------------------------------------------------------------------


@pytest.fixture
def alice(live: Live, partner: tuple[str, str]) -> Person:
    """A user of the management account with whom the partner shares its domain."""
    person = make_user(live, "alice")
    live.client("iam").put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=document(allow("ses:*")))
    shared = identity_arn(DOMAIN, PARTNER)
    sharing = document(allow("ses:*", shared, Principal={"AWS": "*"}))
    live.client("ses", *partner).put_identity_policy(Identity=DOMAIN, PolicyName="share", Policy=sharing)
    return person


@pytest.mark.parametrize("level", LEVELS)
def test_an_rcp_guards_a_members_identity_against_everyone(
    ours: Managed, alice: Person, eve: Person, partner: tuple[str, str], level: str
) -> None:
    theirs = identity_arn(DOMAIN, PARTNER)
    ours.enable(RCP)
    assert is_allowed(send, alice.client("ses"), FROM, SourceArn=theirs)
    policy = ours.guard(target(ours, level), {**NO_SENDS, "Principal": "*"}, type=RCP)
    text, _ = denial(send, alice.client("ses"), FROM, SourceArn=theirs)
    arn = f"arn:aws:organizations::{ACCOUNT}:policy/{ours.id}/resource_control_policy/{policy}"
    assert text.endswith(f"with an explicit deny in a resource control policy: {arn}")
    for own in (eve.client("ses"), ours.live.client("ses", *partner)):
        assert not sends(own), "the account's own users and root are callers as well"
    ours.client.detach_policy(PolicyId=policy, TargetId=target(ours, level))
    assert is_allowed(send, alice.client("ses"), FROM, SourceArn=theirs)


def test_an_rcp_keeps_strangers_out_and_lets_the_organization_in(ours: Managed, alice: Person, eve: Person, live: Live) -> None:
    theirs = identity_arn(DOMAIN, PARTNER)
    stranger = make_account(live, OTHER)
    root_of_stranger = live.client("ses", *stranger)
    ours.enable(RCP)
    assert is_allowed(send, root_of_stranger, FROM, SourceArn=theirs)
    own_only = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ours.id}}
    ours.guard(ours.root, {**deny("ses:*", Condition=own_only), "Principal": "*"}, type=RCP)
    assert not is_allowed(send, root_of_stranger, FROM, SourceArn=theirs)
    assert is_allowed(send, alice.client("ses"), FROM, SourceArn=theirs)
    assert sends(eve.client("ses"))


# --- the organization as a condition ------------------------------------------------------------------------------------


def test_a_domain_is_shared_with_a_whole_organization_or_a_part_of_it(ours: Managed, eve: Person, live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    shared = identity_arn("example.com")
    unit = target(ours, "unit")

    def share(condition: dict[str, Any]) -> None:
        statement = allow("ses:SendEmail", shared, Principal="*", Condition=condition)
        live.client("ses").put_identity_policy(Identity="example.com", PolicyName="share", Policy=document(statement))

    def allowed() -> bool:
        return is_allowed(send, eve.client("ses"), SourceArn=shared)

    share({"StringEquals": {"aws:PrincipalOrgID": "o-somebodyelse"}})
    assert not allowed()
    share({"StringEquals": {"aws:PrincipalOrgID": ours.id}})
    assert allowed()
    share({"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": f"{ours.id}/{ours.root}/"}})
    assert not allowed(), "the account is in a unit"
    share({"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": f"{ours.id}/{ours.root}/{unit}/"}})
    assert allowed()
    share({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ours.id}/{ours.root}/*"}})
    assert allowed()
    ours.move(PARTNER, ours.root)
    share({"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": f"{ours.id}/{ours.root}/"}})
    assert allowed()
    ours.client.remove_account_from_organization(AccountId=PARTNER)
    assert not allowed()


def test_a_policy_may_ask_whose_the_resource_is(ours: Managed, eve: Person, partner: tuple[str, str]) -> None:
    own_organization = {"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}
    own_side(ours.live, partner, allow("ses:*", Condition=own_organization))
    assert sends(eve.client("ses"))
    ours.client.remove_account_from_organization(AccountId=PARTNER)
    assert not sends(eve.client("ses"))


# --- who may guard ------------------------------------------------------------------------------------------------------


def test_guarding_needs_permission_on_the_policy_and_on_the_target(ours: Managed) -> None:
    alice = make_user(ours.live, "alice")
    client = alice.client("organizations")
    unit = target(ours, "unit")
    policy = ours.policy("guard", NO_SENDS)
    policies = f"arn:aws:organizations::{ACCOUNT}:policy/{ours.id}/service_control_policy/*"
    units = f"arn:aws:organizations::{ACCOUNT}:ou/{ours.id}/*"

    def may(*statements: dict[str, Any]) -> bool:
        ours.live.client("iam").put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(*statements))
        done = is_allowed(client.attach_policy, PolicyId=policy, TargetId=unit)
        if done:
            ours.client.detach_policy(PolicyId=policy, TargetId=unit)
        return done

    assert not may(allow("organizations:AttachPolicy", policies))
    assert not may(allow("organizations:AttachPolicy", units))
    assert may(allow("organizations:AttachPolicy", [policies, units]))
    of_scps = {"StringEquals": {"organizations:PolicyType": SCP}}
    of_rcps = {"StringEquals": {"organizations:PolicyType": RCP}}
    assert may(allow("organizations:AttachPolicy", Condition=of_scps))
    assert not may(allow("organizations:AttachPolicy", Condition=of_rcps))
    untagged = deny("organizations:*", Condition={"StringEquals": {"aws:ResourceTag/guarded": "by others"}})
    assert may(allow("organizations:*"), untagged)
    ours.client.tag_resource(ResourceId=unit, Tags=[{"Key": "guarded", "Value": "by others"}])
    assert not may(allow("organizations:*"), untagged)


def test_tags_at_birth_need_their_own_permission(ours: Managed) -> None:
    alice = make_user(ours.live, "alice")
    client = alice.client("organizations")
    tags = [{"Key": "team", "Value": "mail"}]

    names = iter("abcdefgh")

    def may(*statements: dict[str, Any], **more: Any) -> bool:
        ours.live.client("iam").put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(*statements))
        return is_allowed(client.create_organizational_unit, ParentId=ours.root, Name=next(names), **more)

    creating = allow("organizations:CreateOrganizationalUnit")
    assert may(creating)
    assert not may(creating, Tags=tags)
    assert may(creating, allow("organizations:TagResource"), Tags=tags)
    others = deny("organizations:*", Condition={"StringNotEquals": {"aws:RequestTag/team": "mail"}})
    assert may(creating, allow("organizations:TagResource"), others, Tags=tags)
    assert not may(creating, allow("organizations:TagResource"), others, Tags=[{"Key": "team", "Value": "web"}])


def test_a_member_s_users_need_permission_too(ours: Managed, eve: Person, partner: tuple[str, str]) -> None:
    own_side(ours.live, partner, allow("ses:*"))
    code, text = refused(eve.client("organizations").describe_organization)
    assert code == "AccessDeniedException"
    assert "is not authorized to perform: organizations:DescribeOrganization" in text
    owner = {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
    own_side(ours.live, partner, allow("organizations:DescribeOrganization", Condition=owner))
    assert eve.client("organizations").describe_organization()["Organization"]["Id"] == ours.id
