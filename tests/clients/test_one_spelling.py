"""What reaches the reader is what was decided: addresses, senders and headers that try to be two things at once."""

import email
import json
import subprocess
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from clients.people import Person, allow, deny, document, identity_arn, is_allowed, make_user, refused, send, send_raw, send_v2
from live import BIN, Live


@pytest.fixture
def alice(live: Live) -> Person:
    live.client("ses").verify_domain_identity(Domain="example.com")
    return make_user(live, "alice")


def grant(person: Person, *statements: dict[str, Any]) -> None:
    person.live.client("iam").put_user_policy(UserName=person.name, PolicyName="p", PolicyDocument=document(*statements))


def kept(live: Live, message_id: str) -> EmailMessage:
    parsed = email.message_from_bytes(live.hook(f"messages/{message_id}"), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def raw_of(ses: Any, *lines: str, **more: Any) -> str:
    content = "\r\n".join((*lines, "", "body", "")).encode()
    message_id: str = ses.send_raw_email(RawMessage={"Data": content}, **more)["MessageId"]
    return message_id


SPELLINGS = [
    '"ceo"@example.com',
    '"c\\eo"@example.com',
    "ceo@EXAMPLE.com",
    'The CEO <"ceo"@Example.Com>',
    "(x) ceo@example.com (y)",
]


@pytest.mark.parametrize("spelling", [*SPELLINGS, "=?utf-8?q?ceo?=@example.com"])
def test_a_deny_of_an_address_holds_for_each_of_its_spellings(alice: Person, spelling: str) -> None:
    ceo = {"StringEquals": {"ses:FromAddress": "ceo@example.com"}}
    grant(alice, allow("ses:Send*"), deny("ses:Send*", Condition=ceo))
    for one in (send, send_raw):
        code, _ = refused(one, alice.client("ses"), source=spelling)
        assert code == ("InvalidParameterValue" if "=?" in spelling else "AccessDenied")
    assert refused(send_v2, alice.client("sesv2"), source=spelling)[0].startswith(("AccessDenied", "BadRequest"))
    assert alice.live.messages() == []


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_recipients_are_one_too(alice: Person, spelling: str) -> None:
    ceo = {"ForAnyValue:StringEquals": {"ses:Recipients": "ceo@example.com"}}
    grant(alice, allow("ses:Send*"), deny("ses:Send*", Condition=ceo))
    for one in (send, send_raw):
        assert not is_allowed(one, alice.client("ses"), to=spelling)
    grant(alice, allow("ses:Send*"))
    message_id = send_raw(alice.client("ses"), to=spelling)
    assert alice.live.messages()[-1]["Recipients"] == ["ceo@example.com"]
    assert [each.addr_spec for each in kept(alice.live, message_id)["To"].addresses] == ["ceo@example.com"]


def test_identities_and_addresses_meet_in_one_spelling(live: Live) -> None:
    ses = live.client("ses")
    ses.verify_email_identity(EmailAddress='"sender"@EXAMPLE.org')
    assert ses.list_identities()["Identities"] == ["sender@example.org"]
    assert send(ses, source="sender@Example.org")
    assert send(ses, source='"sender"@example.org', SourceArn=identity_arn("sender@EXAMPLE.org"))
    assert refused(send, ses, source="SENDER@example.org")[0] == "MessageRejected", "the local part keeps its case"
    ses.delete_identity(Identity="sender@EXAMPLE.ORG")
    assert ses.list_identities()["Identities"] == []
    for name in ("xn--a.example", "b\u00fccher.example", "a@xn--a.example", "a@b\u00fccher.example"):
        assert refused(ses.verify_email_identity, EmailAddress=f"x@{name.rpartition('@')[2]}")[0] == "InvalidParameterValue"
        assert refused(ses.verify_domain_identity, Domain=name)[0] == "InvalidParameterValue"


@pytest.mark.parametrize(
    "header",
    [
        "Sender: CEO <ceo@example.com>",
        "Resent-From: ceo@example.com",
        "Resent-Sender: ceo@example.com",
        "RESENT-FROM: a@example.com, ceo@example.com",
    ],
)
def test_who_is_named_as_sender_is_asked_as_if_it_were_from(alice: Person, header: str) -> None:
    grant(alice, allow("ses:SendRawEmail", Condition={"StringNotEquals": {"ses:FromAddress": "ceo@example.com"}}))
    ses = alice.client("ses")
    assert is_allowed(raw_of, ses, "From: news@example.com", "To: a@example.net")
    assert is_allowed(raw_of, ses, "From: news@example.com", "To: a@example.net", header.replace("ceo@", "other@"))
    assert not is_allowed(raw_of, ses, "From: news@example.com", "To: a@example.net", header)
    unverified = header.replace("ceo@example.com", "ceo@bank.example")
    root = alice.live.client("ses")
    assert refused(raw_of, root, "From: news@example.com", "To: a@example.net", unverified)[0] == "MessageRejected"


def test_blind_recipients_of_a_resent_message_never_leave(alice: Person) -> None:
    lines = ("From: news@example.com", "To: a@example.net", "Resent-From: n@example.com", "resent-bcc: secret@example.net")
    assert b"secret" not in alice.live.hook(f"messages/{raw_of(alice.live.client('ses'), *lines)}")


@pytest.mark.parametrize(
    "lines",
    [
        ("From:", "To: a@example.net"),
        ("From: <>", "To: a@example.net"),
        ("From: team: news@example.com;", "To: a@example.net"),
        ("From: news@example.com, ceo@example.com", "To: a@example.net"),
        ("From: news@example.com", "FROM: ceo@example.com", "To: a@example.net"),
        ("From : ceo@example.com", "From: news@example.com", "To: a@example.net"),
        ("From: The CEO: Bob <news@example.com>", "To: a@example.net"),
        ("From: =?utf-8?b?eA0KRnJvbTogYkBl?= <news@example.com>", "To: a@example.net"),
        ("From: news@example.com", " ", "To: a@example.net"),
        ("From: news@example.com", "To: a@example.net", "Fr\u00f6m: x"),
        ("From: news@example.com", "To: a@example.net", "X: a\x0bb"),
        ("From: news@example.com", "To: a@example.net", "Subject: a\u2028From: ceo@example.com"),
        ("From: news@example.com", "To: a@example.net", "X: " + "y" * 1000),
        ("From: news@example.com", "To: a@example.net", "Sender: a@example.com, b@example.com"),
        ("From: news@example.com", "To: a@example.net", *(f"X-{number}: y" for number in range(1001))),
        ("From: news@example.com", "To: a@example.net", *("X: " + "y" * 900 for _ in range(90))),
        ("From: news@example.com", "To: a@example.net", "", "y" * 999),
    ],
)
def test_a_header_that_could_be_read_in_two_ways_is_refused(alice: Person, lines: tuple[str, ...]) -> None:
    assert refused(raw_of, alice.live.client("ses"), *lines)[0] == "InvalidParameterValue"
    assert alice.live.messages() == []


def test_an_address_field_goes_out_as_it_was_decided_on(alice: Person) -> None:
    ses = alice.live.client("ses")
    exact = ("From: =?UTF-8?Q?Caf=C3=A9?= <news@example.com>", 'To: "Doe, Jane" <j@example.net>,', "\tb@example.net")
    raw = alice.live.hook(f"messages/{raw_of(ses, exact[0], exact[1] + ' c@example.net')}")
    assert exact[0].encode() in raw
    message = kept(
        alice.live, raw_of(ses, 'From: "news"@EXAMPLE.com (The CEO)', "To: J. Doe <j@Example.net>", "Cc: team: x@Example.net;")
    )
    assert [(each.display_name, each.addr_spec) for each in message["From"].addresses] == [("", "news@example.com")]
    assert [(each.display_name, each.addr_spec) for each in message["To"].addresses] == [("J. Doe", "j@example.net")]
    assert message["Cc"] == "x@example.net"


@pytest.mark.parametrize("name", ["Resent-From", "resent-bcc", "Resent-Date", "Sender", "From", "Return-Path"])
def test_who_sends_is_no_custom_header(alice: Person, name: str) -> None:
    simple = {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}, "Headers": [{"Name": name, "Value": "a@example.com"}]}
    code, text = refused(
        alice.live.client("sesv2").send_email,
        FromEmailAddress="news@example.com",
        Destination={"ToAddresses": ["a@example.net"]},
        Content={"Simple": simple},
    )
    assert (code, text) == ("BadRequestException", f"Header '{name}' can not be set as a custom header.")


