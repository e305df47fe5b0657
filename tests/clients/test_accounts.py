"""A second account: it sends with the first one's identity only where both sides allow it."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from clients.people import (
    Person,
    allow,
    denial,
    deny,
    document,
    identity_arn,
    is_allowed,
    make_user,
    refused,
    send,
    send_raw,
    send_v2,
)
from clients.test_audit import events
from live import ACCOUNT, BIN, Live

PARTNER = "444455556666"
DOMAIN = identity_arn("example.com")
RAW = b"From: news@example.com\r\nTo: a@example.net\r\nSubject: x\r\n\r\nx\r\n"


@pytest.fixture
def partner(live: Live) -> tuple[str, str]:
    """The root key of a second account, made beside the running server."""
    command = [str(BIN / "gatepost"), "account", "create", PARTNER, "--data", str(live.data)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    key, secret = (line.partition("=")[2] for line in printed.splitlines())
    return key, secret


@pytest.fixture
def eve(live: Live, partner: tuple[str, str]) -> Person:
    """A user of the second account; example.com is the first one's."""
    live.client("ses").verify_domain_identity(Domain="example.com")
    return make_user(live, "eve", partner)


SENDS: dict[str, Callable[[Person], Callable[[], Any]]] = {
    "v1 by SourceArn": lambda eve: lambda: send(eve.client("ses"), SourceArn=DOMAIN),
    "v1 raw by SourceArn": lambda eve: lambda: send_raw(eve.client("ses"), SourceArn=DOMAIN),
    "v1 raw by FromArn": lambda eve: lambda: send_raw(eve.client("ses"), FromArn=DOMAIN),
    "v1 raw by headers": lambda eve: (
        lambda: eve.client("ses").send_raw_email(
            RawMessage={"Data": f"X-SES-SOURCE-ARN: {DOMAIN}\r\nX-SES-FROM-ARN: {DOMAIN}\r\n".encode() + RAW}
        )
    ),
    "v2 by FromEmailAddressIdentityArn": lambda eve: lambda: send_v2(eve.client("sesv2"), FromEmailAddressIdentityArn=DOMAIN),
    "v2 raw by FromEmailAddressIdentityArn": lambda eve: (
        lambda: eve.client("sesv2").send_email(Content={"Raw": {"Data": RAW}}, FromEmailAddressIdentityArn=DOMAIN)
    ),
}


def share(live: Live, *statements: dict[str, Any]) -> None:
    live.client("ses").put_identity_policy(Identity="example.com", PolicyName="share", Policy=document(*statements))


def own_side(root: Any, *statements: dict[str, Any]) -> None:
    root.put_user_policy(UserName="eve", PolicyName="send", PolicyDocument=document(*statements))


@pytest.mark.parametrize("way", SENDS)
def test_both_sides_must_allow(live: Live, eve: Person, partner: tuple[str, str], way: str) -> None:
    root = live.client("iam", *partner)
    try_to_send = SENDS[way](eve)
    both = ["ses:SendEmail", "ses:SendRawEmail"]

    assert not is_allowed(try_to_send)
    own_side(root, allow(both))
    assert not is_allowed(try_to_send), "the owner's side is silent"
    share(live, allow(both, DOMAIN, Principal={"AWS": PARTNER}))
    assert is_allowed(try_to_send), "both sides allow"
    own_side(root, allow("ses:GetSendQuota"))
    assert not is_allowed(try_to_send), "the caller's own side is silent"
    own_side(root, allow(both))
    share(live, allow(both, DOMAIN, Principal={"AWS": PARTNER}), deny(both, DOMAIN, Principal={"AWS": eve.arn}))
    assert not is_allowed(try_to_send), "the owner denies"


def test_without_the_arn_the_identity_is_looked_for_at_home(eve: Person, live: Live) -> None:
    share(live, allow("ses:*", DOMAIN, Principal={"AWS": "*"}))
    text, _ = denial(send, eve.client("ses"))
    own = identity_arn("news@example.com", PARTNER)
    assert text == (
        f"User `{eve.arn}' is not authorized to perform `ses:SendEmail' on resource `{own}' "
        "because no identity-based policy allows the ses:SendEmail action"
    )


def test_a_delegates_mail_counts_for_the_delegate(live: Live, eve: Person, partner: tuple[str, str]) -> None:
    share(live, allow("ses:SendEmail", DOMAIN, Principal={"AWS": eve.arn}))
    own_side(live.client("iam", *partner), allow(["ses:SendEmail", "ses:GetSendQuota"]))
    assert is_allowed(send, eve.client("ses"), SourceArn=DOMAIN)
    assert [message["Account"] for message in live.messages()] == [PARTNER]
    assert eve.client("ses").get_send_quota()["SentLast24Hours"] == 1
    assert live.client("ses").get_send_quota()["SentLast24Hours"] == 0
    assert [event["recipientAccountId"] for event in events(live, EventName="PutIdentityPolicy")] == [ACCOUNT]
    assert events(live, EventName="SendEmail") == [], "a send is recorded in the account that sends"


def test_an_arn_that_does_not_cover_the_address_verifies_nothing(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.org")
    text = "Email address is not verified. The following identities failed the check in region US-EAST-1: news@example.com"
    assert refused(send, live.client("ses"), SourceArn=identity_arn("example.org")) == ("MessageRejected", text)


@pytest.mark.parametrize(
    "arn", ["example.com", "arn:aws:ses:us-east-1:1:identity/x", identity_arn("example.com", region="eu-west-1")]
)
def test_an_arn_that_cannot_be_is_refused(live: Live, arn: str) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    assert refused(send, live.client("ses"), SourceArn=arn)[0] == "InvalidParameterValue"
