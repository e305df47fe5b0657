"""Target: mailboxes. Whatever text comes in, it is refused, or every reader sees what was decided."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from fuzzing.by_time import fuzz
from fuzzing.hostile_text import ADDRESSES, addresses
from fuzzing.independent_reader import field_names, named
from gatepost.mail.addr_spec import AddressError, canonical_address
from gatepost.mail.address import Mailbox, list_pieces, read_mailbox, read_mailboxes
from gatepost.mail.header import field, header_block


def written(mailboxes: tuple[Mailbox, ...]) -> bytes:
    return header_block([field("To", *list_pieces(mailboxes))]) + b"\r\n"


def expected(mailboxes: tuple[Mailbox, ...]) -> list[tuple[str, str]]:
    return [(each.display_name or "", each.address) for each in mailboxes]


def one_mailbox(text: str) -> None:
    """Refused, or one mailbox that is written, and read by others, as it was read here."""
    try:
        mailbox = read_mailbox(text)
    except AddressError as error:
        assert str(error).isprintable() or not str(error).isascii()
        return
    assert canonical_address(mailbox.address) == mailbox.address
    raw = written((mailbox,))
    assert field_names(raw) == ["To"]
    assert named(raw, "To") == expected((mailbox,))
    assert read_mailbox(" ".join(list_pieces((mailbox,)))) == mailbox


def a_list(text: str) -> None:
    """Refused, or mailboxes; where the reading is called exact, others read the very text so."""
    try:
        read = read_mailboxes(text)
    except AddressError:
        return
    if read.mailboxes:
        assert named(written(read.mailboxes), "To") == expected(read.mailboxes)
    if read.exact and "\r" not in text and "\n" not in text:
        assert named(f"To: {text}\r\n\r\n".encode(), "To") == expected(read.mailboxes)


@pytest.mark.parametrize("text", ADDRESSES)
def test_seeds(text: str) -> None:
    one_mailbox(text)
    a_list(text)


@settings(max_examples=300)
@given(addresses())
def test_one_mailbox(text: str) -> None:
    one_mailbox(text)


@settings(max_examples=300)
@given(addresses())
def test_a_list_of_mailboxes(text: str) -> None:
    a_list(text)


@pytest.mark.long
@pytest.mark.parametrize("target", [one_mailbox, a_list])
def test_addresses_for_long(target: Callable[[str], None]) -> None:
    fuzz(target, addresses())