def test_names_of_files_in_any_language(alice: Person) -> None:
    names = ["r\u00e9sum\u00e9.pdf", "\u65e5" * 80 + ".pdf", "a b.txt", "x" * 250]
    simple = {
        "Subject": {"Data": "x"},
        "Body": {"Text": {"Data": "x"}},
        "Attachments": [
            {"FileName": name, "RawContent": b"x", "ContentType": "text/calendar; method=REQUEST"} for name in names
        ],
    }
    answer = alice.live.client("sesv2").send_email(
        FromEmailAddress="news@example.com", Destination={"ToAddresses": ["a@example.net"]}, Content={"Simple": simple}
    )
    files = list(kept(alice.live, answer["MessageId"]).iter_attachments())
    assert [each.get_filename() for each in files] == names
    assert files[0]["Content-Type"].params["method"] == "REQUEST"


def test_what_a_terminal_is_shown_of_mail_has_its_controls_escaped(alice: Person) -> None:
    ses = alice.live.client("ses")
    message_id = raw_of(
        ses, "From: news@example.com", "To: a@example.net", "Subject: =?utf-8?q?x=1B[2J=C2=9B31m=0Ay?=", "", "\x1b[31m"
    )
    for command in (("list",), ("list", "--json"), ("show", message_id)):
        shown = subprocess.run(
            [str(BIN / "gatepost"), "mail", *command, "--data", str(alice.live.data)], capture_output=True, check=True
        ).stdout.decode()
        assert "\x1b" not in shown
        assert "\x9b" not in shown
    listed = subprocess.run(
        [str(BIN / "gatepost"), "mail", "list", "--json", "--data", str(alice.live.data)], capture_output=True, check=True
    ).stdout
    assert json.loads(listed)["Subject"] == "x\x1b[2J\x9b31m\ny"
    byte_for_byte = [str(BIN / "gatepost"), "mail", "show", message_id, "--raw", "--data", str(alice.live.data)]
    assert subprocess.run(byte_for_byte, capture_output=True, check=True).stdout == alice.live.hook(f"messages/{message_id}")
