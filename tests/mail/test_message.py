"""Messages composed and read, held against the standard library's own parser."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.mail.address import Mailbox
from gatepost.mail.attachment import Attachment
from gatepost.mail.compose import Content, ContentError, Envelope, Text, compose
from gatepost.mail.message import MessageError, read_message
from gatepost.mail.message_id import message_id_header, new_message_id
from gatepost.mail.tags import TagError, check_tags, read_tags_header

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SENDER = Envelope(Mailbox("news@example.com", "News"), (Mailbox("a@example.net"),))


def composed(content: Content, envelope: Envelope = SENDER) -> EmailMessage:
    made = compose(envelope, content, "<id@email.amazonses.com>", NOW, "----=_b")
    assert all(len(line) <= 998 for line in made.split(b"\r\n"))
    assert b"\n" not in made.replace(b"\r\n", b"")
    parsed = email.message_from_bytes(made, policy=default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


TEXTS = [
    "Hello",
    "Caf\u00e9 au lait",
    "\u65e5\u672c\u8a9e\u306e\u672c\u6587",
    "x" * 5000,
    "a\nb\r\nc\rd",
    ".",
    "From here",
    "\u00e9" * 3000,
    "",
]


def received(part: EmailMessage) -> str:
    content: str = part.get_content()
    return content.replace("\r\n", "\n").rstrip("\n")


@pytest.mark.parametrize("text", TEXTS)
def test_a_body_arrives_as_it_was_given(text: str) -> None:
    parsed = composed(Content(Text("Subject"), text=Text(text), html=Text(f"<p>{text}</p>")))
    wanted = text.replace("\r\n", "\n").replace("\r", "\n")
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert received(plain) == wanted.rstrip("\n")
    assert received(html) == f"<p>{wanted}</p>"


@settings(max_examples=100)
@given(subject=st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=300))
def test_a_subject_arrives_as_it_was_given(subject: str) -> None:
    parsed = composed(Content(Text(subject), text=Text("x")))
    assert "".join(str(parsed["Subject"]).split()) == "".join(subject.split())


def test_headers_say_what_was_given() -> None:
    envelope = Envelope(
        Mailbox("news@example.com", "Caf\u00e9"),
        (Mailbox("a@example.net"),),
        (Mailbox("c@example.net"),),
        (Mailbox("r@x.example"),),
    )
    parsed = composed(Content(Text("Hi"), text=Text("x"), headers=(("List-Unsubscribe", "<https://x.example/u>"),)), envelope)
    assert parsed["From"] == "Caf\u00e9 <news@example.com>"
    assert (parsed["To"], parsed["Cc"], parsed["Reply-To"]) == ("a@example.net", "c@example.net", "r@x.example")
    assert parsed["Bcc"] is None
    assert parsed["Date"].datetime == NOW
    assert parsed["List-Unsubscribe"] == "<https://x.example/u>"


def test_attachments_go_with_it() -> None:
    parsed = composed(
        Content(Text("Hi"), text=Text("x"), attachments=(Attachment("a b.txt", b"\0\1\2" * 100, "application/x-test"),))
    )
    (attachment,) = parsed.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content(), attachment.get_content_type()) == (
        "a b.txt",
        b"\0\1\2" * 100,
        "application/x-test",
    )


@pytest.mark.parametrize(
    "content",
    [
        Content(Text("a\r\nBcc: x@x.example"), text=Text("x")),
        Content(Text("a\nb"), text=Text("x")),
        Content(Text("a\0"), text=Text("x")),
        Content(Text("a"), text=Text("x", "utf-8\r\nX: y")),
        Content(Text("a"), text=Text("x", "no-such-charset")),
        Content(Text("a"), text=Text("\u65e5", "iso-8859-1")),
        Content(Text("a"), text=Text("x"), headers=(("X-A: y\r\nBcc", "x"),)),
        Content(Text("a"), text=Text("x"), headers=(("X-A", "y\r\nBcc: x"),)),
        Content(Text("a"), text=Text("x"), headers=(("Bcc", "x@x.example"),)),
        Content(Text("a"), text=Text("x"), attachments=(Attachment('a"\r\nX: y', b""),)),
        Content(Text("a")),
    ],
)
def test_nothing_given_becomes_a_header_line_of_its_own(content: Content) -> None:
    with pytest.raises(ContentError):
        compose(SENDER, content, "<id>", NOW, "b")


def test_a_raw_message_keeps_its_bytes() -> None:
    raw = b"From: a@example.com\nX-Long: one\n two\nSubject: =?UTF-8?B?Q2Fmw6k=?=\nBcc: s@example.com\n\nbody\nline\n"
    message = read_message(raw)
    assert message.get("x-long") == "one two"
    written = message.written({"bcc"}, ["Message-ID: <x>"])
    assert written == (
        b"Message-ID: <x>\r\nFrom: a@example.com\r\nX-Long: one\r\n two\r\nSubject: =?UTF-8?B?Q2Fmw6k=?=\r\n\r\nbody\r\nline\r\n"
    )


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"From a@example.com\r\n\r\nx", "line 1 of the header is no header field"),
        (b"From: a@example.com\r\nnonsense\r\n\r\nx", "line 2 of the header"),
        (b"From: a\r\nfrom: b\r\n\r\nx", "Duplicate header 'from'."),
        (b"From: a\0\r\n\r\nx", "NUL"),
        (b" folded: first\r\n\r\nx", "line 1"),
    ],
)
def test_bytes_that_are_no_message(raw: bytes, says: str) -> None:
    with pytest.raises(MessageError, match=says):
        read_message(raw)


def test_a_message_without_a_body_or_header() -> None:
    assert read_message(b"From: a@example.com\r\n").get("from") == "a@example.com"
    assert read_message(b"\r\nbody").fields == ()


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        message = read_message(raw)
    except MessageError:
        return
    again = read_message(message.written((), ()))
    assert [(field.name, field.value) for field in again.fields] == [(field.name, field.value) for field in message.fields]


def test_ids_have_the_shape_of_ses() -> None:
    made = new_message_id("us-east-1", NOW, "2f6c1f0e-6a0f-4c9e-9a53-0f4f5cf1a3d2")
    assert made.endswith("-2f6c1f0e-6a0f-4c9e-9a53-0f4f5cf1a3d2-000000")
    assert made.startswith(f"0100{int(NOW.timestamp() * 1000):012x}")
    assert len(made.partition("-")[0]) == 16
    assert message_id_header(made, "us-east-1") == f"<{made}@email.amazonses.com>"
    assert message_id_header(made, "eu-west-1") == f"<{made}@eu-west-1.amazonses.com>"


def test_tags_are_held_against_the_rules_name_first() -> None:
    assert read_tags_header("campaign=spring, team=news") == (("campaign", "spring"), ("team", "news"))
    assert check_tags([("ses:feedback-id-a", "x")]) == (("ses:feedback-id-a", "x"),)
    for pair, says in {
        ("", ""): "The tag name must be specified.",
        ("a", ""): "The tag value must be specified.",
        ("a b", "c d"): "Invalid tag name <a b>",
        ("a", "c d"): "Invalid tag value <c d>",
        ("a" * 256, "c"): "Tag name cannot exceed 255 characters.",
        ("a", "c" * 256): "Tag value cannot exceed 255 characters.",
    }.items():
        with pytest.raises(TagError, match=says):
            check_tags([pair])
