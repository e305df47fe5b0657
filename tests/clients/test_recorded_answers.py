"""Answers of IAM, STS and Organizations that were recorded from AWS, word for word.

Source: recordings that LocalStack publishes with its tests (`tests/aws/services/…snapshot.json`), and error texts in public issues.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from clients.people import Person, allow, document, make_user
from live import ACCOUNT, Live

ROLE = f"arn:aws:iam::{ACCOUNT}:role/mailer"


def error(call: Callable[..., Any], **given: object) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**given)
    told = caught.value.response["Error"]
    return told["Code"], told["Message"]


@pytest.fixture
def alice(live: Live) -> Person:
    person, iam = make_user(live, "alice"), live.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": person.arn}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="mailer", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    return person


@pytest.mark.parametrize("kind", ["User", "Role"])
@pytest.mark.parametrize("verb", ["attach", "detach"])
@pytest.mark.parametrize(
    ("arn", "text"),
    [
        ("no-arn-but-twenty-characters", "Invalid ARN:  Could not be parsed!"),
        (ROLE, f"ARN {ROLE} is not valid."),
    ],
)
def test_what_is_attached_has_the_arn_of_a_policy(live: Live, alice: Person, kind: str, verb: str, arn: str, text: str) -> None:
    names = {"User": alice.name, "Role": "mailer"}
    call = getattr(live.client("iam"), f"{verb}_{kind.lower()}_policy")
    assert error(call, **{f"{kind}Name": names[kind]}, PolicyArn=arn) == ("ValidationError", text)


def test_a_role_says_when_it_was_last_taken_on(live: Live, alice: Person) -> None:
    iam = live.client("iam")

    def last_used() -> list[Any]:
        (detail,) = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
        return [iam.get_role(RoleName="mailer")["Role"]["RoleLastUsed"], detail["RoleLastUsed"]]

    assert last_used() == [{}, {}]
    assert "RoleLastUsed" not in iam.list_roles()["Roles"][0]
    alice.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="one")
    assert [set(each) for each in last_used()] == [{"LastUsedDate"}] * 2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"RoleSessionName": "Session1:2"}, "'Session1:2' at 'roleSessionName'" ),
        ({"RoleSessionName": "ab", "DurationSeconds": 43201}, "'43201' at 'durationSeconds'"),
        ({"RoleSessionName": "ab", "TokenCode": "12345x"}, "'12345x' at 'tokenCode'"),
    ],
)  # fmt: skip
def test_sts_names_the_value_that_it_does_not_take(alice: Person, given: dict[str, object], told: str) -> None:
    code, text = error(alice.client("sts").assume_role, RoleArn=ROLE, **given)
    assert code == "ValidationError"
    assert text.startswith(f"1 validation error detected: Value {told} failed to satisfy constraint: Member must ")


def test_iam_names_neither_the_value_nor_what_an_enumeration_has(live: Live, alice: Person) -> None:
    key = live.client("iam").create_access_key(UserName=alice.name)["AccessKey"]["AccessKeyId"]
    call = live.client("iam").update_access_key
    assert error(call, UserName=alice.name, AccessKeyId=key, Status="Off") == (
        "ValidationError",
        "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
    )


def test_the_packed_size_is_nought_without_a_policy_and_refused_past_its_room(alice: Person) -> None:
    sts = alice.client("sts")
    assert sts.assume_role(RoleArn=ROLE, RoleSessionName="one")["PackedPolicySize"] == 0
    small = document(allow("ses:SendEmail"))
    assert 0 < sts.assume_role(RoleArn=ROLE, RoleSessionName="one", Policy=small)["PackedPolicySize"] < 100
    large = document(*(allow(f"ses:Send{number:04}") for number in range(40)))
    assert len(large) > 2048
    code, text = error(sts.assume_role, RoleArn=ROLE, RoleSessionName="one", Policy=large)
    percent = -(-len(large) * 100 // 2048)
    assert (code, text) == (
        "PackedPolicyTooLarge",
        f"Packed policy consumes {percent}% of allotted space, please use smaller policy.",
    )


@pytest.mark.parametrize("service", ["nonexistentservice.amazonaws.com", "lambda.amazonaws.com", "ses"])
def test_only_few_services_have_passwords_of_their_own(live: Live, alice: Person, service: str) -> None:
    call = live.client("iam").list_service_specific_credentials
    text = f"No such service {service} is supported for Service Specific Credentials"
    assert error(call, UserName=alice.name, ServiceName=service) == ("NoSuchEntity", text)
    known = call(UserName=alice.name, ServiceName="codecommit.amazonaws.com")
    assert known["ServiceSpecificCredentials"] == []


DENIED: Mapping[str, tuple[dict[str, Any], str]] = {
    "get_user": ({"UserName": "bob"}, "user bob"),
    "get_role": ({"RoleName": "mailer"}, "role mailer"),
    "get_group": ({"GroupName": "team"}, "group team"),
    "list_role_policies": ({"RoleName": "mailer"}, "role mailer"),
    "list_attached_user_policies": ({"UserName": "bob"}, "user bob"),
    "list_access_keys": ({"UserName": "bob"}, "user bob"),
    "get_policy": (
        {"PolicyArn": "arn:aws:iam::aws:policy/IAMFullAccess"},
        "policy arn:aws:iam::aws:policy/IAMFullAccess",
    ),
    "list_policies": ({}, "policy path /"),
    "list_roles": ({"PathPrefix": "/team/"}, f"arn:aws:iam::{ACCOUNT}:role/team/"),
    "list_users": ({}, f"arn:aws:iam::{ACCOUNT}:user/"),
    "create_role": ({"RoleName": "new", "AssumeRolePolicyDocument": "{}"}, f"arn:aws:iam::{ACCOUNT}:role/new"),
    "create_policy": ({"PolicyName": "new", "PolicyDocument": "{}"}, "policy new"),
    "put_role_policy": ({"RoleName": "mailer", "PolicyName": "p", "PolicyDocument": "{}"}, "role mailer"),
    "simulate_principal_policy": (
        {"PolicySourceArn": ROLE, "ActionNames": ["ses:SendEmail"]},
        ROLE,
    ),
}


@pytest.mark.parametrize("operation", DENIED)
def test_a_denial_names_the_resource_as_iam_does(alice: Person, operation: str) -> None:
    given, resource = DENIED[operation]
    action = "iam:" + "".join(part.capitalize() for part in operation.split("_"))
    code, text = error(getattr(alice.client("iam"), operation), **given)
    assert code == "AccessDenied"
    assert text.startswith(
        f"User: {alice.arn} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action. "
    )


@pytest.mark.parametrize("owner", ["123456789012", "example.com", "arn:aws:iam::12:root"])
def test_a_resource_owner_is_an_arn(live: Live, alice: Person, owner: str) -> None:
    call = live.client("iam").simulate_principal_policy
    asked: dict[str, Any] = {"PolicySourceArn": alice.arn, "ActionNames": ["ses:SendEmail"]}
    text = f"'{owner}' is not a valid as a Resource Owner."
    assert error(call, **asked, ResourceOwner=owner) == ("InvalidInput", text)
    assert call(**asked, ResourceOwner=f"arn:aws:iam::{ACCOUNT}:root")["EvaluationResults"]


def test_a_matched_statement_begins_and_ends_just_past_its_braces(live: Live) -> None:
    statement = {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    answer = live.client("iam").simulate_custom_policy(PolicyInputList=[policy], ActionNames=["s3:PutObject"])
    (matched,) = answer["EvaluationResults"][0]["MatchedStatements"]
    assert (matched["StartPosition"], matched["EndPosition"]) == ({"Line": 1, "Column": 41}, {"Line": 1, "Column": 113})
