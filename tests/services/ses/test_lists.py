"""Lists: sizes of pages, tokens, filters. Source: observed answers of SES, 2026."""

from typing import Any

import pytest

from gatepost.aws.errors import AwsError
from services.ses.world import Ses, refusal

IN_FILTER = "1 validation error detected: Value at 'filter' failed to satisfy constraint: "
KEYS = "IDENTITY_NAME_CONTAINS, VERIFICATION_STATUS, IDENTITY_TYPE"
BAD, BAD_V1 = "BadRequestException", "InvalidParameterValue"


@pytest.fixture(autouse=True)
def filled(ses: Ses) -> None:
    for number in range(4):
        ses.v1("VerifyDomainIdentity", Domain=f"d{number}.example")
        ses.v2("CreateConfigurationSet", ConfigurationSetName=f"set-{number}")
    ses.v1("VerifyEmailIdentity", EmailAddress="Bob@d1.example")


LISTS = {
    "ses:ListIdentities": ("MaxItems", "NextToken", "Identities"),
    "sesv2:ListEmailIdentities": ("PageSize", "NextToken", "EmailIdentities"),
    "ses:ListConfigurationSets": ("MaxItems", "NextToken", "ConfigurationSets"),
    "sesv2:ListConfigurationSets": ("PageSize", "NextToken", "ConfigurationSets"),
}


def listed(ses: Ses, which: str, **given: Any) -> Any:
    service, _, operation = which.partition(":")
    return ses.v1(operation, **given) if service == "ses" else ses.v2(operation, **given)


@pytest.mark.parametrize("which", LISTS)
def test_pages_hold_everything_once_while_the_list_changes(ses: Ses, which: str) -> None:
    size, token_member, items = LISTS[which]
    seen: list[str] = []
    token: str | None = ""
    while token is not None:
        page = listed(ses, which, **{size: 1, token_member: token})
        assert len(page[items]) == 1
        seen += [str(each) for each in page[items]]
        token = page["NextToken"]
        ses.v1("VerifyDomainIdentity", Domain=f"0{len(seen)}.example")  # before what is still to come
    assert len(seen) == len(set(seen)) == (5 if "Ident" in which else 4)


@pytest.mark.parametrize(
    ("which", "given", "code", "text"),
    [
        (
            "ses:ListIdentities",
            {"MaxItems": 0},
            BAD_V1,
            "Value 0 for parameter MaxItems is invalid. MaxItems must be between 1 and 1000.",
        ),
        (
            "ses:ListIdentities",
            {"MaxItems": 1001, "NextToken": "x"},
            BAD_V1,
            "Value 1001 for parameter MaxItems is invalid. MaxItems must be between 1 and 1000.",
        ),
        ("ses:ListIdentities", {"NextToken": "x"}, BAD_V1, "Invalid NextToken <x>."),
        (
            "sesv2:ListEmailIdentities",
            {"PageSize": 0},
            BAD,
            "Value 0 for parameter PageSize is invalid. PageSize must be between 1 and 1000.",
        ),
        ("sesv2:ListEmailIdentities", {"NextToken": "x"}, BAD, "Invalid NextToken <x>."),
        ("sesv2:ListEmailIdentities", {"NextToken": "x", "Filter": {"IDENTITY_TYPE": "DOMAIN"}}, BAD, "Invalid NextToken."),
        ("sesv2:ListConfigurationSets", {"PageSize": 1001}, BAD, "The page size must be between 1 and 1000"),
        ("sesv2:ListConfigurationSets", {"NextToken": "x"}, BAD, "invalid nextToken x"),
        ("ses:ListConfigurationSets", {"NextToken": "x"}, BAD_V1, ""),
        (
            "sesv2:ListConfigurationSets",
            {"Filter": {"CONFIGURATION_SET_NAME_CONTAINS": "ab"}},
            BAD,
            "CONFIGURATION_SET_NAME_CONTAINS must be between 3 and 64 characters",
        ),
        (
            "sesv2:ListEmailIdentities",
            {"Filter": {"IDENTITY_NAME_CONTAINS": " ab "}},
            BAD,
            "Filter IDENTITY_NAME_CONTAINS must be at least 3 characters.",
        ),
        (
            "sesv2:ListEmailIdentities",
            {"Filter": {"IDENTITY_NAME_CONTAINS": "a" * 321}},
            BAD,
            "Filter IDENTITY_NAME_CONTAINS must be at most 320 characters.",
        ),
        (
            "sesv2:ListEmailIdentities",
            {"Filter": {"IDENTITY_TYPE": "MANAGED_DOMAIN"}},
            BAD,
            "Invalid identity type <MANAGED_DOMAIN> in filter.",
        ),
        (
            "sesv2:ListEmailIdentities",
            {"Filter": {"VERIFICATION_STATUS": "success"}},
            BAD,
            "Invalid verification status <success> in filter.",
        ),
        (
            "sesv2:ListEmailIdentities",
            {"Filter": {"VERIFICATION_STATUS": "NOT_STARTED"}},
            BAD,
            "Invalid verification status <NotStarted>.",
        ),
        (
            "sesv2:ListEmailIdentities",
            {"Filter": {"IDENTITY_TYPE": ""}},
            BAD,
            f"{IN_FILTER}Map value must satisfy constraint: [Member must have length greater than or equal to 1]",
        ),
        (
            "sesv2:ListEmailIdentities",
            {"Filter": {"NAME": "x"}, "PageSize": 0},
            BAD,
            f"{IN_FILTER}Map keys must satisfy constraint: [Member must satisfy enum value set: [{KEYS}]]",
        ),
    ],
)
def test_what_a_list_refuses(ses: Ses, which: str, given: dict[str, Any], code: str, text: str) -> None:
    with pytest.raises(AwsError) as refused:
        listed(ses, which, **given)
    assert refusal(refused.value) == (code, 400, text)


