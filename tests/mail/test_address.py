"""Mailboxes, strictly."""

import pytest

from gatepost.mail.address import AddressError, Mailbox, read_mailbox, read_mailboxes, write_mailbox


@pytest.mark.parametrize(
    ("text", "address", "name"),
    [
        ("a@example.com", "a@example.com", None),
        ("  a@example.com ", "a@example.com", None),
        ("News <a@example.com>", "a@example.com", "News"),
        ("<a@example.com>", "a@example.com", None),
        ('"Doe, Jane" <a@example.com>', "a@example.com", "Doe, Jane"),
        ('"Jane \\"J\\" Doe" <a@example.com>', "a@example.com", 'Jane "J" Doe'),
        ('"a<b" <a@example.com>', "a@example.com", "a<b"),
        ("=?UTF-8?B?Q2Fmw6k=?= <a@example.com>", "a@example.com", "Caf\u00e9"),
        ("Caf\u00e9 <a@example.com>", "a@example.com", "Caf\u00e9"),
        ("a@example.com (comment, with comma)", "a@example.com", None),
        ('"quoted local"@example.com', '"quoted local"@example.com', None),
        ("a+label@sub.example.com", "a+label@sub.example.com", None),
        ("a@[192.0.2.1]", "a@[192.0.2.1]", None),
        ("A@EXAMPLE.com", "A@EXAMPLE.com", None),
    ],
)
def test_a_mailbox_is_an_address_and_perhaps_a_name(text: str, address: str, name: str | None) -> None:
    assert read_mailbox(text) == Mailbox(address, name)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Missing address"),
        ("news", "Missing final '@domain'"),
        ("news@", "Missing final '@domain'"),
        ("@example.com", "Missing local name"),
        ("a@b@example.com", "illegal character"),
        ("a b@example.com", "control or whitespace"),
        ("a@exa mple.com", "illegal character"),
        ("a@-example.com", "illegal character"),
        ("a@.example.com", "starts with dot"),
        ("a@example.com.", "ends with dot"),
        ("a@example..com", "dot-dot"),
        (".a@example.com", "illegal character"),
        ("a@example.com, b@example.com", "Expected one address"),
        ("News <a@example.com", "Unbalanced"),
        ("News <a@example.com> x", "after the closing"),
        ('"News <a@example.com>', "Unbalanced"),
        ("a@example.com\r\nBcc: b@example.com", "control characters"),
        ("a\0@example.com", "control characters"),
        ("caf\u00e9@example.com", "non-ASCII"),
        ("a@b\u00fccher.example", "non-ASCII"),
        ("x" * 65 + "@example.com", "too long"),
    ],
)
def test_what_is_no_mailbox_is_refused(text: str, says: str) -> None:
    with pytest.raises(AddressError, match=says):
        read_mailbox(text)


def test_a_header_holds_many_and_groups() -> None:
    assert [each.address for each in read_mailboxes('a@x.example, "B, C" <b@x.example>,, team: c@x.example, d@x.example;')] == [
        "a@x.example",
        "b@x.example",
        "c@x.example",
        "d@x.example",
    ]
    assert read_mailboxes("undisclosed-recipients:;") == ()


@pytest.mark.parametrize("name", ["News", "Doe, Jane", 'Jane "J" Doe', "Caf\u00e9", "a\\b", "\u65e5\u672c\u8a9e" * 20, "=?odd"])
def test_what_is_written_reads_the_same(name: str) -> None:
    written = write_mailbox(Mailbox("a@example.com", name))
    assert written.isascii()
    assert all(len(line) <= 78 for line in written.split("\r\n")) or name.isascii()
    assert read_mailbox(written.replace("\r\n", "")) == Mailbox("a@example.com", name)
