"""Mailboxes, strictly."""

import pytest

from gatepost.mail.addr_spec import AddressError
from gatepost.mail.address import Mailbox, mailbox_pieces, read_mailbox, read_mailboxes, write_mailbox


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
        ("A@EXAMPLE.com", "A@example.com", None),
        ('"a"@example.com', "a@example.com", None),
        ('"c\\eo"@example.com', "ceo@example.com", None),
        ('"c\\\\e\\"o"@example.com', '"c\\\\e\\"o"@example.com', None),
        ('"a.b"@Example.com', "a.b@example.com", None),
        ("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example", None),
        ("a@[IPv6:2001:DB8:0::1]", "a@[IPv6:2001:db8::1]", None),
        ("J. Doe <a@example.com>", "a@example.com", "J. Doe"),
        ("b@example.com <a@example.com>", "a@example.com", "b@example.com"),
        ('"=?utf-8?q?x?=" <a@example.com>', "a@example.com", "=?utf-8?q?x?="),
        ("=?utf-8?q?Caf=C3?= =?utf-8?q?=A9_au_lait?= <a@example.com>", "a@example.com", "Caf\u00e9 au lait"),
        ("=?ISO-8859-1?Q?Caf=E9?= au <a@example.com>", "a@example.com", "Caf\u00e9 au"),
    ],
)
def test_a_mailbox_is_an_address_and_perhaps_a_name(text: str, address: str, name: str | None) -> None:
    assert read_mailbox(text) == Mailbox(address, name)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Missing final '@domain'"),
        ("news", "Missing final '@domain'"),
        ("news@", "Missing domain"),
        ("@example.com", "Missing local name"),
        ("a@b@example.com", "illegal character"),
        ("a b@example.com", "control or whitespace"),
        ("a@exa mple.com", "Domain contains control or whitespace"),
        ("a@-example.com", "illegal character"),
        ("a@.example.com", "starts with dot"),
        ("a@example.com.", "ends with dot"),
        ("a@example..com", "dot-dot"),
        (".a@example.com", "Local address starts with dot"),
        ("a..b@example.com", "Local address contains dot-dot"),
        ("a.@example.com", "Local address ends with dot"),
        ("a@example.com, b@example.com", "Expected one address"),
        ("a@example.com,", "Expected one address"),
        (", a@example.com", "Expected one address"),
        ("a@example.com;", "Illegal semicolon, not in group"),
        ("mailto:a@example.com", "Local address contains illegal character"),
        ("MAILTO:<a@example.com>", "Local address contains illegal character"),
        ("Re: Bob <a@example.com>", "Local address contains illegal character"),
        ("undisclosed-recipients:;", "Expected one address"),
        ("C\u00adEO <a@example.com>", "Invalid email address"),
        ("The\u200bCEO <a@example.com>", "Invalid email address"),
        ("\u202eOEC ehT <a@example.com>", "Invalid email address"),
        ("=?utf-8?q?=E2=80=AEOEC?= <a@example.com>", "Invalid email address"),
        ("News <a@example.com", "Missing '>'"),
        ("News <a@example.com> x", "after the closing"),
        ('"News <a@example.com>', "Missing '\"'"),
        ("a@example.com\r\nBcc: b@example.com", r"Invalid email address a@example.com\\u000d\\u000aBcc: b@example.com\."),
        ("a\0@example.com", "Invalid email address"),
        ("caf\u00e9@example.com", "Local address contains control or whitespace"),
        ("a@b\u00fccher.example", "Domain contains control or whitespace"),
        ("x" * 65 + "@example.com", "too long"),
        ("To: a@example.com", "Local address contains illegal character"),
        ("The CEO: Bob <a@example.com>", "Local address contains illegal character"),
        ("team: a@example.com;", "Expected one address"),
        ("a@example.com; b@example.com", "Illegal semicolon, not in group"),
        ("<@relay.example:a@example.com>", "Local address contains illegal character"),
        ("<<a@example.com>>", "Extra route-addr"),
        ("<a@example.com> <b@example.com>", "Extra route-addr"),
        ("a(x)@example.com", "Local address contains illegal character"),
        ("<(x)a@example.com>", "Local address contains illegal character"),
        ("a@example.com (x", r"Missing '\)'"),
        ("<>", "Missing final '@domain'"),
        ("=?utf-8?q?ceo?=@example.com", "Local address contains illegal character"),
        ("=?utf-8?q?ceo=40example.com?=", "Missing final"),
        ("a@xn--a.example", "Domain contains illegal character"),
        ("a@xn--.example", "Domain contains illegal character"),
        ("a@[example]", "Domain contains illegal character"),
        ('"' + "N" * 330 + '" <a@example.com>', "Address length is more than 320 bytes long: "),
        ("\u65e5" * 80 + " <a@example.com>", "Address length is more than 320 bytes long: "),
        ("=?utf-8?q?x=0D=0AFrom=3A_b?= <a@example.com>", "Invalid email address"),
        ("=?utf-8?q?x=00y?= <a@example.com>", "Invalid email address"),
        ("=?utf-8?b?woU=?= <a@example.com>", "Invalid email address"),
        ("=?utf-8?q?ceo_=3Cceo=40example.com=3E?= <a@example.com>", "Invalid email address"),
        ("=?utf-8?q?a?b?= <a@example.com>", "Invalid email address"),
        ("=?no-such?q?a?= <a@example.com>", "Invalid email address"),
        ("=?utf-7?q?+2AA-?= <a@example.com>", "Invalid email address"),
        ("=?unicode_escape?q?=5Cud800?= <a@example.com>", "Invalid email address"),
        ("=?utf-8?q?=FF?= <a@example.com>", "Invalid email address"),
        ("=?utf-8?b?YQ?= <a@example.com>", "Invalid email address"),
    ],
)
def test_what_is_no_mailbox_is_refused(text: str, says: str) -> None:
    with pytest.raises(AddressError, match=says):
        read_mailbox(text)


