"""What is decided is what the reader sees: the name that policies see is the one that goes out, whatever From says.

Two readers that are not ours read the message as it goes out: the two of Python's `email` package, the old and the new.
"""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import compat32, default
from email.utils import getaddresses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatepost.mail.addr_spec import AddressError
from gatepost.mail.address import Mailbox, read_mailbox
from gatepost.mail.address_fields import FieldError, read_address_fields
from gatepost.mail.compose import Content, Envelope, Text, compose
from gatepost.mail.encoded_word import decode_words
from gatepost.mail.message import MessageError, read_message

PIECES = st.sampled_from(
    (
        "The CEO", "Bob", "bob@example.com", "<bob@example.com>", "ceo@example.com", "(The CEO)", "(", ")", "<", ">", '"', '"The CEO"',
        ":", ";", ",", " ", "  ", "\t", "\\", ".", "'", "[", "]", "@", "=?utf-8?q?The_CEO?=",
        "=?utf-8?b?VGhlIENFTw==?=", "=?utf-8?q?The?=",
        "=?utf-8?q?_CEO?=", "=?x?q?y?=", "=?utf-8?q?a", "?=", "=?us-ascii?q?=22?=", "=?utf-8?q?=0D=0AFrom:_c?=", "=?utf-8?q?=3C?=",
        '"=?utf-8?q?CEO?="', "Caf\u00e9", "\u202e", "\u200b", "\u65e5\u672c", "=?utf-8?q?=C3?=", "=?utf-8?q?=A9?=", "\r\n ", "\r\n",
    )
)  # fmt: skip
TEXTS = st.lists(PIECES, min_size=1, max_size=6).map("".join)
MESSAGE_EXAMPLES = (
    "The CEO: Bob <bob@example.com>",
    "bob@example.com (The CEO)",
    "Bob (The CEO) <bob@example.com>",
    "=?utf-8?q?The_CEO?= <bob@example.com>",
    '"=?utf-8?q?The_CEO?=" <bob@example.com>',
    "=?utf-8?q?The?= =?utf-8?q?_CEO?= <bob@example.com>",
    "ceo@example.com <bob@example.com>",
    "Re: Bob <bob@example.com>",
)


def readings(content: bytes | bytearray) -> list[list[tuple[str, str]]]:
    """(name, address) of each mailbox of From, by each reader."""
    new = email.message_from_bytes(bytes(content), policy=default)
    assert isinstance(new, EmailMessage)
    shown = new["From"].addresses
    old = email.message_from_bytes(bytes(content), policy=compat32)
    fields = [str(field).replace("\r\n", "") for field in old.get_all("From") or ()]
    return [
        [(each.display_name, each.addr_spec) for each in shown],
        [(decode_words(name), address) for name, address in getaddresses(fields)],
    ]


def check(mailbox: Mailbox, content: bytes | bytearray) -> None:
    new, old = readings(content)
    name = mailbox.display_name or ""
    assert old == [(name, mailbox.address)]
    # The newer reader of Python 3.11 keeps the blank between two encoded words, which RFC 2047 (section 6.2) takes away.
    assert [("".join(shown.split()), address) for shown, address in new] == [("".join(name.split()), mailbox.address)]


@given(TEXTS)
@example(MESSAGE_EXAMPLES[0])
@example(MESSAGE_EXAMPLES[1])
@example(MESSAGE_EXAMPLES[2])
@example(MESSAGE_EXAMPLES[5])
def test_the_name_of_a_raw_message_that_is_decided_is_the_one_that_goes_out(text: str) -> None:
    try:
        message = read_message(f"From: {text}\r\nTo: a@example.net\r\nSubject: s\r\n\r\nt".encode())
        addressed = read_address_fields(message)
    except (MessageError, FieldError):
        return
    if len(addressed.of("from")) == 1:
        check(addressed.of("from")[0], message.written((), (), addressed.rewritten))


@given(TEXTS)
@example(MESSAGE_EXAMPLES[7])
def test_the_name_of_a_simple_message_that_is_decided_is_the_one_that_goes_out(text: str) -> None:
    try:
        mailbox = read_mailbox(text)
    except AddressError:
        return
    content = Content(Text("s"), Text("t"))
    check(mailbox, compose(Envelope(mailbox), content, "<x@example.com>", datetime(2026, 1, 1, tzinfo=UTC), "b"))


@pytest.mark.parametrize("text", MESSAGE_EXAMPLES)
def test_a_name_that_hides_another_goes_out_as_it_is_decided_or_not_at_all(text: str) -> None:
    try:
        message = read_message(f"From: {text}\r\n\r\nt".encode())
        addressed = read_address_fields(message)
    except FieldError:
        assert ":" in text
        return
    (mailbox,) = addressed.of("from")
    check(mailbox, message.written((), (), addressed.rewritten))
