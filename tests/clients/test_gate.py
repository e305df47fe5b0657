"""The gate, opened and closed by each kind of policy and condition, through unmodified boto3 clients."""

import json
from typing import Any

import pytest
from botocore.config import Config

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
from live import ACCOUNT, Live

DOMAIN = identity_arn("example.com")


@pytest.fixture
def alice(live: Live) -> Person:
    """A user without any policy, in an account where example.com is verified."""
    live.client("ses").verify_domain_identity(Domain="example.com")
    return make_user(live, "alice")


def grant(person: Person, *statements: dict[str, Any]) -> None:
    person.live.client("iam").put_user_policy(UserName=person.name, PolicyName="send", PolicyDocument=document(*statements))


def share(live: Live, *statements: dict[str, Any], identity: str = "example.com") -> None:
    live.client("ses").put_identity_policy(Identity=identity, PolicyName="share", Policy=document(*statements))


def test_a_user_without_policy_is_denied_in_the_words_of_ses(alice: Person) -> None:
    words = (
        f"User `{alice.arn}' is not authorized to perform `ses:SendEmail' on resource `{DOMAIN}' "
        "because no identity-based policy allows the ses:SendEmail action"
    )
    assert refused(send, alice.client("ses"))[0] == "AccessDenied"
    assert refused(send_v2, alice.client("sesv2"))[0] == "AccessDeniedException"
    assert denial(send, alice.client("ses"))[0] == denial(send_v2, alice.client("sesv2"))[0] == words


def test_a_user_without_policy_is_denied_management_in_the_words_of_iam(alice: Person) -> None:
    code, text = refused(alice.client("iam").create_user, UserName="bob")
    assert code == "AccessDenied"
    assert text.startswith(
        f"User: {alice.arn} is not authorized to perform: iam:CreateUser on resource: "
        f"arn:aws:iam::{ACCOUNT}:user/bob because no identity-based policy allows the iam:CreateUser action"
    )


def test_a_grant_opens_the_gate_at_once_and_its_removal_closes_it(alice: Person) -> None:
    grant(alice, allow("ses:SendEmail"))
    assert is_allowed(send, alice.client("ses"))
    alice.live.client("iam").delete_user_policy(UserName="alice", PolicyName="send")
    assert not is_allowed(send, alice.client("ses"))


def test_send_email_alone_does_not_grant_the_raw_form(alice: Person) -> None:
    grant(alice, allow("ses:SendEmail"))
    assert is_allowed(send, alice.client("ses"))
    assert is_allowed(send_v2, alice.client("sesv2"))
    assert not is_allowed(send_raw, alice.client("ses"))
    raw = b"From: news@example.com\r\nTo: a@example.net\r\nSubject: Raw\r\n\r\nHello\r\n"
    assert not is_allowed(alice.client("sesv2").send_email, Content={"Raw": {"Data": raw}})


def test_a_policy_on_a_group_reaches_its_members_while_they_are_members(alice: Person) -> None:
    iam = alice.live.client("iam")
    iam.create_group(GroupName="marketing")
    iam.put_group_policy(
        GroupName="marketing", PolicyName="send", PolicyDocument=document(allow(["ses:SendEmail", "ses:SendRawEmail"]))
    )
    assert not is_allowed(send, alice.client("ses"))
    iam.add_user_to_group(GroupName="marketing", UserName="alice")
    assert is_allowed(send, alice.client("ses"))
    assert is_allowed(send_raw, alice.client("ses"))
    iam.remove_user_from_group(GroupName="marketing", UserName="alice")
    assert not is_allowed(send, alice.client("ses"))


