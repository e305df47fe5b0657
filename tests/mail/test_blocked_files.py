"""Files that SES does not send, wherever they stand in a message."""

import base64
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from gatepost.mail.attachment import Attachment, attachment_fields
from gatepost.mail.blocked_files import BLOCKED, BlockedFileError, check_file_name, check_parts
from gatepost.mail.header import HeaderError


def with_file(name: str) -> bytes:
    message = EmailMessage()
    message["From"] = "news@example.com"
    message.set_content("See the file.")
    message.add_attachment(b"x", maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes(policy=SMTP)


@pytest.mark.parametrize(
    "name", [*(f"a.{ending}" for ending in sorted(BLOCKED)), "A.EXE", "a.pdf.exe", "a.exe.", "a.exe ", "é.exe"]
)
def test_a_blocked_type_is_refused_in_a_raw_message_and_in_a_simple_one(name: str) -> None:
    with pytest.raises(BlockedFileError):
        check_parts(with_file(name))
    with pytest.raises(HeaderError):
        attachment_fields(Attachment(name, b"x"))


@pytest.mark.parametrize(
    "name", ["a.pdf", "exe", "a.exe.pdf", "a.zip", "résumé.pdf", "a.json", "a.jsx", "a.com.txt", ".profile"]
)
def test_any_other_type_is_sent(name: str) -> None:
    check_parts(with_file(name))
    check_file_name(name)


HEAD = b"From: a@example.com\r\nMIME-Version: 1.0\r\n"
PART = b'Content-Disposition: attachment; filename="a.exe"\r\n\r\nx'
RAW = {
    "the message itself": HEAD + PART,
    "a name in the type alone": HEAD + b'Content-Type: application/x; name="a.exe"\r\n\r\nx',
    "without quotes": HEAD + b"Content-Disposition: attachment; filename=a.exe\r\n\r\nx",
    "another case": HEAD + b"CONTENT-DISPOSITION: attachment; FILENAME=a.exe\r\n\r\nx",
    "an encoded word": HEAD
    + b'Content-Disposition: attachment; filename="=?utf-8?b?'
    + base64.b64encode(b"a.exe")
    + b'?="\r\n\r\nx',
    "RFC 2231": HEAD + b"Content-Disposition: attachment; filename*=utf-8''a%2Eexe\r\n\r\nx",
    "RFC 2231 in pieces": HEAD + b'Content-Disposition: attachment; filename*0="a.e"; filename*1="xe"\r\n\r\nx',
    "a folded field": HEAD + b'Content-Disposition: attachment;\r\n filename="a.exe"\r\n\r\nx',
    "a part": HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\nhello\r\n--B\r\n" + PART + b"\r\n--B--\r\n",
    "a part that nothing closes": HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n" + PART,
    "blanks behind a boundary": HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B \t\r\n" + PART + b"\r\n--B--",
    "a part of a part": HEAD
    + b"Content-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\nContent-Type: multipart/mixed; boundary=AB\r\n\r\n--AB\r\n"
    + PART
    + b"\r\n--AB--\r\n--A--\r\n",
    "a message in a message": HEAD + b"Content-Type: message/rfc822\r\n\r\n" + HEAD + PART,
}


@pytest.mark.parametrize("case", RAW)
def test_wherever_the_name_stands_it_is_read(case: str) -> None:
    with pytest.raises(BlockedFileError):
        check_parts(RAW[case])


def test_a_text_that_only_speaks_of_such_a_part_is_sent() -> None:
    check_parts(HEAD + b"\r\n" + PART)
    check_parts(HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\n--BB\r\n" + PART + b"\r\n--B--\r\n" + PART)


@pytest.mark.parametrize("part", [b"--B\r\nContent-Type: text/plain\r\n\r\nx\r\n", b"--B\r\n\r\nx\r\n", b"--B\r\n"])
def test_parts_are_limited_in_number_and_depth(part: bytes) -> None:
    many = HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + 502 * part + b"--B--"
    with pytest.raises(BlockedFileError, match="more than 500 parts"):
        check_parts(many)
    almost = HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\n" + 502 * b"--Bx\r\n"
    with pytest.raises(BlockedFileError, match="begin as a boundary"):
        check_parts(almost)
    deep = HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 30
    with pytest.raises(BlockedFileError, match="nested"):
        check_parts(deep)
