"""OpenID Connect providers: registered, changed, found, deleted."""

import json
from typing import Any

import pytest
from botocore.config import Config

from clients.people import allow, document, is_allowed, make_user, refused
from live import ACCOUNT, Live

URL = "https://issuer.example.com/ci"
ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example.com/ci"
PRINT = "0123456789abcdefABCDEF0123456789abcdef01"
UNCHECKED = Config(parameter_validation=False)


def registered(live: Live, url: str = URL, **more: Any) -> str:
    arn: str = live.client("iam").create_open_id_connect_provider(Url=url, **more)["OpenIDConnectProviderArn"]
    return arn


def test_a_provider_is_known_by_its_url_without_the_scheme(live: Live) -> None:
    iam = live.client("iam")
    assert registered(live, ClientIDList=["gatepost"], ThumbprintList=[PRINT], Tags=[{"Key": "team", "Value": "mail"}]) == ARN
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=ARN)
    assert provider["Url"] == "issuer.example.com/ci"
    assert provider["ClientIDList"] == ["gatepost"]
    assert provider["ThumbprintList"] == [PRINT]
    assert provider["Tags"] == [{"Key": "team", "Value": "mail"}]
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == [{"Arn": ARN}]
    assert iam.get_account_summary()["SummaryMap"]["Providers"] == 1


def test_an_account_has_a_provider_once(live: Live) -> None:
    registered(live)
    error = ("EntityAlreadyExists", f"Provider with url {URL} already exists.")
    assert refused(live.client("iam").create_open_id_connect_provider, Url=URL) == error


def test_audiences_are_added_and_removed_whatever_there_was(live: Live) -> None:
    iam, arn = live.client("iam"), registered(live, ClientIDList=["a"])

    def audiences() -> list[str]:
        known: list[str] = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"]
        return known

    for client_id in ("b", "b", "a"):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    assert audiences() == ["a", "b"]
    for client_id in ("a", "a", "never"):
        iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    assert audiences() == ["b"]


def test_thumbprints_are_replaced(live: Live) -> None:
    iam, arn = live.client("iam"), registered(live, ThumbprintList=[PRINT])
    iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=arn, ThumbprintList=["1" * 40, "2" * 40])
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert provider["ThumbprintList"] == ["1" * 40, "2" * 40]


def test_a_provider_is_gone_once(live: Live) -> None:
    iam, arn = live.client("iam"), registered(live)
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    text = f"OpenId connect Provider {arn} cannot be found."
    assert refused(iam.delete_open_id_connect_provider, OpenIDConnectProviderArn=arn) == ("NoSuchEntity", text)
    text = f"OpenIDConnect Provider not found for arn {arn}"
    assert refused(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn) == ("NoSuchEntity", text)
    assert registered(live) == arn


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "http://localhost:8080/realms/ci",
        "http://[::1]:8080",
        "https://issuer.example.com:8443/realms/ci/",
        "https://issuer.example.com/" + "x" * 228,
    ],
)
def test_a_url_that_an_issuer_may_have(live: Live, url: str) -> None:
    rest = url.partition("://")[2]
    assert registered(live, url) == f"arn:aws:iam::{ACCOUNT}:oidc-provider/{rest}"
    provider = live.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=registered_arn(rest))
    assert provider["Url"] == rest


