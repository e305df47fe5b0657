"""What SES refuses, in its words, and what it does without a word. Source: observed answers of SES, 2026."""

from collections.abc import Iterator
from typing import Any

import pytest

from gatepost.aws.errors import AwsError
from services.ses.world import Ses, refusal

V1, V2, GONE = "InvalidParameterValue", "BadRequestException", "NotFoundException"
CHARACTERS = "Invalid configuration set name <a b>: only alphanumeric ASCII characters, '_', and '-' are allowed."
PREFIX = "1 validation error detected: Value at 'policyName' failed to satisfy constraint: "
POLICY_NAME = f"{PREFIX}Member must have length less than or equal to 64"
TAGS = "Tags can only contain letters, numbers, spaces, and the following special characters: _ . : / = + - @"


def tags(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs]


Case = tuple[int, str, dict[str, Any], tuple[str, int, str]]


def bad_set_names() -> Iterator[Case]:
    """Every operation that names a configuration set, with each name that can be none."""
    for name, text in (
        ("", "The configuration set name must be specified."),
        ("a" * 65, "Configuration set name cannot exceed 64 characters."),
        ("a b", CHARACTERS),
    ):
        yield 1, "CreateConfigurationSet", {"ConfigurationSet": {"Name": name}}, (V1, 400, text)
        for operation in ("DescribeConfigurationSet", "DeleteConfigurationSet"):
            yield 1, operation, {"ConfigurationSetName": name}, (V1, 400, text)
        for operation in (
            "CreateConfigurationSet",
            "GetConfigurationSet",
            "DeleteConfigurationSet",
            "PutConfigurationSetSendingOptions",
        ):
            yield 2, operation, {"ConfigurationSetName": name}, (V2, 400, text)


