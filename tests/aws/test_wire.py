"""Inputs and outputs through the compiled shapes, held against botocore's own serialisers and parsers."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from gatepost.aws.errors import AwsError, access_denied
from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.aws.wire.model import load_service
from gatepost.aws.wire.recorded import HIDDEN
from gatepost.aws.wire.routing import OLDER_PATHS
from gatepost.services.registry import ROUTES

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def sent(service: str, operation: str, given: dict[str, Any]) -> HttpRequest:
    """The request that botocore makes of an input."""
    shapes = model(service)
    made = create_serializer(shapes.metadata["protocol"]).serialize_to_request(given, shapes.operation_model(operation))
    body = made["body"]
    if isinstance(body, dict):
        body = urlencode(body)
    content = body.encode() if isinstance(body, str) else body
    url = urlsplit(made["url_path"])
    query = "&".join(f"{key}={value}" for key, value in made["query_string"].items()) if made["query_string"] else url.query
    fields = [(name.lower().encode(), str(value).encode()) for name, value in made["headers"].items()]
    return HttpRequest(made["method"], url.path.encode(), query.encode(), fields, content)


def read(service: str, operation: str, given: dict[str, Any]) -> Any:
    request = sent(service, operation, given)
    route = ROUTES.of_head(request) or ROUTES.of_form(request)
    assert (route.service.name, route.operation) == (service, operation)
    return load_service(service).operation(operation).parse(request, route.parameters)


INPUTS: list[tuple[str, str, dict[str, Any]]] = [
    ("ses", "SendEmail", {
        "Source": "a@example.com", "Destination": {"ToAddresses": ["b@x.example", "c@x.example"], "CcAddresses": []},
        "Message": {"Subject": {"Data": "S\u00fc\u00df & <b>"}, "Body": {"Text": {"Data": "x\ny", "Charset": "UTF-8"}}},
        "Tags": [{"Name": "a", "Value": "b"}],
    }),
    ("ses", "SendRawEmail", {"RawMessage": {"Data": bytes(range(256))}, "Destinations": ["b@x.example"]}),
    ("ses", "ListIdentities", {"MaxItems": 7, "IdentityType": "Domain"}),
    ("ses", "SetIdentityDkimEnabled", {"Identity": "example.com", "DkimEnabled": True}),
    ("sesv2", "SendEmail", {"Content": {"Raw": {"Data": b"\0\xff"}}, "EmailTags": [{"Name": "a", "Value": "b"}]}),
    ("sesv2", "GetEmailIdentity", {"EmailIdentity": "a+b/c@example.com"}),
    ("sesv2", "UpdateEmailIdentityPolicy", {"EmailIdentity": "example.com", "PolicyName": "p", "Policy": "{}"}),
    ("iam", "CreateUser", {"UserName": "alice", "Tags": [{"Key": "team", "Value": "x"}, {"Key": "b", "Value": ""}]}),
    ("iam", "SimulateCustomPolicy", {
        "PolicyInputList": ["{}", "[]"], "ActionNames": ["ses:SendEmail"],
        "ContextEntries": [{"ContextKeyName": "ses:k", "ContextKeyValues": ["a", "b"], "ContextKeyType": "stringList"}],
    }),
    ("cloudtrail", "LookupEvents", {
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "SendEmail"}], "StartTime": NOW, "MaxResults": 3,
    }),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "given"), INPUTS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_botocore_sends_is_read_as_it_was_given(service: str, operation: str, given: dict[str, Any]) -> None:
    assert read(service, operation, given) == given


OUTPUTS: list[tuple[str, str, dict[str, Any]]] = [
    ("ses", "GetIdentityPolicies", {"Policies": {"p": '{"a": "<&>"}', "q": "\r\n\t"}}),
    ("ses", "GetSendStatistics", {"SendDataPoints": [{"Timestamp": NOW, "DeliveryAttempts": 3, "Bounces": 0}]}),
    ("ses", "ListIdentities", {"Identities": []}),
    ("ses", "DeleteIdentity", {}),
    ("iam", "CreateUser", {"User": {"Path": "/", "UserName": "a", "UserId": "AIDA", "Arn": "arn", "CreateDate": NOW}}),
    ("iam", "DeleteUser", {}),
    ("sts", "GetCallerIdentity", {"UserId": "1", "Account": "2", "Arn": "3"}),
    ("sesv2", "GetEmailIdentity", {"IdentityType": "DOMAIN", "Policies": {"p": "{}"}, "Tags": [{"Key": "k", "Value": "v"}]}),
    ("sesv2", "DeleteEmailIdentity", {}),
    ("cloudtrail", "LookupEvents", {"Events": [{"EventId": "1", "EventTime": NOW}], "NextToken": "t"}),
]


def parsed(service: str, operation: str, response: HttpResponse) -> Any:
    shapes = model(service)
    headers = {name.decode(): value.decode() for name, value in response.headers}
    raw = {"status_code": response.status, "headers": headers, "body": response.body}
    return create_parser(shapes.metadata["protocol"]).parse(raw, shapes.operation_model(operation).output_shape)


@pytest.mark.parametrize(("service", "operation", "output"), OUTPUTS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_answered_is_read_by_botocore_as_it_was_given(service: str, operation: str, output: dict[str, Any]) -> None:
    answer = parsed(service, operation, load_service(service).operation(operation).respond(output, "the-id"))
    metadata = answer.pop("ResponseMetadata")
    assert metadata["RequestId"] == "the-id"
    assert answer == output


@pytest.mark.parametrize("service", ["ses", "sesv2", "iam", "cloudtrail"])
def test_an_error_is_read_by_botocore(service: str) -> None:
    response = load_service(service).codec.fail(access_denied("User `x' is <not> authorized"), "the-id")
    answer = parsed(service, next(iter(model(service).operation_names)), response)
    code = "AccessDenied" if service in ("ses", "iam") else "AccessDeniedException"
    assert (answer["Error"]["Code"], answer["Error"]["Message"]) == (code, "User `x' is <not> authorized")
    assert response.status == 403


def test_the_paths_of_both_generations_of_clients_are_routed() -> None:
    for method, path, operation in OLDER_PATHS["sesv2"]:
        request = HttpRequest(method, path.replace("{EmailIdentity}", "a%40example.com").encode(), b"", [], b"")
        route = ROUTES.of_head(request) or ROUTES.of_form(request)
        assert route.operation == operation
        assert route.parameters in ({}, {"EmailIdentity": "a@example.com"})


def test_several_constraints_are_told_at_once() -> None:
    request = HttpRequest("POST", b"/", b"", [], b"")
    tree = {"UserName": "a b", "Path": "x"}
    with pytest.raises(AwsError) as caught:
        load_service("iam").operation("CreateUser").parse(request, tree)
    assert caught.value.message.startswith("2 validation errors detected: Value at 'path' failed to satisfy constraint: ")


@pytest.mark.parametrize(
    ("operation", "given", "reason"),
    [
        ("DescribeHandshake", {}, "INPUT_REQUIRED"),
        ("DescribeHandshake", {"HandshakeId": "bad"}, "INVALID_PATTERN"),
        ("ListRoots", {"MaxResults": 0}, "MIN_VALUE_EXCEEDED"),
        ("ListRoots", {"MaxResults": 21}, "MAX_VALUE_EXCEEDED"),
        ("UpdateOrganizationalUnit", {"OrganizationalUnitId": "ou-abcd-12345678", "Name": ""}, "MIN_LENGTH_EXCEEDED"),
        ("ListHandshakesForAccount", {"Filter": {"ActionType": "invalid"}}, "INVALID_ENUM"),
        ("EnablePolicyType", {"RootId": "r-abcd", "PolicyType": "WRONG"}, "INVALID_ENUM_POLICY_TYPE"),
        ("TagResource", {"ResourceId": "r-abcd", "Tags": [{"Key": "k"}]}, "INVALID_LIST_MEMBER"),
    ],
)
def test_a_service_that_gives_reasons_gives_one_for_a_constraint(operation: str, given: dict[str, Any], reason: str) -> None:
    service = load_service("organizations")
    request = HttpRequest("POST", b"/", b"", [], json.dumps(given).encode())
    with pytest.raises(AwsError) as caught:
        service.operation(operation).parse(request, {})
    answer = parsed("organizations", operation, service.codec.fail(caught.value, "the-id"))
    assert answer["Error"]["Code"] == "InvalidInputException"
    assert json.loads(service.codec.fail(caught.value, "the-id").body)["Reason"] == reason


def test_content_and_secrets_are_never_recorded() -> None:
    operation = load_service("ses").operation("SendEmail")
    recorded = operation.record_input(INPUTS[0][2])
    assert recorded["message"] == HIDDEN
    assert recorded["destination"]["toAddresses"] == ["b@x.example", "c@x.example"]
    made = load_service("iam").operation("CreateAccessKey")
    assert (
        made.record_output({"AccessKey": {"AccessKeyId": "A", "SecretAccessKey": "S"}})["accessKey"]["secretAccessKey"]
        == HIDDEN
    )
    assert "x\ny" not in json.dumps(recorded)
