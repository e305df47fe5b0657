"""Bad input: AWS's own error code and shape, nothing stored, one Event."""

import base64
import json
from typing import Any

import pytest
from botocore.config import Config

from clients.people import allow, document, identity_arn, make_user, refused, send, send_raw
from clients.signed import form, sent, signed
from clients.test_audit import events
from live import ACCOUNT, Live

DOMAIN = identity_arn("example.com")
GOOD = document(allow("ses:SendEmail", DOMAIN, Principal={"AWS": "*"}))


@pytest.fixture(autouse=True)
def verified(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")


POLICIES: dict[str, tuple[str, str]] = {
    "no JSON": ("{", "expected"),
    "duplicate keys": (GOOD.replace('"Effect"', '"Effect": "Deny", "Effect"', 1), "stands here a second time"),
    "no principal": (document(allow("ses:SendEmail", DOMAIN)), "the element `Principal` is missing"),
    "unknown operator": (
        document(allow("ses:SendEmail", DOMAIN, Principal="*", Condition={"StringLikes": {"ses:FromAddress": "x"}})),
        "did you mean `StringLike`?",
    ),
    "unknown key": (
        document(allow("ses:SendEmail", DOMAIN, Principal="*", Condition={"StringLike": {"ses:FromAdress": "x"}})),
        "Unknown or unapplicable condition field 'ses:FromAdress'.",
    ),
    "unknown action": (document(allow("ses:SendEmial", DOMAIN, Principal="*")), "ses:SendEmial"),
    "another service's action": (document(allow("s3:GetObject", DOMAIN, Principal="*")), "s3:GetObject"),
    "another identity's ARN": (document(allow("ses:SendEmail", identity_arn("example.org"), Principal="*")), DOMAIN),
    "another account's ARN": (
        document(allow("ses:SendEmail", identity_arn("example.com", "111122223333"), Principal="*")),
        DOMAIN,
    ),
    "every resource": (document(allow("ses:SendEmail", "*", Principal="*")), DOMAIN),
    "a user who does not exist": (
        document(allow("ses:SendEmail", DOMAIN, Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"})),
        "does not exist",
    ),
    "a principal with a wildcard": (
        document(allow("ses:SendEmail", DOMAIN, Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"})),
        "is no principal",
    ),
    "more than 4 KB": (document(allow("ses:SendEmail", DOMAIN, Principal="*", Sid="x" * 4096)), "too long"),
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_that_an_identity_cannot_have(live: Live, name: str) -> None:
    policy, says = POLICIES[name]
    code, text = refused(live.client("ses").put_identity_policy, Identity="example.com", PolicyName="p", Policy=policy)
    assert code == "InvalidPolicy"
    assert says in text
    v2 = live.client("sesv2")
    code, text = refused(v2.create_email_identity_policy, EmailIdentity="example.com", PolicyName="p", Policy=policy)
    assert code == "BadRequestException"
    assert says in text
    assert live.client("ses").list_identity_policies(Identity="example.com")["PolicyNames"] == []
    assert [event["errorCode"] for event in events(live, EventName="PutIdentityPolicy")] == ["InvalidPolicy"]


@pytest.mark.parametrize(
    ("policy_name", "says"),
    [
        ("a b", "alpha-numeric characters, dashes, and underscores"),
        ("x" * 65, "less than or equal to 64"),
        ("a/b", "alpha-numeric"),
    ],
)
def test_a_policy_name_that_cannot_be(live: Live, policy_name: str, says: str) -> None:
    _, text = refused(live.client("ses").put_identity_policy, Identity="example.com", PolicyName=policy_name, Policy=GOOD)
    assert says in text


def test_the_twenty_first_policy_is_one_too_many(live: Live) -> None:
    ses = live.client("ses")
    for number in range(20):
        ses.put_identity_policy(Identity="example.com", PolicyName=f"p{number}", Policy=GOOD)
    text = "Number of policies for example.com exceeds max allowed number of policies per resource"
    assert refused(ses.put_identity_policy, Identity="example.com", PolicyName="more", Policy=GOOD) == (
        "InvalidParameterValue",
        text,
    )
    v2 = live.client("sesv2")
    answer = refused(v2.create_email_identity_policy, EmailIdentity="example.com", PolicyName="more", Policy=GOOD)
    assert answer == ("LimitExceededException", text)
    ses.put_identity_policy(Identity="example.com", PolicyName="p7", Policy=GOOD)  # in place of one that is there


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ("{", "This policy contains invalid Json"),
        (json.dumps({"Version": "2012-10-17"}), "Syntax errors in policy."),
        (
            json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*"}]}),
            "Policy statement must contain actions.",
        ),
        (
            json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*"}]}),
            "Policy statement must contain resources.",
        ),
        (document(allow("ses:SendEmail", Principal="*")), "Policy document should not specify a principal."),
        (document(allow("SendEmail")), "Actions/Conditions must be prefaced by a vendor"),
        (document(allow("s*:SendEmail")), "Vendor s* is not valid"),
    ],
)
def test_a_policy_that_a_user_cannot_have(live: Live, policy: str, says: str) -> None:
    make_user(live, "alice")
    iam = live.client("iam")
    code, text = refused(iam.put_user_policy, UserName="alice", PolicyName="p", PolicyDocument=policy)
    assert code == "MalformedPolicyDocument"
    assert text.startswith(says)
    assert iam.list_user_policies(UserName="alice")["PolicyNames"] == []


@pytest.mark.parametrize("version", [{}, {"Version": "2008-10-17"}])
def test_a_managed_policy_is_of_the_newer_version(live: Live, version: dict[str, str]) -> None:
    iam = live.client("iam")
    old = json.dumps({**version, "Statement": [allow("ses:SendEmail")]})
    code, text = refused(iam.create_policy, PolicyName="p", PolicyDocument=old)
    assert code == "MalformedPolicyDocument"
    assert text.startswith("Policy document must be version 2012-10-17 or greater. (line 1, column ")
    assert iam.list_policies(Scope="Local")["Policies"] == []
    make_user(live, "alice")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=old)


def test_quotas_of_iam(live: Live) -> None:
    make_user(live, "alice")
    iam = live.client("iam")
    long = document(allow("ses:SendEmail", [f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/{'x' * 60}-{n}" for n in range(20)]))
    code, text = refused(iam.put_user_policy, UserName="alice", PolicyName="p", PolicyDocument=long)
    assert (code, text) == ("LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user alice")
    iam.create_access_key(UserName="alice")
    assert refused(iam.create_access_key, UserName="alice") == ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")


@pytest.mark.parametrize(
    ("call", "code", "says"),
    [
        (lambda iam: iam.create_user(UserName="a b"), "ValidationError", "userName"),
        (lambda iam: iam.create_user(UserName="x" * 65), "ValidationError", "less than or equal to 64"),
        (lambda iam: iam.get_user(UserName="nobody"), "NoSuchEntity", "The user with name nobody cannot be found."),
        (lambda iam: iam.update_access_key(AccessKeyId="A" * 16, Status="Broken"), "ValidationError", "enum value set"),
        (lambda iam: iam.list_users(MaxItems=1001), "ValidationError", "less than or equal to 1000"),
        (lambda iam: iam.attach_user_policy(UserName="root", PolicyArn="arn:aws:iam::aws:policy/None"), "NoSuchEntity", "root"),
    ],
)
def test_inputs_that_iam_does_not_take(live: Live, call: Any, code: str, says: str) -> None:
    iam = live.client("iam", config=Config(parameter_validation=False))
    answered, text = refused(call, iam)
    assert answered == code
    assert says in text


def test_an_unknown_action_is_told(live: Live) -> None:
    answer = sent(signed(live, body=form("SendEverything"), headers={"Content-Type": "application/x-www-form-urlencoded"}))
    assert (answer.status, answer.code) == (400, "InvalidAction")
    answer = sent(signed(live, "POST", "/v2/email/everything", b"{}"))
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/json"
    target = {"X-Amz-Target": "CloudTrail_20131101.LookUpEverything", "Content-Type": "application/x-amz-json-1.1"}
    assert sent(signed(live, body=b"{}", headers=target, service="cloudtrail")).code == "UnknownOperationException"


@pytest.mark.parametrize(
    ("service", "operation"), [("sns", "list_topics"), ("dynamodb", "list_tables"), ("lambda", "list_functions")]
)
def test_a_service_that_is_not_served_says_so(live: Live, service: str, operation: str) -> None:
    code, text = refused(getattr(live.client(service), operation))
    assert code in ("InvalidAction", "UnknownOperationException")
    assert text == f"The service {service} is not served here."
    (event,) = [event for event in events(live) if event.get("errorCode") == code]
    assert event["eventSource"] == f"{service}.amazonaws.com"


def test_an_operation_that_is_not_served_says_so(live: Live) -> None:
    code, text = refused(live.client("ses").list_receipt_rule_sets)
    assert (code, text) == ("InvalidAction", "The operation ListReceiptRuleSets of ses is not served here.")


@pytest.mark.parametrize(
    ("body", "says"),
    [(b"{", None), (b" ", None), (b"[]", "Start of list found where not expected"), (b'{"Content": 7}', "Expected null")],
)
def test_a_body_that_is_not_json(live: Live, body: bytes, says: str | None) -> None:
    answer = sent(signed(live, "POST", "/v2/email/outbound-emails", body, {"Content-Type": "application/json"}))
    assert (answer.status, answer.code) == (400, "SerializationException")
    assert json.loads(answer.body)["message"] == says


def test_numbers_with_thousands_of_digits_are_no_failure_of_ours(live: Live) -> None:
    long = "9" * 5000
    url = signed(live, "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", service="sts", presigned_for=60)
    url.params["X-Amz-Expires"] = long
    assert sent(url).code == "IncompleteSignature"
    token = base64.urlsafe_b64encode(long.encode()).decode()
    assert refused(live.client("organizations").list_accounts, NextToken=token)[0] == "AWSOrganizationsNotInUseException"
    live.client("organizations").create_organization()
    assert refused(live.client("organizations").list_accounts, NextToken=token)[0] == "InvalidInputException"
    (made,) = [event for event in events(live) if event["eventName"] == "CreateOrganization"]
    decided = made["additionalEventData"]["authorizationId"]
    asked = live.client("iam-toolbox").get_request_authorization_details
    assert refused(asked, authorizationId=decided, nextToken=long)[0] == "ValidationException"


def test_places_of_a_list_that_are_told_twice_or_are_no_numbers_are_no_failure_of_ours(live: Live) -> None:
    role = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/none", "RoleSessionName": "one"}
    places = {f"Tags.member.{place}.Key": "team" for place in ("1", "01", "9" * 5000, "x")}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = sent(signed(live, body=form("AssumeRole", "2011-06-15", **role, **places), headers=headers, service="sts"))
    assert answer.status == 400, answer.body


INJECTED = "Hello\r\nBcc: victim@example.org"


@pytest.mark.parametrize(
    "given",
    [
        {"Source": "news@example.com\r\nBcc: victim@example.org"},
        {"Source": '"News\r\nBcc: v@example.org" <news@example.com>'},
        {"Destination": {"ToAddresses": ["a@example.net\nBcc: victim@example.org"]}},
        {"Message": {"Subject": {"Data": INJECTED}, "Body": {"Text": {"Data": "x"}}}},
        {"ReplyToAddresses": ["a@example.net\r\nX: y"]},
        {"ReturnPath": "a@example.com\r\nX: y"},
        {"Message": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x", "Charset": "utf-8\r\nX: y"}}}},
    ],
)
def test_no_field_of_version_1_reaches_a_header_line_of_its_own(live: Live, given: dict[str, Any]) -> None:
    whole = {
        "Source": "news@example.com",
        "Destination": {"ToAddresses": ["a@example.net"]},
        "Message": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}},
        **given,
    }
    assert refused(live.client("ses").send_email, **whole)[0] == "InvalidParameterValue"
    assert live.messages() == []
    assert len(events(live, EventName="SendEmail")) == 1


@pytest.mark.parametrize(
    "headers",
    [
        [{"Name": "X-A\r\nBcc", "Value": "y"}],
        [{"Name": "X-A", "Value": INJECTED}],
        [{"Name": "From", "Value": "x@example.com"}],
    ],
)
def test_no_header_of_version_2_does_either(live: Live, headers: list[dict[str, str]]) -> None:
    simple = {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}, "Headers": headers}
    code, _ = refused(
        live.client("sesv2", config=Config(parameter_validation=False)).send_email,
        FromEmailAddress="news@example.com",
        Destination={"ToAddresses": ["a@example.net"]},
        Content={"Simple": simple},
    )
    assert code == "BadRequestException"
    assert live.messages() == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"source": "news"}, "Missing final '@domain'"),
        ({"source": "news@example..com"}, "Domain contains dot-dot"),
        ({"source": "ne ws@example.com"}, "Local address contains control or whitespace"),
        ({"source": "caf\u00e9@example.com"}, "Local address contains control or whitespace"),
        ({"to": []}, "There are no recipients specified"),
        ({"to": [f"a{n}@example.net" for n in range(51)]}, "Recipient count exceeds 50."),
        (
            {"Tags": [{"Name": "a b", "Value": "c"}]},
            "Invalid tag name <a b>: only alphanumeric ASCII characters, '_',  '-' are",
        ),
        ({"Tags": [{"Name": "a", "Value": "b c"}]}, "Invalid tag value <b c>"),
    ],
)
def test_messages_that_ses_does_not_take(live: Live, given: dict[str, Any], says: str) -> None:
    code, text = refused(send, live.client("ses"), **given)
    assert code == "InvalidParameterValue"
    assert says in text


