"""Accepted mail is kept as it would go out."""

import email
from email.message import EmailMessage
from email.policy import default

import pytest

from clients.people import identity_arn, send
from live import Live


@pytest.fixture(autouse=True)
def verified(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")


def kept(live: Live, message_id: str) -> EmailMessage:
    raw: bytes = live.hook(f"messages/{message_id}")
    assert b"\n" not in raw.replace(b"\r\n", b""), "CRLF line ends throughout"
    parsed = email.message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_simple_message_has_the_headers_that_ses_writes(live: Live) -> None:
    message_id = send(live.client("ses"), source="Caf\u00e9 <news@example.com>", to=["a@example.net", "B <b@example.net>"])
    message = kept(live, message_id)
    assert message["From"] == "Caf\u00e9 <news@example.com>"
    assert message["To"] == "a@example.net, B <b@example.net>"
    assert message["Message-ID"] == f"<{message_id}@email.amazonses.com>"
    assert message.get_content().strip() == "Hello there"


def test_bcc_recipients_get_the_message_and_stand_in_no_header(live: Live) -> None:
    answer = live.client("sesv2").send_email(
        FromEmailAddress="news@example.com",
        Destination={"ToAddresses": ["a@example.net"], "BccAddresses": ["secret@example.net"]},
        Content={"Simple": {"Subject": {"Data": "x"}, "Body": {"Html": {"Data": "<b>x</b>"}}}},
    )
    assert b"secret" not in live.hook(f"messages/{answer['MessageId']}")
    assert live.messages()[0]["Recipients"] == ["a@example.net", "secret@example.net"]


def test_what_ses_consumes_is_taken_out_of_a_raw_message(live: Live) -> None:
    arn = identity_arn("example.com")
    live.client("sesv2").create_configuration_set(ConfigurationSetName="tracked")
    raw = (
        f"X-SES-SOURCE-ARN: {arn}\nX-SES-FROM-ARN: {arn}\nX-SES-RETURN-PATH-ARN: {arn}\nX-SES-CONFIGURATION-SET: tracked\n"
        "X-SES-MESSAGE-TAGS: campaign=spring\nDate: Mon, 1 Jan 2001 00:00:00 +0000\n"
        "Return-Path: <bounces@example.com>\nMessage-ID: <mine@example.com>\n"
        "From: News <news@example.com>\nTo: a@example.net\nBcc: secret@example.net\nSubject: =?UTF-8?B?R3LDvMOfZQ==?=\nX-Mine: stays\n"
        "\nbody\n"
    )
    message_id = live.client("ses").send_raw_email(RawMessage={"Data": raw.encode()})["MessageId"]
    message = kept(live, message_id)
    assert sorted(name.lower() for name in message) == ["date", "from", "message-id", "subject", "to", "x-mine"]
    assert message["Message-ID"] == f"<{message_id}@email.amazonses.com>"
    assert message["Date"].datetime.year > 2001, "SES writes its own"
    (row,) = live.messages()
    assert (row["Recipients"], row["Subject"], row["Source"]) == (
        ["a@example.net", "secret@example.net"],
        "Gr\u00fc\u00dfe",
        "news@example.com",
    )


def test_destinations_count_before_the_headers(live: Live) -> None:
    raw = b"From: news@example.com\r\nTo: shown@example.net\r\n\r\nx"
    live.client("ses").send_raw_email(RawMessage={"Data": raw}, Destinations=["real@example.net"])
    assert live.messages()[0]["Recipients"] == ["real@example.net"]


def test_messages_are_told_oldest_first_with_what_the_contract_names(live: Live) -> None:
    first, second = send(live.client("ses")), send(live.client("ses"))
    told = live.messages()
    assert [message["MessageId"] for message in told] == [first, second]
    assert list(told[0]) == ["MessageId", "Account", "Region", "Source", "Recipients", "Subject", "AcceptedAt"]
