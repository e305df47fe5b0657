"""How accounts come into an organization: made by it, or invited; and how a migration to all features is agreed."""

import re
from datetime import timedelta
from typing import Any

import pytest

from clients.organization import FULL_ACCESS, SCP, Managed, everything, failure, organize
from clients.people import Person, allow, deny, document, is_allowed, make_account, make_user, refused, send
from clients.test_audit import events
from live import ACCOUNT, Live

PARTNER = "444455556666"
STRANGER = "777788889999"
EMAIL = "partner@example.com"
INVITED = {"Type": "ACCOUNT", "Id": PARTNER}


@pytest.fixture
def ours(live: Live) -> Managed:
    return organize(live)


@pytest.fixture
def partner(live: Live) -> tuple[str, str]:
    return make_account(live, PARTNER, "--name", "partner", "--email", EMAIL)


# --- made ---------------------------------------------------------------------------------------------------------------


def test_an_account_is_made_with_a_role_that_the_manager_takes_on(ours: Managed) -> None:
    made = ours.client.create_account(
        Email="dev@example.com", AccountName="Development", Tags=[{"Key": "stage", "Value": "dev"}]
    )["CreateAccountStatus"]
    assert (made["State"], made["AccountName"]) == ("SUCCEEDED", "Development")
    assert re.fullmatch("[1-9][0-9]{11}", made["AccountId"])
    asked = ours.client.describe_create_account_status(CreateAccountRequestId=made["Id"])["CreateAccountStatus"]
    assert (asked["AccountId"], asked["State"]) == (made["AccountId"], "SUCCEEDED")
    account = ours.client.describe_account(AccountId=made["AccountId"])["Account"]
    assert (account["Name"], account["Email"], account["JoinedMethod"]) == ("Development", "dev@example.com", "CREATED")
    assert ours.client.list_tags_for_resource(ResourceId=account["Id"])["Tags"] == [{"Key": "stage", "Value": "dev"}]
    assert ours.attached(account["Id"]) == [FULL_ACCESS]
    (event,) = events(ours.live, EventName="CreateAccount")
    assert "dev@example.com" not in str(event), "the model calls it sensitive"


def assumed(manager: Person, account: str, role: str = "OrganizationAccountAccessRole") -> Any:
    """A function from a service to its client as a role of a member account."""
    arn = f"arn:aws:iam::{account}:role/{role}"
    got = manager.client("sts").assume_role(RoleArn=arn, RoleSessionName="admin")["Credentials"]

    def client(service: str) -> Any:
        return manager.live.client(service, got["AccessKeyId"], got["SecretAccessKey"], aws_session_token=got["SessionToken"])

    return client


@pytest.fixture
def manager(live: Live) -> Person:
    """A user of the management account who may do everything."""
    person = make_user(live, "manager")
    live.client("iam").put_user_policy(UserName="manager", PolicyName="all", PolicyDocument=document(allow("*")))
    return person


@pytest.mark.parametrize("role", ["OrganizationAccountAccessRole", "Admin"])
def test_the_role_administers_the_account_within_its_control_policies(ours: Managed, manager: Person, role: str) -> None:
    named = {} if role == "OrganizationAccountAccessRole" else {"RoleName": role}
    made = ours.client.create_account(Email="dev@example.com", AccountName="dev", **named)["CreateAccountStatus"]
    client = assumed(manager, made["AccountId"], role)
    assert client("sts").get_caller_identity()["Account"] == made["AccountId"]
    client("ses").verify_domain_identity(Domain="dev.example")
    assert is_allowed(send, client("ses"), "news@dev.example")
    ours.guard(made["AccountId"], deny("ses:SendEmail"))
    assert not is_allowed(send, client("ses"), "news@dev.example")
    assert client("iam").get_role(RoleName=role)["Role"]["MaxSessionDuration"] == 3600
    attached = client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["AdministratorAccess"]


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("dev@example.com", "EMAIL_ALREADY_EXISTS"),
        ("DEV@example.com", "EMAIL_ALREADY_EXISTS"),
        (".dev@example.com", "INVALID_EMAIL"),
        ("dev@-example.com", "INVALID_EMAIL"),
        ("d\u00e9v@example.com", "INVALID_EMAIL"),
    ],
)
def test_an_account_that_cannot_be_made_is_told_by_its_status(ours: Managed, email: str, reason: str) -> None:
    ours.client.create_account(Email="dev@example.com", AccountName="dev")
    before = everything(ours.live)
    made = ours.client.create_account(Email=email, AccountName="again")["CreateAccountStatus"]
    assert (made["State"], made["FailureReason"]) == ("FAILED", reason)
    assert "AccountId" not in made
    (failed,) = ours.client.list_create_account_status(States=["FAILED"])["CreateAccountStatuses"]
    assert failed["Id"] == made["Id"]
    assert len(ours.client.list_create_account_status()["CreateAccountStatuses"]) == 2
    after = everything(ours.live)
    assert {table for table in after if after[table] != before[table]} == {"account_requests"}


