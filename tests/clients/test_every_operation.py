"""Every operation that is served, called by a user who may nothing and by root: one Event each, and never a failure of ours."""

import json
from typing import Any

import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape

import gatepost.services.registry  # noqa: F401  # declares the operations
from clients.people import Person, make_user
from clients.test_audit import events
from gatepost.aws.operation import REGISTRY
from live import ACCOUNT, Live

OPERATIONS = sorted(name for name, operation in REGISTRY.items() if operation.identify is None)
FREE = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}
UNCHECKED = Config(parameter_validation=False)
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ses:*", "Resource": "*"}]})
EXAMPLES: dict[str, Any] = {
    "Domain": "example.com",
    "EmailAddress": "a@example.com",
    "EmailIdentity": "example.com",
    "Identity": "example.com",
    "Identities": ["example.com"],
    "Source": "a@example.com",
    "FromEmailAddress": "a@example.com",
    "PolicyDocument": DOCUMENT,
    "AssumeRolePolicyDocument": DOCUMENT,
    "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/none",
    "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/none",
    "OpenIDConnectProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example.com",
    "Url": "https://issuer.example.com",
    "ThumbprintList": ["0" * 40],
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/mailer",
    "PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:user/alice",
    "ActionNames": ["ses:SendEmail"],
    "PolicyInputList": [DOCUMENT],
    "Status": "Active",
    "VersionId": "v1",
    "AccessKeyId": "AKIAUNKNOWN000000001",
    "WebsiteURL": "https://example.com",
    "NotificationType": "Bounce",
    "ToAddresses": ["b@example.net"],
    **dict.fromkeys(("policyDocument", "newPolicyDocument", "existingPolicyDocument"), DOCUMENT),
    **dict.fromkeys(("analyzerArn", "resourceArn"), f"arn:aws:access-analyzer:us-east-1:{ACCOUNT}:analyzer/ours"),
    "access": [{"actions": ["ses:SendEmail"]}],
    "AccountId": "444455556666",
    "ChildId": "444455556666",
    "CreateAccountRequestId": "car-12345678",
    "Email": "a@example.com",
    "HandshakeId": "h-12345678",
    "PolicyId": "p-12345678",
    "ResourceId": "r-abcd",
    "RootId": "r-abcd",
    "TargetId": "r-abcd",
    **dict.fromkeys(("ParentId", "SourceParentId", "DestinationParentId"), "r-abcd"),
    "OrganizationalUnitId": "ou-abcd-12345678",
}


def example(name: str, shape: Shape) -> Any:
    """A value that the model takes."""
    if name in EXAMPLES:
        return EXAMPLES[name]
    if isinstance(shape, StructureShape):
        members = dict.fromkeys(shape.required_members)
        chosen = {"EmailContent": ["Simple"], "Body": ["Text"], "Destination": ["ToAddresses"]}.get(shape.name, [])
        return {member: example(member, shape.members[member]) for member in (*members, *chosen)}
    if isinstance(shape, ListShape):
        return [example(name, shape.member)]
    if isinstance(shape, MapShape):
        return {}
    if getattr(shape, "enum", None):
        return shape.enum[0]
    return {"boolean": True, "blob": b"From: a@example.com\r\nTo: b@example.net\r\n\r\nx"}.get(shape.type_name, "example")


def call(person: Person | Live, service: str, operation: str) -> str | None:
    """The error's code of a call with the least input, None where it succeeds."""
    client = person.client(service, config=UNCHECKED)
    shape = client.meta.service_model.operation_model(operation).input_shape
    members = [] if shape is None else [*shape.required_members]
    if operation == "SendEmail" and service == "sesv2":
        members += ["FromEmailAddress", "Destination"]
    given = {member: example(member, shape.members[member]) for member in members}
    try:
        getattr(client, xform_name(operation))(**given)
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] < 500, error
        code: str = error.response["Error"]["Code"]
        return code
    return None


def test_a_user_who_may_nothing_is_denied_everything_and_each_denial_is_one_event(live: Live) -> None:
    alice = make_user(live, "alice")
    answered = {each: call(alice, *each) for each in OPERATIONS}
    allowed = {each for each, code in answered.items() if code not in ("AccessDenied", "AccessDeniedException")}
    assert allowed == FREE
    recorded = events(live, Username="alice")
    assert [(event["eventName"], event.get("errorCode")) for event in recorded] == [
        (operation, answered[service, operation]) for service, operation in OPERATIONS
    ]


def test_root_is_answered_by_every_operation_and_each_answer_is_one_event(live: Live) -> None:
    answered = {each: call(live, *each) for each in OPERATIONS}
    own = ("LookupEvents", "PolicyFindings")  # the latter comes later, of its own
    recorded = [event for event in events(live) if event["eventName"] not in own]
    expected = [(operation, code) for (_, operation), code in answered.items() if operation != "LookupEvents"]
    assert [(event["eventName"], event.get("errorCode")) for event in recorded] == expected
    assert sum(code is None for code in answered.values()) > 40


@pytest.mark.parametrize("key", ["readOnly", "requestID", "eventID", "userIdentity", "sourceIPAddress", "eventTime"])
def test_each_event_has_what_cloudtrail_has(live: Live, key: str) -> None:
    call(live, "iam", "CreateUser")
    assert all(key in event for event in events(live))
