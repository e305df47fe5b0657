"""No reader's cost grows faster than its input: four times the text is read in at most eight times the time.

The time is the processor's of this thread, the best of several runs, so that other load does not count.
"""

import email
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.policy import default
from time import thread_time
from typing import Any

import pytest

from gatepost.mail.addr_spec import AddressError
from gatepost.mail.address import Mailbox, read_mailbox, read_mailboxes
from gatepost.mail.attachment import Attachment
from gatepost.mail.charset import LISTED, UnknownCharset, find_charset
from gatepost.mail.compose import Content, ContentError, Envelope, Text, compose
from gatepost.mail.encoded_word import decode_words
from gatepost.mail.lines import base64_lines, long_line, quoted_printable, slices, with_crlf
from gatepost.mail.message import MessageError, read_message
from gatepost.mail.tags import TagError, read_tags_header

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ENVELOPE = Envelope(Mailbox("news@example.com"), (Mailbox("a@example.net"),))
FEW, MANY = 10_000, 40_000  # characters
MOST_GROWTH = 8
A_TURN = 0.020  # seconds: the longest that one call into C may hold the interpreter


def best(work: Callable[[Any], object], value: object, runs: int = 3) -> float:
    times = []
    for _ in range(runs):
        begun = thread_time()
        work(value)
        times.append(thread_time() - begun)
    return min(times)


def refused_or_read(read: Callable[[Any], object]) -> Callable[[Any], None]:
    def work(value: Any) -> None:
        with suppress(AddressError, MessageError, ContentError, TagError):
            read(value)

    return work


def composed(text: str) -> None:
    compose(ENVELOPE, Content(Text(text), Text(text), Text(text), (("X-A", text),)), "<id>", NOW, "b")


def body(text: str, charset: str = "UTF-8") -> None:
    compose(ENVELOPE, Content(Text("s"), Text(text, charset)), "<id>", NOW, "b")


def attached(text: str) -> None:
    compose(ENVELOPE, Content(Text("s"), Text("t"), attachments=(Attachment(text[:255], text.encode()),)), "<id>", NOW, "b")


def header_of(text: str) -> None:
    read_message(b"From: news@example.com\r\nTo: a@example.net\r\nX: " + text.encode() + b"\r\n\r\nx")


def body_of(text: str) -> None:
    read_message(b"From: news@example.com\r\n\r\n" + text.encode())


READERS: dict[str, Callable[[str], object]] = {
    "a mailbox": read_mailbox,
    "a list": read_mailboxes,
    "encoded words": decode_words,
    "a raw header": header_of,
    "a raw body": body_of,
    "a message": composed,
    "a body": body,
    "a body in ISO-2022-JP": lambda text: body(text, "ISO-2022-JP"),
    "an attachment": attached,
    "tags": read_tags_header,
}
HOSTILE = [
    " ", ":", "@", ",", ";", "<", ">", "(", '"', "\\", '"a"', "(a)", "=?", "=?a?q?", "=?utf-8?q?a?=", "=?utf-8?q?a?= x ",
    "=?utf-8?b?YQ==?= ", "=", "a", "a ", "a@b,", "a b <c@d.e>, ", "a:;,", ".", "\r", "\n", "\r\n", "\n ", "X: y\r\n", " \r\n", "\t",
    "\u00e9", "\u65e5", "a.",
]  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_the_cost_grows_with_the_input_and_no_faster(reader: str) -> None:
    read = refused_or_read(READERS[reader])
    for piece in HOSTILE:
        for start in ("", "a"):
            few, many = (start + piece * (length // len(piece)) for length in (FEW, MANY))
            short, long = best(read, few), best(read, many)
            assert long < MOST_GROWTH * max(short, 0.0005), (piece, start, short, long)


@pytest.mark.parametrize("name", [name for name, _, _ in LISTED])
def test_each_charset_encodes_and_decodes_at_a_cost_in_proportion(name: str) -> None:
    charset = find_charset(name)
    letters = [
        each for each in ("a", "\u00e9", "\u044f", "\u65e5", "\uac00", "\u4e00\u3042", "\u0e01") if _has(charset.codec, each)
    ]
    for letter in letters:
        few, many = letter * 50_000, letter * 200_000
        assert best(charset.encode, [many]) < MOST_GROWTH * max(best(charset.encode, [few]), 0.0005)
        encoded = b"".join(charset.encode([few]))
        assert best(charset.decode, encoded * 4) < MOST_GROWTH * max(best(charset.decode, encoded), 0.0005)
        assert charset.decode(encoded) == few


def _has(codec: str, letter: str) -> bool:
    try:
        letter.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize(
    "name",
    [
        "utf-7", "punycode", "idna", "undefined", "unicode_escape", "unicode-escape", "raw_unicode_escape", "hex", "zip", "zlib_codec",
        "base64", "rot13", "bz2", "quopri", "uu", "mbcs", "oem", "utf-16", "utf-32", "utf-8-sig", "charmap", "hz", "utf-8\r\n", "",
        "x" * 5000, "utf-8 ", "../utf-8", "cp65001",
    ],
)  # fmt: skip
def test_no_other_charset_is_reached(name: str) -> None:
    with pytest.raises(UnknownCharset):
        find_charset(name)


@pytest.mark.parametrize("alias", ["UTF8", "Latin1", "CP1252", "sjis", "ks_c_5601-1987", "iso8859-15", "KOI8-R", "ascii"])
def test_a_charset_goes_out_under_our_name(alias: str) -> None:
    raw = compose(ENVELOPE, Content(Text("s", alias), Text("t", alias)), "<id>", NOW, "b")
    assert f"charset={find_charset(alias).name}\r\n".encode() in raw
    assert find_charset(alias).name in {name for name, _, _ in LISTED}


@pytest.mark.parametrize(
    "content",
    [b"\n", b"\r\n", b"x" * 900 + b"\r\n", b"\xe9", b" ", b"=\n", b"\0"],
    ids=["lf", "crlf", "lines", "8bit", "blanks", "=", "nul"],
)
def test_no_step_over_a_whole_body_holds_the_interpreter_for_long(content: bytes) -> None:
    whole = content * (4_000_000 // len(content))
    for steps in (slices, with_crlf, base64_lines, lambda given: quoted_printable(with_crlf(given))):
        longest = 0.0
        made = iter(steps(whole))
        while True:
            begun = thread_time()
            part = next(made, None)
            longest = max(longest, thread_time() - begun)
            if part is None:
                break
        assert longest < A_TURN, (steps, longest)
    assert best(lambda parts: long_line(parts, 998), list(slices(whole)), 1) < 0.5


def test_encodings_by_slices_are_those_of_the_whole() -> None:
    text = "".join(f"Zeile {number} mit \u00fcber = \r\n" for number in range(20_000)) + "x" * 300_000
    raw = compose(ENVELOPE, Content(Text("s"), Text(text), attachments=(Attachment("a", text.encode()),)), "<id>", NOW, "b")
    parsed = email.message_from_bytes(raw, policy=default)
    plain, attachment = parsed.iter_parts()
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == text.replace("\r\n", "\n").rstrip("\n")
    assert attachment.get_payload(decode=True) == text.encode()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