# --- invited ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [INVITED, {"Type": "EMAIL", "Id": "Partner@example.com"}])
def test_an_invited_account_joins_when_it_accepts(ours: Managed, partner: tuple[str, str], target: dict[str, str]) -> None:
    tags = [{"Key": "stage", "Value": "dev"}]
    sent = ours.client.invite_account_to_organization(Target=target, Notes="Please join.", Tags=tags)["Handshake"]
    assert sent["Arn"] == f"arn:aws:organizations::{ACCOUNT}:handshake/{ours.id}/invite/{sent['Id']}"
    assert (sent["State"], sent["Action"]) == ("OPEN", "INVITE")
    assert sent["ExpirationTimestamp"] - sent["RequestedTimestamp"] == timedelta(days=15)
    assert sent["Parties"] == [
        {"Id": ours.id.removeprefix("o-"), "Type": "ORGANIZATION"},
        {"Id": target["Id"], "Type": target["Type"]},
    ]
    assert sent["Resources"] == [
        {
            "Type": "ORGANIZATION",
            "Value": ours.id,
            "Resources": [
                {"Type": "MASTER_NAME", "Value": "first account"},
                {"Type": "ORGANIZATION_FEATURE_SET", "Value": "ALL"},
            ],
        },
        {"Type": target["Type"], "Value": target["Id"]},
        {"Type": "NOTES", "Value": "Please join."},
    ]
    theirs = ours.live.client("organizations", *partner)
    assert theirs.list_handshakes_for_account()["Handshakes"] == [sent]
    assert ours.client.list_handshakes_for_organization(Filter={"ActionType": "INVITE"})["Handshakes"] == [sent]
    assert theirs.describe_handshake(HandshakeId=sent["Id"])["Handshake"] == sent
    assert theirs.accept_handshake(HandshakeId=sent["Id"])["Handshake"]["State"] == "ACCEPTED"
    assert theirs.describe_organization()["Organization"]["Id"] == ours.id
    account = ours.client.describe_account(AccountId=PARTNER)["Account"]
    assert (account["JoinedMethod"], account["Name"]) == ("INVITED", "partner")
    assert ours.client.list_tags_for_resource(ResourceId=PARTNER)["Tags"] == tags
    assert ours.attached(PARTNER) == [FULL_ACCESS]


def invited(ours: Managed) -> str:
    handshake_id: str = ours.client.invite_account_to_organization(Target=INVITED)["Handshake"]["Id"]
    return handshake_id


def test_each_side_answers_for_itself(ours: Managed, partner: tuple[str, str], live: Live) -> None:
    handshake = {"HandshakeId": invited(ours)}
    theirs = live.client("organizations", *partner)
    stranger = live.client("organizations", *make_account(live, STRANGER))
    no_permission = ("AccessDeniedException", "You don't have permissions to access this resource.")
    for call in (
        ours.client.accept_handshake,
        ours.client.decline_handshake,
        theirs.cancel_handshake,
        stranger.describe_handshake,
        stranger.accept_handshake,
        stranger.decline_handshake,
        stranger.cancel_handshake,
    ):
        assert refused(call, **handshake) == no_permission
    assert stranger.list_handshakes_for_account()["Handshakes"] == []


