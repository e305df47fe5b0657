"""The tree of an organization: made, read, changed, and taken down again."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from clients.organization import FULL_ACCESS, RCP, SCP, Managed, everything, failure, organize
from clients.people import make_account, refused
from clients.test_audit import events
from live import ACCOUNT, Live

PARTNER = "444455556666"
UNKNOWN_UNIT = "ou-zzzz-zzzzzzzz"


@pytest.fixture
def ours(live: Live) -> Managed:
    return organize(live)


@pytest.fixture
def partner(live: Live) -> tuple[str, str]:
    return make_account(live, PARTNER, "--name", "partner", "--email", "partner@example.com")


def test_an_organization_begins_with_its_manager_under_the_root(live: Live) -> None:
    client = live.client("organizations")
    made = client.create_organization()["Organization"]
    assert re.fullmatch("o-[a-z0-9]{10,32}", made["Id"])
    assert made["Arn"] == f"arn:aws:organizations::{ACCOUNT}:organization/{made['Id']}"
    assert made["MasterAccountArn"] == f"arn:aws:organizations::{ACCOUNT}:account/{made['Id']}/{ACCOUNT}"
    assert (made["FeatureSet"], made["MasterAccountId"]) == ("ALL", ACCOUNT)
    assert client.describe_organization()["Organization"] == made
    (root,) = client.list_roots()["Roots"]
    assert re.fullmatch("r-[0-9a-z]{4,32}", root["Id"])
    assert root["Arn"] == f"arn:aws:organizations::{ACCOUNT}:root/{made['Id']}/{root['Id']}"
    assert root["PolicyTypes"] == [{"Type": SCP, "Status": "ENABLED"}]
    (account,) = client.list_accounts_for_parent(ParentId=root["Id"])["Accounts"]
    assert account.pop("JoinedTimestamp")
    assert account == {
        "Id": ACCOUNT,
        "Arn": made["MasterAccountArn"],
        "Name": "first account",
        "Status": "ACTIVE",
        "State": "ACTIVE",
        "Paths": [f"{made['Id']}/{root['Id']}/{ACCOUNT}/"],
        "JoinedMethod": "INVITED",
    }


def test_consolidated_billing_has_no_policies(live: Live) -> None:
    billing = organize(live, FeatureSet="CONSOLIDATED_BILLING")
    made = billing.client.describe_organization()["Organization"]
    assert (made["FeatureSet"], made["AvailablePolicyTypes"]) == ("CONSOLIDATED_BILLING", [])
    for call in (
        lambda: billing.enable(SCP),
        lambda: billing.client.disable_policy_type(RootId=billing.root, PolicyType=SCP),
        lambda: billing.policy("p", {"Effect": "Deny", "Action": "*", "Resource": "*"}),
    ):
        assert failure(call)[0] == "PolicyTypeNotAvailableForOrganizationException"


def test_units_nest_and_know_their_path(ours: Managed) -> None:
    teams = ours.client.create_organizational_unit(ParentId=ours.root, Name="teams")["OrganizationalUnit"]
    assert re.fullmatch("ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}", teams["Id"])
    assert teams["Arn"] == f"arn:aws:organizations::{ACCOUNT}:ou/{ours.id}/{teams['Id']}"
    mail = ours.unit("mail", teams["Id"])
    assert ours.client.describe_organizational_unit(OrganizationalUnitId=mail)["OrganizationalUnit"]["Path"] == (
        f"{ours.id}/{ours.root}/{teams['Id']}/{mail}/"
    )
    assert ours.client.list_parents(ChildId=mail)["Parents"] == [{"Id": teams["Id"], "Type": "ORGANIZATIONAL_UNIT"}]
    assert ours.client.list_parents(ChildId=teams["Id"])["Parents"] == [{"Id": ours.root, "Type": "ROOT"}]
    children = ours.client.list_children(ParentId=ours.root, ChildType="ORGANIZATIONAL_UNIT")["Children"]
    assert children == [{"Id": teams["Id"], "Type": "ORGANIZATIONAL_UNIT"}]
    assert ours.client.list_organizational_units_for_parent(ParentId=ours.root)["OrganizationalUnits"] == [teams]
    ours.unit("mail"), "a name is taken under its parent alone"
    assert failure(ours.client.delete_organizational_unit, OrganizationalUnitId=teams["Id"])[0] == (
        "OrganizationalUnitNotEmptyException"
    )
    for unit in (mail, teams["Id"]):
        ours.client.delete_organizational_unit(OrganizationalUnitId=unit)
    assert len(ours.client.list_children(ParentId=ours.root, ChildType="ORGANIZATIONAL_UNIT")["Children"]) == 1


def test_a_unit_is_renamed_unless_the_name_is_blank(ours: Managed) -> None:
    unit = ours.unit("teams")
    ours.unit("taken")

    def renamed(**name: Any) -> str:
        answer = ours.client.update_organizational_unit(OrganizationalUnitId=unit, **name)
        told: str = answer["OrganizationalUnit"]["Name"]
        return told

    assert [renamed(Name="people"), renamed(), renamed(Name=" "), renamed(Name="people")] == ["people"] * 4
    assert failure(renamed, Name="taken")[0] == "DuplicateOrganizationalUnitException"


def test_an_account_is_moved_and_found_where_it_is(ours: Managed, partner: tuple[str, str]) -> None:
    unit = ours.unit("teams")
    ours.join(PARTNER, partner)
    ours.client.move_account(AccountId=PARTNER, SourceParentId=ours.root, DestinationParentId=unit)
    assert ours.client.list_children(ParentId=unit, ChildType="ACCOUNT")["Children"] == [{"Id": PARTNER, "Type": "ACCOUNT"}]
    account = ours.client.describe_account(AccountId=PARTNER)["Account"]
    assert account["Paths"] == [f"{ours.id}/{ours.root}/{unit}/{PARTNER}/"]
    assert (account["Name"], account["Email"], account["JoinedMethod"]) == ("partner", "partner@example.com", "INVITED")
    move = ours.client.move_account
    assert (
        failure(move, AccountId=PARTNER, SourceParentId=ours.root, DestinationParentId=unit)[0] == "DuplicateAccountException"
    )
    assert failure(move, AccountId=PARTNER, SourceParentId=ours.root, DestinationParentId=ours.unit("other"))[0] == (
        "SourceParentNotFoundException"
    )
    (event, *_) = events(ours.live, EventName="MoveAccount")
    assert event["resources"] == [{"type": "AWS::Organizations::Account", "resourceName": PARTNER}]


def test_lists_come_in_pages(ours: Managed) -> None:
    names = [f"unit-{number}" for number in range(7)]
    for name in names:
        ours.unit(name)
    pages = ours.client.get_paginator("list_organizational_units_for_parent").paginate(
        ParentId=ours.root, PaginationConfig={"PageSize": 3}
    )
    sizes, seen = [], []
    for page in pages:
        sizes.append(len(page["OrganizationalUnits"]))
        seen += [unit["Name"] for unit in page["OrganizationalUnits"]]
    assert (sizes, seen) == ([3, 3, 1], names)


def test_the_organization_is_deleted_once_it_is_empty(ours: Managed, partner: tuple[str, str]) -> None:
    ours.unit("teams")
    ours.policy("p", {"Effect": "Deny", "Action": "ses:*", "Resource": "*"})
    ours.client.tag_resource(ResourceId=ours.root, Tags=[{"Key": "team", "Value": "mail"}])
    ours.join(PARTNER, partner)
    assert failure(ours.client.delete_organization)[0] == "OrganizationNotEmptyException"
    ours.client.remove_account_from_organization(AccountId=PARTNER)
    open_one = ours.client.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": PARTNER})["Handshake"]["Id"]
    ours.client.delete_organization()
    assert failure(ours.client.describe_organization)[0] == "AWSOrganizationsNotInUseException"
    theirs = ours.live.client("organizations", *partner)
    assert theirs.describe_handshake(HandshakeId=open_one)["Handshake"]["State"] == "CANCELED"
    again = organize(ours.live)
    assert again.id != ours.id
    assert again.attached(again.root) == [FULL_ACCESS]


def test_tags_are_set_listed_and_taken_away(ours: Managed) -> None:
    unit = ours.client.create_organizational_unit(
        ParentId=ours.root, Name="teams", Tags=[{"Key": "team", "Value": "mail"}, {"Key": "b", "Value": ""}]
    )["OrganizationalUnit"]["Id"]

    def tags() -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in ours.client.list_tags_for_resource(ResourceId=unit)["Tags"]}

    assert tags() == {"b": "", "team": "mail"}
    ours.client.tag_resource(ResourceId=unit, Tags=[{"Key": "team", "Value": "web"}])
    ours.client.untag_resource(ResourceId=unit, TagKeys=["b", "not there"])
    assert tags() == {"team": "web"}
    for resource in (ours.root, ACCOUNT, ours.policy("p", {"Effect": "Deny", "Action": "ses:*", "Resource": "*"})):
        ours.client.tag_resource(ResourceId=resource, Tags=[{"Key": "k", "Value": "v"}])


def test_the_aws_cli_does_the_same(live: Live) -> None:
    def aws(*arguments: str) -> Any:
        done = live.aws("organizations", *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "{}")

    organization = aws("create-organization", "--feature-set", "ALL")["Organization"]
    root = aws("list-roots")["Roots"][0]["Id"]
    unit = aws("create-organizational-unit", "--parent-id", root, "--name", "teams")["OrganizationalUnit"]["Id"]
    content = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "ses:Delete*", "Resource": "*"}}'
    made = aws("create-policy", "--name", "p", "--description", "d", "--type", SCP, "--content", content)["Policy"]
    policy = made["PolicySummary"]["Id"]
    assert made["PolicySummary"]["Arn"] == (
        f"arn:aws:organizations::{ACCOUNT}:policy/{organization['Id']}/service_control_policy/{policy}"
    )
    aws("attach-policy", "--policy-id", policy, "--target-id", unit)
    targets = aws("list-targets-for-policy", "--policy-id", policy)["Targets"]
    assert [(each["TargetId"], each["Name"], each["Type"]) for each in targets] == [(unit, "teams", "ORGANIZATIONAL_UNIT")]
    done = live.aws("organizations", "delete-policy", "--policy-id", policy)
    assert "An error occurred (PolicyInUseException) when calling the DeletePolicy operation" in done.stderr


# --- errors -------------------------------------------------------------------------------------------------------------

Refusals = dict[str, tuple[Callable[[Any, Managed], Any], str, str | None]]
TAGS = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
REFUSED: Refusals = {
    "a second organization": (lambda c, _: c.create_organization(), "AlreadyInOrganizationException", None),
    "all features twice": (
        lambda c, _: c.enable_all_features(),
        "HandshakeConstraintViolationException",
        "ORGANIZATION_ALREADY_HAS_ALL_FEATURES",
    ),
    "the manager leaves": (lambda c, _: c.leave_organization(), "MasterCannotLeaveOrganizationException", None),
    "the manager is removed": (
        lambda c, _: c.remove_account_from_organization(AccountId=ACCOUNT),
        "MasterCannotLeaveOrganizationException",
        None,
    ),
    "an unknown account": (lambda c, _: c.describe_account(AccountId="999999999999"), "AccountNotFoundException", None),
    "an unknown account removed": (
        lambda c, _: c.remove_account_from_organization(AccountId="999999999999"),
        "AccountNotFoundException",
        None,
    ),
    "an unknown account moved": (
        lambda c, o: c.move_account(AccountId="999999999999", SourceParentId=o.root, DestinationParentId=o.root),
        "AccountNotFoundException",
        None,
    ),
    "from nowhere": (
        lambda c, o: c.move_account(AccountId=ACCOUNT, SourceParentId=UNKNOWN_UNIT, DestinationParentId=o.root),
        "SourceParentNotFoundException",
        None,
    ),
    "to nowhere": (
        lambda c, o: c.move_account(AccountId=ACCOUNT, SourceParentId=o.root, DestinationParentId=UNKNOWN_UNIT),
        "DestinationParentNotFoundException",
        None,
    ),
    "where it is": (
        lambda c, o: c.move_account(AccountId=ACCOUNT, SourceParentId=o.root, DestinationParentId=o.root),
        "DuplicateAccountException",
        None,
    ),
    "a unit nowhere": (
        lambda c, _: c.create_organizational_unit(ParentId=UNKNOWN_UNIT, Name="x"),
        "ParentNotFoundException",
        None,
    ),
    "a unit under another root": (
        lambda c, _: c.create_organizational_unit(ParentId="r-zzzz", Name="x"),
        "ParentNotFoundException",
        None,
    ),
    "a unit twice": (
        lambda c, o: c.create_organizational_unit(ParentId=o.root, Name="known"),
        "DuplicateOrganizationalUnitException",
        None,
    ),
    "a unit without a name": (
        lambda c, o: c.create_organizational_unit(ParentId=o.root, Name="x" * 129),
        "InvalidInputException",
        "MAX_LENGTH_EXCEEDED",
    ),
    "a tag twice": (
        lambda c, o: c.create_organizational_unit(ParentId=o.root, Name="x", Tags=TAGS[:1] * 2),
        "InvalidInputException",
        "DUPLICATE_TAG_KEY",
    ),
    "a tag of AWS's": (
        lambda c, o: c.tag_resource(ResourceId=o.root, Tags=[{"Key": "AWS:x", "Value": ""}]),
        "InvalidInputException",
        "INVALID_SYSTEM_TAGS_PARAMETER",
    ),
    "too many tags": (
        lambda c, o: c.tag_resource(ResourceId=o.root, Tags=TAGS),
        "ConstraintViolationException",
        "MAX_TAG_LIMIT_EXCEEDED",
    ),
    "tags of nothing": (lambda c, _: c.list_tags_for_resource(ResourceId=UNKNOWN_UNIT), "TargetNotFoundException", None),
    "tags of AWS's policy": (
        lambda c, _: c.tag_resource(ResourceId=FULL_ACCESS, Tags=TAGS[:1]),
        "InvalidInputException",
        "TARGET_NOT_SUPPORTED",
    ),
    "an unknown unit": (
        lambda c, _: c.describe_organizational_unit(OrganizationalUnitId=UNKNOWN_UNIT),
        "OrganizationalUnitNotFoundException",
        None,
    ),
    "an unknown unit renamed": (
        lambda c, _: c.update_organizational_unit(OrganizationalUnitId=UNKNOWN_UNIT, Name="x"),
        "OrganizationalUnitNotFoundException",
        None,
    ),
    "an unknown unit deleted": (
        lambda c, _: c.delete_organizational_unit(OrganizationalUnitId=UNKNOWN_UNIT),
        "OrganizationalUnitNotFoundException",
        None,
    ),
    "a child of nobody": (lambda c, _: c.list_parents(ChildId="999999999999"), "ChildNotFoundException", None),
    "children of nobody": (
        lambda c, _: c.list_children(ParentId=UNKNOWN_UNIT, ChildType="ACCOUNT"),
        "ParentNotFoundException",
        None,
    ),
    "accounts of nowhere": (lambda c, _: c.list_accounts_for_parent(ParentId=UNKNOWN_UNIT), "ParentNotFoundException", None),
    "units of nowhere": (
        lambda c, _: c.list_organizational_units_for_parent(ParentId=UNKNOWN_UNIT),
        "ParentNotFoundException",
        None,
    ),
    "another root": (
        lambda c, _: c.enable_policy_type(RootId="r-zzzz", PolicyType=RCP),
        "RootNotFoundException",
        None,
    ),
    "a type twice": (
        lambda c, o: c.enable_policy_type(RootId=o.root, PolicyType=SCP),
        "PolicyTypeAlreadyEnabledException",
        None,
    ),
    "a type that is off": (
        lambda c, o: c.disable_policy_type(RootId=o.root, PolicyType=RCP),
        "PolicyTypeNotEnabledException",
        None,
    ),
    "a type that is not served": (
        lambda c, o: c.enable_policy_type(RootId=o.root, PolicyType="TAG_POLICY"),
        "PolicyTypeNotAvailableForOrganizationException",
        None,
    ),
    "an unknown request": (
        lambda c, _: c.describe_create_account_status(CreateAccountRequestId="car-12345678"),
        "CreateAccountStatusNotFoundException",
        None,
    ),
    "a bad token": (lambda c, _: c.list_accounts(NextToken="x"), "InvalidInputException", "INVALID_NEXT_TOKEN"),
    "a reserved role": (
        lambda c, _: c.create_account(Email="a@example.com", AccountName="x", RoleName="AWSServiceRoleForX"),
        "InvalidInputException",
        "INVALID_ROLE_NAME",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_and_leaves_nothing(ours: Managed, case: str) -> None:
    ours.unit("known")
    before = everything(ours.live)
    call, code, reason = REFUSED[case]
    assert failure(call, ours.client, ours) == (code, reason)
    assert everything(ours.live) == before


def test_units_nest_five_deep(ours: Managed) -> None:
    parent = ours.root
    for level in range(5):
        parent = ours.unit(f"level-{level}", parent)
    assert failure(ours.unit, "too deep", parent) == ("ConstraintViolationException", "OU_DEPTH_LIMIT_EXCEEDED")


# --- who may call -------------------------------------------------------------------------------------------------------


def test_a_member_sees_the_organization_and_nothing_else_of_it(ours: Managed, partner: tuple[str, str]) -> None:
    ours.join(PARTNER, partner)
    theirs = ours.live.client("organizations", *partner)
    assert theirs.describe_organization()["Organization"]["Id"] == ours.id
    for call in (
        theirs.list_accounts,
        theirs.list_roots,
        theirs.delete_organization,
        theirs.enable_all_features,
        theirs.list_create_account_status,
        theirs.list_handshakes_for_organization,
        lambda: theirs.create_organizational_unit(ParentId=ours.root, Name="x"),
        lambda: theirs.describe_policy(PolicyId=FULL_ACCESS),
        lambda: theirs.attach_policy(PolicyId=FULL_ACCESS, TargetId=ours.root),
        lambda: theirs.remove_account_from_organization(AccountId=PARTNER),
        lambda: theirs.tag_resource(ResourceId=PARTNER, Tags=[]),
    ):
        assert refused(call) == ("AccessDeniedException", "You don't have permissions to access this resource.")
    assert failure(theirs.create_organization)[0] == "AlreadyInOrganizationException"
    theirs.leave_organization()
    assert failure(theirs.leave_organization)[0] == "AWSOrganizationsNotInUseException"
    assert [each["Id"] for each in ours.client.list_accounts()["Accounts"]] == [ACCOUNT]


@pytest.mark.parametrize(
    "operation",
    [
        "describe_organization",
        "delete_organization",
        "leave_organization",
        "list_accounts",
        "list_roots",
        "enable_all_features",
    ],
)
def test_without_an_organization_there_is_nothing_to_ask(live: Live, operation: str) -> None:
    assert refused(getattr(live.client("organizations"), operation)) == (
        "AWSOrganizationsNotInUseException",
        "Your account is not a member of an organization.",
    )