def test_version_1_serves_its_default_for_a_size_out_of_bounds(ses: Ses) -> None:
    assert len(ses.v1("ListConfigurationSets", MaxItems=0)["ConfigurationSets"]) == 4


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["Bob@d1.example", "d0.example", "d1.example", "d2.example", "d3.example"]),
        ({"IDENTITY_TYPE": "EMAIL_ADDRESS"}, ["Bob@d1.example"]),
        ({"IDENTITY_NAME_CONTAINS": " D1.EX "}, ["Bob@d1.example", "d1.example"]),
        ({"IDENTITY_NAME_CONTAINS": "d1.ex", "IDENTITY_TYPE": "DOMAIN"}, ["d1.example"]),
        ({"VERIFICATION_STATUS": "PENDING"}, []),
        ({"VERIFICATION_STATUS": "SUCCESS", "IDENTITY_NAME_CONTAINS": "bob"}, ["Bob@d1.example"]),
    ],
)
def test_a_filter_of_identities_is_obeyed(ses: Ses, filters: dict[str, str], names: list[str]) -> None:
    answer = ses.v2("ListEmailIdentities", Filter=filters)
    assert [each["IdentityName"] for each in answer["EmailIdentities"]] == names


def test_a_filter_of_configuration_sets_is_obeyed(ses: Ses) -> None:
    for filters, names in (
        ({"CONFIGURATION_SET_NAME_CONTAINS": "SET-2"}, ["set-2"]),
        ({"OTHER": "x"}, [f"set-{n}" for n in range(4)]),
    ):
        assert ses.v2("ListConfigurationSets", Filter=filters)["ConfigurationSets"] == names


def test_a_token_is_bound_to_its_noun_its_region_and_its_filter_and_to_no_version(ses: Ses) -> None:
    token = ses.v2("ListEmailIdentities", PageSize=1)["NextToken"]
    assert ses.v1("ListIdentities", NextToken=token)["Identities"][0] == "d0.example"
    for operation, given in (
        ("ListConfigurationSets", {}),
        ("ListEmailIdentities", {"region": "eu-west-1"}),
        ("ListEmailIdentities", {"Filter": {"IDENTITY_TYPE": "DOMAIN"}}),
    ):
        with pytest.raises(AwsError, match=r"(?i)nexttoken"):
            ses.v2(operation, NextToken=token, **given)