@pytest.mark.parametrize("ended", ["accept", "decline", "cancel"])
@pytest.mark.parametrize("then", ["accept", "decline", "cancel"])
def test_a_handshake_ends_once(ours: Managed, partner: tuple[str, str], ended: str, then: str) -> None:
    handshake_id = invited(ours)
    theirs = ours.live.client("organizations", *partner)

    def answer(word: str) -> Any:
        client = ours.client if word == "cancel" else theirs
        return getattr(client, f"{word}_handshake")(HandshakeId=handshake_id)

    states = {"accept": "ACCEPTED", "decline": "DECLINED", "cancel": "CANCELED"}
    assert answer(ended)["Handshake"]["State"] == states[ended]
    before = everything(ours.live)
    expected = "HandshakeAlreadyInStateException" if ended == then else "InvalidHandshakeTransitionException"
    assert failure(answer, then) == (expected, None)
    assert everything(ours.live) == before
    if ended != "accept":
        assert invited(ours) != handshake_id, "the account can be asked again"


INVITATIONS: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "the manager itself": (
        {"Target": {"Type": "ACCOUNT", "Id": ACCOUNT}},
        "HandshakeConstraintViolationException",
        "ALREADY_IN_AN_ORGANIZATION",
    ),
    "twice": ({"Target": INVITED}, "DuplicateHandshakeException", None),
    "an organization": (
        {"Target": {"Type": "ORGANIZATION", "Id": "o-1234567890"}},
        "InvalidInputException",
        "INVALID_PARTY_TYPE_TARGET",
    ),
    "no account ID": ({"Target": {"Type": "ACCOUNT", "Id": "bad"}}, "InvalidInputException", "INVALID_PATTERN"),
    "nobody's ID": ({"Target": {"Type": "ACCOUNT", "Id": "999999999999"}}, "InvalidInputException", "INVALID_PATTERN"),
    "no address": ({"Target": {"Type": "EMAIL", "Id": "bad"}}, "InvalidInputException", "INVALID_EMAIL_ADDRESS_TARGET"),
    "a long note": ({"Target": INVITED, "Notes": "x" * 1025}, "InvalidInputException", "MAX_LENGTH_EXCEEDED"),
    "a tag twice": (
        {"Target": INVITED, "Tags": [{"Key": "k", "Value": ""}] * 2},
        "InvalidInputException",
        "DUPLICATE_TAG_KEY",
    ),
}


@pytest.mark.usefixtures("partner")
@pytest.mark.parametrize("case", INVITATIONS)
def test_an_invitation_that_cannot_be_is_refused_and_leaves_nothing(ours: Managed, case: str) -> None:
    invited(ours)
    before = everything(ours.live)
    given, code, reason = INVITATIONS[case]
    assert failure(ours.client.invite_account_to_organization, **given) == (code, reason)
    assert everything(ours.live) == before


def test_an_account_is_in_one_organization_at_a_time(ours: Managed, partner: tuple[str, str], live: Live) -> None:
    other = organize(live, *make_account(live, STRANGER))
    theirs = live.client("organizations", *partner)
    first, second = invited(ours), invited(other)
    theirs.accept_handshake(HandshakeId=first)
    before = everything(live)
    taken = ("HandshakeConstraintViolationException", "ALREADY_IN_AN_ORGANIZATION")
    assert failure(theirs.accept_handshake, HandshakeId=second) == taken
    assert everything(live) == before
    theirs.leave_organization()
    theirs.accept_handshake(HandshakeId=second)
    assert [each["Id"] for each in other.client.list_accounts()["Accounts"]] == [STRANGER, PARTNER]