def test_a_header_holds_many_and_groups() -> None:
    read = read_mailboxes('a@x.example, "B, C" <b@x.example>, team: c@x.example, d@x.example;')
    assert [each.address for each in read.mailboxes] == ["a@x.example", "b@x.example", "c@x.example", "d@x.example"]
    assert (read.exact, read.groups) == (True, True)
    assert read_mailboxes("undisclosed-recipients:;").mailboxes == ()


@pytest.mark.parametrize("name", ["News", "Doe, Jane", 'Jane "J" Doe', "Caf\u00e9", "a\\b", "\u65e5\u672c\u8a9e" * 20, "=?odd"])
def test_what_is_written_reads_the_same(name: str) -> None:
    mailbox = Mailbox("a@example.com", name)
    written = write_mailbox(mailbox)
    assert written.isascii()
    assert all(len(piece) <= 75 for piece in mailbox_pieces(mailbox))
    assert read_mailbox(written) == mailbox
    assert read_mailboxes(written).exact


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("a@x.example", True),
        ("<a@x.example>", True),
        ("News Team <a@x.example>", True),
        ('"News Team" <a@x.example>', True),
        ('"Team, News" <a@x.example>', True),
        ("=?UTF-8?Q?Caf=C3=A9?= <a@x.example>", True),
        ("a@x.example,b@x.example", True),
        ("a@X.example", False),
        ('"a"@x.example', False),
        ("a@x.example (News)", False),
        ("J. Doe <a@x.example>", False),
        ("b@x.example <a@x.example>", False),
        ("Caf\u00e9 <a@x.example>", False),
        ('"=?UTF-8?Q?Caf=C3=A9?=" <a@x.example>', False),
        ("=?UTF-8?Q?Caf=C3?= =?UTF-8?Q?=A9?= <a@x.example>", False),
        ("=?KOI8-R?Q?=C1?= <a@x.example>", False),
        ("a@x.example,,b@x.example", False),
        ("a@x.example,", False),
        ("(x)", False),
    ],
)
def test_a_text_that_readers_could_read_otherwise_is_not_exact(text: str, exact: bool) -> None:
    assert read_mailboxes(text).exact is exact