@pytest.mark.parametrize(
    ("version", "operation", "given", "expected"),
    [
        *bad_set_names(),
        (1, "CreateConfigurationSet", {"ConfigurationSet": {}}, (V1, 400, "The configuration set name must be specified.")),
        (2, "CreateConfigurationSet", {}, (V2, 400, "The configuration set name must be specified.")),
        (
            1,
            "CreateConfigurationSet",
            {"ConfigurationSet": {"Name": "set"}},
            ("ConfigurationSetAlreadyExists", 400, "Configuration set <set> already exists."),
        ),
        (
            2,
            "CreateConfigurationSet",
            {"ConfigurationSetName": "set"},
            ("AlreadyExistsException", 400, "Configuration set <set> already exists."),
        ),
        (
            1,
            "DeleteConfigurationSet",
            {"ConfigurationSetName": "x"},
            ("ConfigurationSetDoesNotExist", 400, "Configuration set <x> does not exist."),
        ),
        (2, "DeleteConfigurationSet", {"ConfigurationSetName": "x"}, (GONE, 404, "Configuration set <x> does not exist.")),
        (
            2,
            "CreateConfigurationSet",
            {"ConfigurationSetName": "x", "TrackingOptions": {"HttpsPolicy": "REQUIRE"}},
            (V2, 400, "CustomRedirectDomain must be specified."),
        ),
        (
            2,
            "CreateConfigurationSet",
            {"ConfigurationSetName": "x", "TrackingOptions": {"CustomRedirectDomain": " "}},
            (V2, 400, "CustomRedirectDomain must be specified."),
        ),
        (
            2,
            "CreateConfigurationSet",
            {"ConfigurationSetName": "x", "TrackingOptions": {"CustomRedirectDomain": "other.example"}},
            (V2, 400, "Domain <other.example> is not verified under this account."),
        ),
        (
            2,
            "CreateConfigurationSet",
            {"ConfigurationSetName": "x", "DeliveryOptions": {"SendingPoolName": " "}},
            (V2, 400, "sendingPoolName can't be blank."),
        ),
        (
            2,
            "CreateConfigurationSet",
            {"ConfigurationSetName": "x", "DeliveryOptions": {"SendingPoolName": "p"}},
            (V2, 400, "SendingPool <p> doesn't exist"),
        ),
        (
            2,
            "CreateConfigurationSet",
            {"ConfigurationSetName": "x", "Tags": tags(("a", ""), ("a", ""))},
            (V2, 400, "Cannot provide multiple tags with the same key"),
        ),
        (2, "CreateConfigurationSet", {"ConfigurationSetName": "x", "Tags": tags(("a!", ""))}, (V2, 400, TAGS)),
        (2, "CreateEmailIdentity", {"EmailIdentity": "x.example", "Tags": tags(("", "v"))}, (V2, 400, TAGS)),
        (
            2,
            "CreateEmailIdentity",
            {"EmailIdentity": "x.example", "Tags": tags(("aws:x", "v"))},
            (V2, 400, "Caller is an end user and not allowed to mutate system tags"),
        ),
        (
            2,
            "CreateEmailIdentity",
            {"EmailIdentity": "x.example", "Tags": tags(*((str(n), "") for n in range(51)))},
            (V2, 400, "Maximum of 50 user tags are allowed per resource, consider reducing the number of tags in the request"),
        ),
        (
            2,
            "CreateEmailIdentity",
            {"EmailIdentity": "example.com", "Tags": tags(("!", ""))},
            ("AlreadyExistsException", 400, "Email identity example.com already exist."),
        ),
        (
            2,
            "CreateEmailIdentity",
            {"EmailIdentity": "x.example", "ConfigurationSetName": "x"},
            (GONE, 404, "Configuration set <x> does not exist."),
        ),
        (2, "DeleteEmailIdentity", {"EmailIdentity": "x.example"}, (GONE, 404, "Email identity x.example does not exist.")),
        (
            2,
            "GetEmailIdentityPolicies",
            {"EmailIdentity": "x.example"},
            (GONE, 404, "Email identity <x.example> does not exist."),
        ),
        (
            2,
            "DeleteEmailIdentityPolicy",
            {"EmailIdentity": "x.example", "PolicyName": "p"},
            (GONE, 404, "Email identity <x.example> does not exist."),
        ),
        (
            1,
            "SetIdentityDkimEnabled",
            {"Identity": "a@x.example", "DkimEnabled": True},
            (V1, 400, "Domain x.example is not verified for DKIM signing."),
        ),
        (
            2,
            "PutEmailIdentityDkimAttributes",
            {"EmailIdentity": "x.example"},
            (V2, 400, "Domain x.example is not verified for DKIM signing."),
        ),
        (
            1,
            "SetIdentityFeedbackForwardingEnabled",
            {"Identity": "x.example", "ForwardingEnabled": True},
            (V1, 400, "Identity x.example is invalid. Must be a verified email address or domain."),
        ),
        (
            2,
            "PutEmailIdentityFeedbackAttributes",
            {"EmailIdentity": "x.example"},
            (V2, 400, "Identity x.example is invalid. Must be a verified email address or domain."),
        ),
        (
            1,
            "SetIdentityHeadersInNotificationsEnabled",
            {"Identity": "x.example", "NotificationType": "Bounce", "Enabled": True},
            (V1, 400, "Identity x.example is invalid. It must be a verified email address or domain."),
        ),
        (
            1,
            "SetIdentityMailFromDomain",
            {"Identity": "x.example", "MailFromDomain": "m.x.example"},
            (V1, 400, "Identity <x.example> does not exist."),
        ),
        (
            2,
            "PutEmailIdentityMailFromAttributes",
            {"EmailIdentity": "x.example"},
            (V2, 400, "Identity <x.example> does not exist."),
        ),
        (
            1,
            "SetIdentityMailFromDomain",
            {"Identity": "example.com", "MailFromDomain": "m.x.example"},
            (V1, 400, "Provided MAIL-FROM domain <m.x.example> is not subdomain of the domain of the identity <example.com>."),
        ),
        (
            2,
            "PutEmailIdentityConfigurationSetAttributes",
            {"EmailIdentity": "x.example"},
            (GONE, 404, "Identity <x.example> does not exist."),
        ),
        (
            1,
            "PutIdentityPolicy",
            {"Identity": "example.com", "PolicyName": "p" * 65, "Policy": "{}"},
            ("ValidationError", 400, POLICY_NAME),
        ),
        (
            2,
            "PutAccountDetails",
            {"MailType": "MARKETING", "WebsiteURL": "https://localhost"},
            (V2, 400, "Url contains invalid format"),
        ),
        (2, "SendEmail", {"Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}}, (V2, 400, "")),
    ],
)
def test_what_is_refused(ses: Ses, version: int, operation: str, given: dict[str, Any], expected: tuple[str, int, str]) -> None:
    ses.v1("VerifyDomainIdentity", Domain="example.com")
    ses.v2("CreateConfigurationSet", ConfigurationSetName="set")
    with pytest.raises(AwsError) as refused:
        (ses.v1 if version == 1 else ses.v2)(operation, **given)
    assert refusal(refused.value) == expected


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("DeleteIdentity", {"Identity": "x.example"}),
        ("DeleteVerifiedEmailAddress", {"EmailAddress": "a@x.example"}),
        ("DeleteIdentityPolicy", {"Identity": "x.example", "PolicyName": "p"}),
    ],
)
def test_a_silent_delete(ses: Ses, operation: str, given: dict[str, str]) -> None:
    assert ses.v1(operation, **given) == {}


