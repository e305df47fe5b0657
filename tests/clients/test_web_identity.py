"""AssumeRoleWithWebIdentity: an OpenID Connect provider vouches for whoever asks, and nobody signs."""

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from clients.issuer import CLIENT, Issuer, new_rsa_key, running_issuer
from clients.people import allow, denial, document, is_allowed, refused, send
from clients.sessions import Temporary, make_role, trust
from clients.test_audit import events
from live import ACCOUNT, REGION, Live

ACTION = "sts:AssumeRoleWithWebIdentity"
MAILER = f"arn:aws:iam::{ACCOUNT}:role/ci"


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(running: Issuer, live: Live) -> Issuer:
    """A provider that the account knows; example.com is verified."""
    live.client("ses").verify_domain_identity(Domain="example.com")
    live.client("iam").create_open_id_connect_provider(Url=running.url, ClientIDList=[CLIENT])
    return running


def provider_arn(issuer: Issuer) -> str:
    return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer.name}"


def trusting(live: Live, issuer: Issuer, *actions: str, **condition: Any) -> str:
    """A role that may send and trusts the provider."""
    statement = trust({"Federated": provider_arn(issuer)}, [ACTION, *actions])
    if condition:
        statement["Condition"] = {f"StringLike{suffix}": keys for suffix, keys in condition.items()}
    return make_role(live.client("iam"), "ci", statement, policy=allow("ses:Send*"))


def unsigned(live: Live) -> Any:
    """STS, for somebody without any key."""
    return boto3.client(
        "sts", region_name=REGION, endpoint_url=live.endpoint, config=Config(retries={"total_max_attempts": 1}),
        aws_access_key_id="none", aws_secret_access_key="none",
    )  # fmt: skip


def assume(live: Live, token: str, **more: Any) -> Any:
    return unsigned(live).assume_role_with_web_identity(
        **{"RoleArn": MAILER, "RoleSessionName": "build-7", "WebIdentityToken": token, **more}
    )