def test_a_managed_policy_counts_while_it_is_attached(alice: Person) -> None:
    iam = alice.live.client("iam")
    arn = iam.create_policy(PolicyName="senders", PolicyDocument=document(allow("ses:Send*")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    assert is_allowed(send, alice.client("ses"))
    iam.detach_user_policy(UserName="alice", PolicyArn=arn)
    assert not is_allowed(send, alice.client("ses"))


def test_a_resource_policy_that_names_the_user_admits_her(alice: Person) -> None:
    share(
        alice.live,
        allow(["ses:SendEmail", "ses:SendRawEmail"], DOMAIN, Principal={"AWS": alice.arn}),
    )
    assert is_allowed(send, alice.client("ses"))
    assert not is_allowed(send, make_user(alice.live, "bob").client("ses"))


def test_a_resource_policy_for_everyone_admits_the_accounts_users(alice: Person) -> None:
    share(alice.live, allow(["ses:SendEmail", "ses:SendRawEmail"], DOMAIN, Principal={"AWS": "*"}))
    assert is_allowed(send, alice.client("ses"))


def test_a_user_made_anew_under_the_same_name_is_somebody_else(alice: Person) -> None:
    share(alice.live, allow("ses:SendEmail", DOMAIN, Principal={"AWS": alice.arn}))
    iam = alice.live.client("iam")
    iam.delete_access_key(UserName="alice", AccessKeyId=alice.key)
    iam.delete_user(UserName="alice")
    assert not is_allowed(send, make_user(alice.live, "alice").client("ses"))
    shown = alice.live.client("ses").get_identity_policies(Identity="example.com", PolicyNames=["share"])["Policies"]["share"]
    assert json.loads(shown)["Statement"][0]["Principal"]["AWS"].startswith("AIDA"), (
        "a principal that is gone is shown by its ID"
    )


def test_a_policy_follows_a_user_who_is_renamed(alice: Person) -> None:
    share(alice.live, allow("ses:SendEmail", DOMAIN, Principal={"AWS": alice.arn}))
    alice.live.client("iam").update_user(UserName="alice", NewUserName="alicia")
    assert is_allowed(send, alice.client("ses"))
    shown = alice.live.client("ses").get_identity_policies(Identity="example.com", PolicyNames=["share"])["Policies"]["share"]
    assert json.loads(shown)["Statement"][0]["Principal"]["AWS"].endswith(":user/alicia")


def test_an_explicit_deny_of_the_identity_wins_over_every_allow(alice: Person) -> None:
    grant(alice, allow("ses:*"))
    share(alice.live, deny("ses:SendEmail", DOMAIN, Principal={"AWS": alice.arn}))
    assert not is_allowed(send, alice.client("ses"))
    assert is_allowed(send_raw, alice.client("ses"))


@pytest.mark.parametrize(
    ("condition", "opens", "closes"),
    [
        ({"StringEquals": {"ses:FromAddress": "news@example.com"}}, {}, {"source": "ceo@example.com"}),
        (
            {"StringLike": {"ses:FromAddress": "news*@example.com"}},
            {"source": "news-it@example.com"},
            {"source": "x@example.com"},
        ),
        (
            {"StringEquals": {"ses:FromDisplayName": "News"}},
            {"source": "News <news@example.com>"},
            {"source": "CEO <news@example.com>"},
        ),
        (
            {"ForAllValues:StringLike": {"ses:Recipients": ["*@example.net", "*@example.org"]}},
            {"to": ["a@example.net", "b@example.org"]},
            {"to": ["a@example.net", "b@evil.example"]},
        ),
    ],
    ids=["From exactly", "From by pattern", "display name", "every recipient approved"],
)
def test_conditions_on_addresses_open_and_close_the_gate(
    alice: Person, condition: dict[str, Any], opens: dict[str, Any], closes: dict[str, Any]
) -> None:
    grant(alice, allow("ses:SendEmail", Condition=condition))
    assert is_allowed(send, alice.client("ses"), **opens)
    assert not is_allowed(send, alice.client("ses"), **closes)


def test_recipients_are_to_cc_and_bcc(alice: Person) -> None:
    grant(alice, allow("ses:SendEmail", Condition={"ForAllValues:StringLike": {"ses:Recipients": "*@example.net"}}))
    content = {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}
    for field in ("ToAddresses", "CcAddresses", "BccAddresses"):
        destination = {"ToAddresses": ["a@example.net"], field: ["b@evil.example"]}
        ses = alice.client("ses")
        assert not is_allowed(ses.send_email, Source="news@example.com", Destination=destination, Message=content)


def test_the_source_address_opens_and_closes_the_gate(alice: Person) -> None:
    grant(alice, allow("ses:SendEmail", Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}))
    assert is_allowed(send, alice.client("ses"))
    grant(alice, allow("ses:SendEmail", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    assert not is_allowed(send, alice.client("ses"))


def test_a_forwarded_address_of_a_stranger_is_not_believed(alice: Person) -> None:
    grant(alice, allow("ses:SendEmail", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    ses = alice.client("ses")

    def forward(request: Any, **_: Any) -> None:
        request.headers["X-Forwarded-For"] = "10.0.0.1"

    ses.meta.events.register("before-send", forward)
    assert not is_allowed(send, ses)


def test_the_user_agent_opens_and_closes_the_gate(alice: Person) -> None:
    grant(alice, allow("ses:SendEmail", Condition={"StringLike": {"aws:UserAgent": "newsletter/*"}}))
    assert is_allowed(send, alice.client("ses", config=Config(user_agent="newsletter/1.0")))
    assert not is_allowed(send, alice.client("ses", config=Config(user_agent="curl/8")))


def test_plain_http_is_not_secure_transport(alice: Person) -> None:
    grant(alice, allow("ses:SendEmail", Condition={"Bool": {"aws:SecureTransport": "true"}}))
    assert not is_allowed(send, alice.client("ses"))
    grant(alice, allow("ses:SendEmail", Condition={"Bool": {"aws:SecureTransport": "false"}}))
    assert is_allowed(send, alice.client("ses"))


WINDOW = {
    "DateGreaterThan": {"aws:CurrentTime": "2023-01-01T00:00:00Z"},
    "DateLessThan": {"aws:CurrentTime": "2023-01-31T23:59:59Z"},
}


def test_an_allow_with_a_window_opens_inside_it_only(alice: Person) -> None:
    grant(alice, allow("ses:SendEmail", Condition=WINDOW))
    ses = alice.client("ses")
    for now, open_ in (("2022-12-31T23:59:59Z", False), ("2023-01-15T12:00:00Z", True), ("2023-02-01T00:00:00Z", False)):
        alice.live.set_clock(now)
        assert is_allowed(send, ses) is open_, now


def test_the_articles_window_as_printed_denies_inside_january_2023_and_nowhere_else(alice: Person) -> None:
    """Its prose says "nobody may send outside the window"; both date tests must hold, so the Deny works inside it."""
    grant(alice, allow(["ses:SendEmail", "ses:SendRawEmail"]))
    as_printed = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": ["ses:SendEmail", "ses:SendRawEmail"],
                    "Resource": DOMAIN,
                    "Condition": WINDOW,
                }
            ],
        }
    )
    alice.live.client("ses").put_identity_policy(Identity="example.com", PolicyName="window", Policy=as_printed)
    moments = {
        "2022-12-31T23:59:59Z": True,
        "2023-01-01T00:00:00Z": True,  # DateGreaterThan: the first instant is not inside
        "2023-01-01T00:00:01Z": False,
        "2023-01-15T12:00:00Z": False,
        "2023-01-31T23:59:58Z": False,
        "2023-01-31T23:59:59Z": True,
        "2023-02-01T00:00:00Z": True,
        "2031-06-01T00:00:00Z": True,
    }
    ses = alice.client("ses")
    decided = {}
    for now in moments:
        alice.live.set_clock(now)
        decided[now] = (is_allowed(send, ses), is_allowed(send_raw, ses))
    assert decided == {now: (open_, open_) for now, open_ in moments.items()}
    alice.live.set_clock(None)
    assert is_allowed(send, ses)