def test_an_address_is_signed_as_the_very_domain_behind_its_at(ses: Ses) -> None:
    ses.v1("VerifyEmailIdentity", EmailAddress="a@mail.example.com")
    ses.v1("VerifyDomainIdentity", Domain="example.com")
    unsigned = {"DkimEnabled": False, "DkimVerificationStatus": "NotStarted"}
    asked = {"Identities": ["a@mail.example.com"]}
    assert ses.v1("GetIdentityDkimAttributes", **asked)["DkimAttributes"] == {"a@mail.example.com": unsigned}
    ses.v1("VerifyDomainIdentity", Domain="mail.example.com")
    assert ses.v1("SetIdentityDkimEnabled", Identity="a@mail.example.com", DkimEnabled=False) == {}
    assert ses.v1("GetIdentityDkimAttributes", **asked)["DkimAttributes"]["a@mail.example.com"]["DkimEnabled"] is True
    ses.v2("PutEmailIdentityDkimAttributes", EmailIdentity="mail.example.com")
    assert ses.v2("GetEmailIdentity", EmailIdentity="a@mail.example.com")["DkimAttributes"]["SigningEnabled"] is False


def test_what_a_new_domain_answers(ses: Ses) -> None:
    made = ses.v2(
        "CreateEmailIdentity", EmailIdentity="example.com", DkimSigningAttributes={"NextSigningKeyLength": "RSA_1024_BIT"}
    )
    assert made["DkimAttributes"]["NextSigningKeyLength"] == "RSA_1024_BIT"
    known = ses.v2("GetEmailIdentity", EmailIdentity="example.com")
    assert known["MailFromAttributes"] == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    assert (known["Tags"], known["Policies"], known["FeedbackForwardingStatus"]) == ([], {}, True)


def test_what_version_2_answers_of_configuration_sets(ses: Ses) -> None:
    ses.v2("CreateConfigurationSet", ConfigurationSetName="two")
    ses.v2("CreateConfigurationSet", ConfigurationSetName="off", ReputationOptions={}, SuppressionOptions={}, SendingOptions={})
    ses.v1("CreateConfigurationSet", ConfigurationSet={"Name": "one"})
    answers = {name: ses.v2("GetConfigurationSet", ConfigurationSetName=name) for name in ("two", "off", "one")}
    assert answers["two"] == {
        "ConfigurationSetName": "two",
        "Tags": [],
        "SendingOptions": {"SendingEnabled": True},
        "ReputationOptions": {"ReputationMetricsEnabled": True},
    }
    assert answers["off"]["ReputationOptions"] == answers["one"]["ReputationOptions"] == {"ReputationMetricsEnabled": False}
    assert (answers["off"]["SuppressionOptions"], answers["off"]["SendingOptions"]) == (
        {"SuppressedReasons": []},
        {"SendingEnabled": False},
    )


def test_version_1_describes_what_it_is_asked_for(ses: Ses) -> None:
    ses.v1("VerifyDomainIdentity", Domain="example.com")
    options = {"TrackingOptions": {"CustomRedirectDomain": "example.com"}, "DeliveryOptions": {"TlsPolicy": "REQUIRE"}}
    ses.v2("CreateConfigurationSet", ConfigurationSetName="set", **options)
    assert ses.v1("DescribeConfigurationSet", ConfigurationSetName="set") == {"ConfigurationSet": {"Name": "set"}}
    names = ["eventDestinations", "trackingOptions", "deliveryOptions", "reputationOptions"]
    assert ses.v1("DescribeConfigurationSet", ConfigurationSetName="set", ConfigurationSetAttributeNames=names) == {
        "ConfigurationSet": {"Name": "set"},
        "EventDestinations": [],
        "TrackingOptions": {"CustomRedirectDomain": "example.com"},
        "DeliveryOptions": {"TlsPolicy": "Require"},
        "ReputationOptions": {"SendingEnabled": True, "ReputationMetricsEnabled": True},
    }