def test_a_token_of_the_provider_opens_the_role(live: Live, issuer: Issuer) -> None:
    trusting(live, issuer)
    answer = assume(live, issuer.token())
    assert answer["SubjectFromWebIdentityToken"] == "repo:team/app"
    assert answer["Audience"] == CLIENT
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/build-7"
    session = Temporary.of(live, answer)
    assert is_allowed(send, session.client("ses"))
    assert session.client("sts").get_caller_identity()["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/build-7"
    assert is_allowed(assume, live, issuer.token("ec")), "elliptic curves too"


def test_the_trust_policys_conditions_hold_the_tokens_claims(live: Live, issuer: Issuer) -> None:
    trusting(live, issuer, **{"": {f"{issuer.name}:sub": "repo:team/*", f"{issuer.name}:aud": CLIENT}})
    assert is_allowed(assume, live, issuer.token(sub="repo:team/other"))
    text, authorization_id = denial(assume, live, issuer.token(sub="repo:stranger/app"))
    assert text == f"Not authorized to perform {ACTION} because no resource-based policy allows the {ACTION} action"
    told = live.client("iam-toolbox").get_request_authorization_details(authorizationId=authorization_id)
    assert told["evaluations"][0]["context"][f"{issuer.name}:sub"] == "repo:stranger/app"
    assert told["evaluations"][0]["checks"][0]["checkType"] == "RESOURCE"


def test_the_audience_may_be_one_of_several_and_the_authorized_party_goes_before_it(live: Live, issuer: Issuer) -> None:
    trusting(live, issuer)
    assert is_allowed(assume, live, issuer.token(aud=["other", CLIENT]))
    assert is_allowed(assume, live, issuer.token(aud="other", azp=CLIENT))
    assert refused(assume, live, issuer.token(aud=CLIENT, azp="other")) == ("InvalidIdentityToken", "Incorrect token audience")


def test_another_role_is_not_opened(live: Live, issuer: Issuer) -> None:
    make_role(live.client("iam"), "ci", trust(ACCOUNT))
    assert not is_allowed(assume, live, issuer.token())
    assert refused(assume, live, issuer.token(), RoleArn=f"{MAILER}-gone")[0] == "AccessDenied"


def test_a_token_may_pass_tags_and_a_source_identity(live: Live, issuer: Issuer) -> None:
    claims: dict[str, Any] = {
        "https://aws.amazon.com/tags": {"principal_tags": {"team": ["blue"]}, "transitive_tag_keys": ["team"]},
        "https://aws.amazon.com/source_identity": "ada",
    }
    arn = trusting(live, issuer)
    text, _ = denial(assume, live, issuer.token(**claims))
    assert text.startswith("Not authorized to perform sts:TagSession")
    iam = live.client("iam")
    opened = trust({"Federated": provider_arn(issuer)}, [ACTION, "sts:TagSession", "sts:SetSourceIdentity"])
    iam.update_assume_role_policy(RoleName="ci", PolicyDocument=document(opened))
    only_blue = allow("ses:Send*", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue", "aws:SourceIdentity": "ada"}})
    iam.put_role_policy(RoleName="ci", PolicyName="own", PolicyDocument=document(only_blue))
    answer = assume(live, issuer.token(**claims))
    assert answer["SourceIdentity"] == "ada"
    assert arn == MAILER
    assert is_allowed(send, Temporary.of(live, answer).client("ses"))
    flat: dict[str, Any] = {
        "https://aws.amazon.com/tags/principal_tags/team": "blue",
        "https://aws.amazon.com/source_identity": "ada",
    }
    assert is_allowed(send, Temporary.of(live, assume(live, issuer.token(**flat))).client("ses"))


def test_a_session_policy_takes_away(live: Live, issuer: Issuer) -> None:
    trusting(live, issuer)
    session = Temporary.of(live, assume(live, issuer.token(), Policy=document(allow("ses:SendRawEmail"))))
    assert not is_allowed(send, session.client("ses"))


FORGED = [
    ("a signature of another key", {"signed_with": "other"}, "InvalidIdentityToken", "Invalid signature"),
    (
        "an unknown key",
        {"key_id": "unknown", "signed_with": "other"},
        "InvalidIdentityToken",
        "No key of the identity provider",
    ),
    ("an expired token", {"exp": -400}, "ExpiredTokenException", "must be before the expiration date/time"),
    ("a token of tomorrow", {"iat": 86_400, "exp": 90_000}, "InvalidIdentityToken", "not yet valid"),
    ("another audience", {"aud": "other"}, "InvalidIdentityToken", "Incorrect token audience"),
    ("another issuer", {"iss": "https://elsewhere.example"}, "InvalidIdentityToken", "No OpenIDConnect provider found"),
    ("no subject", {"sub": None}, "InvalidIdentityToken", "Missing a required claim: sub"),
    ("no expiry", {"exp": None}, "InvalidIdentityToken", "Missing a required claim: exp"),
]


@pytest.mark.parametrize(("change", "code", "says"), [row[1:] for row in FORGED], ids=[row[0] for row in FORGED])
def test_a_token_that_does_not_hold_opens_nothing(
    live: Live, issuer: Issuer, change: dict[str, Any], code: str, says: str
) -> None:
    trusting(live, issuer)
    now = int(time.time())
    given = {name: now + value if name in ("exp", "iat") and value is not None else value for name, value in change.items()}
    if given.get("signed_with") == "other":
        given["signed_with"] = new_rsa_key()
    answer = refused(assume, live, issuer.token(**given))
    assert answer[0] == code, answer
    assert says in answer[1]
    assert events(live, EventName="AssumeRoleWithWebIdentity")[-1]["errorCode"] == code


TAGS = "https://aws.amazon.com/tags"
SOURCE = "https://aws.amazon.com/source_identity"
ODD: list[tuple[str, dict[str, Any], str]] = [
    ("an expiry without end", {"exp": float("inf")}, "InvalidIdentityToken"),
    ("an expiry that is no number", {"exp": float("nan")}, "InvalidIdentityToken"),
    ("a subject that no record can hold", {"sub": "a\ud800b"}, "InvalidIdentityToken"),
    ("an issuer that no record can hold", {"iss": "\ud800"}, "InvalidIdentityToken"),
    ("an empty subject", {"sub": ""}, "InvalidIdentityToken"),
    ("tags that are no object", {TAGS: {"principal_tags": "abc"}}, "InvalidIdentityToken"),
    ("transitive tags that are no keys", {TAGS: {"transitive_tag_keys": 5}}, "InvalidIdentityToken"),
    ("transitive tags that are no keys, flattened", {f"{TAGS}/transitive_tag_keys": 5}, "InvalidIdentityToken"),
    ("a tag of two values", {TAGS: {"principal_tags": {"team": ["red", "blue"]}}}, "InvalidIdentityToken"),
    ("a tag of no value", {TAGS: {"principal_tags": {"team": None}}}, "InvalidIdentityToken"),
    ("a tag's key over its limit", {TAGS: {"principal_tags": {"k" * 129: ["x"]}}}, "ValidationError"),
    ("a tag's value over its limit", {TAGS: {"principal_tags": {"k": ["x" * 257]}}}, "ValidationError"),
    ("a tag without a key", {TAGS: {"principal_tags": {"": ["x"]}}}, "ValidationError"),
    ("a source identity with a space", {SOURCE: "ada lovelace"}, "ValidationError"),
    ("a source identity over its limit", {SOURCE: "x" * 65}, "ValidationError"),
]


@pytest.mark.parametrize(("claims", "code"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_claims_hold_to_their_types_and_limits(live: Live, issuer: Issuer, claims: dict[str, Any], code: str) -> None:
    trusting(live, issuer, "sts:TagSession", "sts:SetSourceIdentity")
    assert refused(assume, live, issuer.token(**claims))[0] == code
    assert events(live, EventName="AssumeRoleWithWebIdentity")[-1]["errorCode"] == code


@pytest.mark.parametrize("path", ["/", "/tenant/v2.0/", "/tenant"])
def test_an_issuers_url_may_have_a_path_and_end_in_a_slash(live: Live, running: Issuer, path: str) -> None:
    plain = running.url
    running.url += path
    try:
        live.client("iam").create_open_id_connect_provider(Url=running.url, ClientIDList=[CLIENT])
        trusting(live, running)
        assert is_allowed(assume, live, running.token())
        assert refused(assume, live, running.token(iss=running.url.rstrip("/") if path.endswith("/") else f"{running.url}/"))
    finally:
        running.url = plain


def test_a_reset_forgets_the_keys_of_providers(live: Live, issuer: Issuer) -> None:
    trusting(live, issuer)
    assert is_allowed(assume, live, issuer.token())
    issuer.keys["rsa"] = new_rsa_key()
    live.reset()
    live.client("iam").create_open_id_connect_provider(Url=issuer.url, ClientIDList=[CLIENT])
    trusting(live, issuer)
    assert is_allowed(assume, live, issuer.token())


@pytest.mark.parametrize("token", ["abcd", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(live: Live, issuer: Issuer, token: str) -> None:
    trusting(live, issuer)
    assert refused(assume, live, token)[0] == "InvalidIdentityToken"


def test_a_token_without_a_signature_or_signed_by_a_shared_secret_is_refused(live: Live, issuer: Issuer) -> None:
    import jwt  # noqa: PLC0415 -- this test alone forges tokens

    trusting(live, issuer)
    now = int(time.time())
    claims = {"iss": issuer.url, "sub": "repo:team/app", "aud": CLIENT, "iat": now, "exp": now + 600}
    for forged in (jwt.encode(claims, "", "none"), jwt.encode(claims, "x" * 64, "HS256", headers={"kid": "rsa"})):
        code, text = refused(assume, live, forged)
        assert code == "InvalidIdentityToken"
        assert "algorithm" in text


NO_KEYS = (
    "InvalidIdentityToken",
    (
        "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity "
        "documentation for requirements"
    ),
)


def test_why_a_providers_keys_could_not_be_had_is_one_text_whatever_the_reason(live: Live) -> None:
    iam = live.client("iam")
    with running_issuer() as gone, running_issuer() as odd:
        iam.create_open_id_connect_provider(Url=gone.url, ClientIDList=[CLIENT])
        iam.create_open_id_connect_provider(Url=odd.url, ClientIDList=[CLIENT])
        trusting(live, odd)
        odd.answers = "no JSON"
        assert refused(assume, live, odd.token()) == NO_KEYS
        token = gone.token()
    assert refused(assume, live, token) == NO_KEYS
    for url in ("https://169.254.169.254", "https://localhost:1", "https://nowhere.invalid"):
        iam.create_open_id_connect_provider(Url=url, ClientIDList=[CLIENT])
        assert refused(assume, live, gone.token(iss=url)) == NO_KEYS
    told = {event["errorMessage"] for event in events(live, EventName="AssumeRoleWithWebIdentity") if "errorMessage" in event}
    assert told == {NO_KEYS[1]}, "the account's own log tells no more than the answer"


def test_the_keys_are_fetched_once(live: Live, issuer: Issuer) -> None:
    trusting(live, issuer)
    assume(live, issuer.token())
    asked = len(issuer.asked)
    for _ in range(3):
        assume(live, issuer.token())
    assert len(issuer.asked) == asked


def test_a_provider_that_is_deleted_opens_nothing_more(live: Live, issuer: Issuer) -> None:
    trusting(live, issuer)
    assert is_allowed(assume, live, issuer.token())
    live.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=provider_arn(issuer))
    assert refused(assume, live, issuer.token())[0] == "InvalidIdentityToken"


def test_the_audit_log_tells_who_it_was_and_not_the_token(live: Live, issuer: Issuer) -> None:
    trusting(live, issuer)
    token = issuer.token()
    assume(live, token)
    (made,) = events(live, EventName="AssumeRoleWithWebIdentity")
    assert made["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{provider_arn(issuer)}:repo:team/app",
        "userName": "repo:team/app",
        "identityProvider": provider_arn(issuer),
    }
    assert token not in str(made)