def registered_arn(rest: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{rest}"


INVALID_URL = ("ValidationError", "Invalid Open ID Connect Provider URL")
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no scheme": ({"Url": "issuer.example.com"}, INVALID_URL),
    "http of another machine": ({"Url": "http://issuer.example.com"}, INVALID_URL),
    "http of a host that begins like this machine": ({"Url": "http://localhost.example.com"}, INVALID_URL),
    "a user in front of the host": ({"Url": "http://localhost@issuer.example.com"}, INVALID_URL),
    "another scheme": ({"Url": "ftp://issuer.example.com"}, INVALID_URL),
    "a query": ({"Url": "https://issuer.example.com/?a=b"}, INVALID_URL),
    "a fragment": ({"Url": "https://issuer.example.com/#a"}, INVALID_URL),
    "a wildcard": ({"Url": "https://*.example.com"}, INVALID_URL),
    "a space": ({"Url": "https://issuer.example.com/a b"}, INVALID_URL),
    "a line break": ({"Url": "https://issuer.example.com\n"}, INVALID_URL),
    "a URL of 256 characters": (
        {"Url": "https://issuer.example.com/" + "x" * 229},
        ("ValidationError", "1 validation error detected: Value at 'url' failed to satisfy constraint"),
    ),
    "six thumbprints": (
        {"Url": URL, "ThumbprintList": [f"{number}" * 40 for number in range(6)]},
        ("InvalidInput", "Thumbprint list must contain fewer than 5 entries."),
    ),
    "a thumbprint of 39 digits": (
        {"Url": URL, "ThumbprintList": ["0" * 39]},
        ("ValidationError", "1 validation error detected"),
    ),
    "a thumbprint of other letters": ({"Url": URL, "ThumbprintList": ["g" * 40]}, ("InvalidInput", "A thumbprint is 40 hex")),
    "101 audiences": (
        {"Url": URL, "ClientIDList": [f"{number}" for number in range(101)]},
        ("LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"),
    ),
    "a reserved tag": ({"Url": URL, "Tags": [{"Key": "aws:x", "Value": "y"}]}, ("InvalidInput", "Tag keys and values")),
}


@pytest.mark.parametrize("name", BAD)
def test_a_provider_that_cannot_be(live: Live, name: str) -> None:
    given, (code, says) = BAD[name]
    iam = live.client("iam", config=UNCHECKED)
    answered, text = refused(iam.create_open_id_connect_provider, **given)
    assert answered == code
    assert text.startswith(says)
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []


def test_the_hundredth_audience_is_the_last(live: Live) -> None:
    arn = registered(live, ClientIDList=[f"{number}" for number in range(100)], ThumbprintList=["0" * 40] * 5)
    iam = live.client("iam")
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="7")
    error = ("LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")
    assert refused(iam.add_client_id_to_open_id_connect_provider, OpenIDConnectProviderArn=arn, ClientID="100") == error


def test_what_is_no_arn_is_told(live: Live) -> None:
    iam = live.client("iam")
    bad = "issuer.example.com/which-is-no-arn"
    error = ("ValidationError", "Invalid ARN:  Could not be parsed!")
    assert refused(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=bad) == error
    theirs = ARN.replace(ACCOUNT, "111122223333")
    assert refused(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=theirs)[0] == "NoSuchEntity"


def test_permission_is_asked_on_the_providers_own_arn(live: Live) -> None:
    alice, root = make_user(live, "alice"), live.client("iam")
    statement = allow("iam:*OpenIDConnectProvider", "arn:aws:iam::*:oidc-provider/issuer.example.com/*")
    root.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(statement))
    iam = alice.client("iam")
    assert is_allowed(iam.create_open_id_connect_provider, Url=URL)
    assert is_allowed(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=ARN)
    assert not is_allowed(iam.create_open_id_connect_provider, Url="https://other.example.com")
    assert not is_allowed(iam.list_open_id_connect_providers)


def test_the_command_line_registers_a_provider(live: Live) -> None:
    made = live.aws("iam", "create-open-id-connect-provider", "--url", "http://127.0.0.1:8080", "--client-id-list", "gatepost")
    arn = json.loads(made.stdout)["OpenIDConnectProviderArn"]
    assert arn == f"arn:aws:iam::{ACCOUNT}:oidc-provider/127.0.0.1:8080"
    shown = live.aws("iam", "get-open-id-connect-provider", "--open-id-connect-provider-arn", arn)
    assert json.loads(shown.stdout)["ClientIDList"] == ["gatepost"]