@pytest.mark.parametrize(
    ("call", "given", "code", "reason"),
    [
        ("describe_handshake", {"HandshakeId": "h-00000000"}, "HandshakeNotFoundException", None),
        ("accept_handshake", {"HandshakeId": "h-00000000"}, "HandshakeNotFoundException", None),
        ("decline_handshake", {"HandshakeId": "bad"}, "InvalidInputException", "INVALID_PATTERN"),
        (
            "list_handshakes_for_account",
            {"Filter": {"ActionType": "INVITE", "ParentHandshakeId": "h-00000000"}},
            "InvalidInputException",
            "MAX_LIMIT_EXCEEDED_FILTER",
        ),
    ],
)
def test_what_is_no_handshake_is_told(ours: Managed, call: str, given: dict[str, Any], code: str, reason: str | None) -> None:
    assert failure(getattr(ours.client, call), **given) == (code, reason)


# --- all features -------------------------------------------------------------------------------------------------------


@pytest.fixture
def billing(live: Live, partner: tuple[str, str]) -> Managed:
    """An organization of consolidated billing, with one account that was invited and one that it made."""
    managed = organize(live, FeatureSet="CONSOLIDATED_BILLING")
    managed.join(PARTNER, partner)
    managed.client.create_account(Email="dev@example.com", AccountName="dev")
    return managed


def test_all_features_need_the_consent_of_every_invited_member(billing: Managed, partner: tuple[str, str]) -> None:
    parent = billing.client.enable_all_features()["Handshake"]
    assert (parent["Action"], parent["State"]) == ("ENABLE_ALL_FEATURES", "REQUESTED")
    assert failure(billing.client.accept_handshake, HandshakeId=parent["Id"])[0] == "InvalidHandshakeTransitionException"
    theirs = billing.live.client("organizations", *partner)
    (child,) = theirs.list_handshakes_for_account(Filter={"ParentHandshakeId": parent["Id"]})["Handshakes"]
    assert (child["Action"], child["State"]) == ("APPROVE_ALL_FEATURES", "OPEN")
    theirs.accept_handshake(HandshakeId=child["Id"])
    assert billing.client.describe_handshake(HandshakeId=parent["Id"])["Handshake"]["State"] == "OPEN"
    assert billing.client.describe_organization()["Organization"]["FeatureSet"] == "CONSOLIDATED_BILLING"
    billing.client.accept_handshake(HandshakeId=parent["Id"])
    assert billing.client.describe_organization()["Organization"]["FeatureSet"] == "ALL"
    assert billing.client.list_roots()["Roots"][0]["PolicyTypes"] == [], "types are enabled one by one"
    billing.enable(SCP)
    assert billing.attached(PARTNER) == [FULL_ACCESS]


def test_a_member_that_leaves_is_no_longer_asked(billing: Managed, partner: tuple[str, str]) -> None:
    parent = billing.client.enable_all_features()["Handshake"]["Id"]
    billing.live.client("organizations", *partner).leave_organization()
    assert billing.client.describe_handshake(HandshakeId=parent)["Handshake"]["State"] == "OPEN"


def test_while_features_are_agreed_nobody_is_invited(billing: Managed, live: Live) -> None:
    make_account(live, STRANGER)
    stranger = {"Type": "ACCOUNT", "Id": STRANGER}
    older = billing.client.invite_account_to_organization(Target=stranger)["Handshake"]["Id"]
    parent = billing.client.enable_all_features()["Handshake"]["Id"]
    assert billing.client.describe_handshake(HandshakeId=older)["Handshake"]["State"] == "CANCELED"
    invite = billing.client.invite_account_to_organization
    disabled = ("HandshakeConstraintViolationException", "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES")
    assert failure(invite, Target=stranger) == disabled
    assert failure(billing.client.enable_all_features) == (
        "HandshakeConstraintViolationException",
        "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION",
    )
    billing.client.cancel_handshake(HandshakeId=parent)
    sent = billing.client.list_handshakes_for_organization(Filter={"ParentHandshakeId": parent})["Handshakes"]
    assert [each["State"] for each in sent] == ["CANCELED"]
    assert is_allowed(invite, Target=stranger)