def test_an_unverified_sender_is_told_after_the_permission(live: Live) -> None:
    text = "Email address is not verified. The following identities failed the check in region US-EAST-1: a@example.org"
    assert refused(send, live.client("ses"), source="a@example.org") == ("MessageRejected", text)
    assert refused(send_raw, live.client("ses"), source="a@example.org") == ("MessageRejected", text)
    alice = make_user(live, "alice")
    assert refused(send, alice.client("ses"), source="a@example.org")[0] == "AccessDenied"


def test_a_configuration_set_that_does_not_exist(live: Live) -> None:
    ses = live.client("ses")
    assert refused(send, ses, ConfigurationSetName="none") == (
        "ConfigurationSetDoesNotExist",
        "Configuration set <none> does not exist.",
    )


def test_a_message_over_the_limit_of_version_1(live: Live) -> None:
    content = b"From: news@example.com\r\nTo: a@example.net\r\n\r\n" + b"x" * 70 * 160_000
    code, text = refused(live.client("ses").send_raw_email, RawMessage={"Data": content})
    assert code == "InvalidParameterValue"
    assert text.startswith("Message length is more than 10485760 bytes long")


def test_two_from_headers_are_refused(live: Live) -> None:
    content = b"From: news@example.com\r\nFrom: ceo@example.com\r\nTo: a@example.net\r\n\r\nx"
    assert refused(live.client("ses").send_raw_email, RawMessage={"Data": content}) == (
        "InvalidParameterValue",
        "Duplicate header 'From'.",
    )
