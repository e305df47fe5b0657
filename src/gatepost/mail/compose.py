"""From the parts that `SendEmail` gives to a MIME message.

Nothing that a caller gives reaches a header line but through `header`, which refuses line breaks and control characters.
Source: RFC 5322; RFC 2045 and 2046 (MIME); RFC 2047 (encoded words).
"""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from msgspec import Struct

from gatepost.mail.address import Mailbox, encode_words, write_mailbox

CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
HEADER_NAME: Final = re.compile(r"[\x21-\x39\x3b-\x7e]{1,126}")
BARE_LINE_FEED: Final = re.compile(rb"(?<!\r)\n")
LONGEST_LINE: Final = 998  # RFC 5322, section 2.1.1
FOLD_AT: Final = 900
OWN_HEADERS: Final = frozenset(  # what the message's own parts say
    (
        "from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "return-path", "sender", "mime-version",
        "content-type", "content-transfer-encoding", "content-disposition",
    )
)  # fmt: skip


class ContentError(ValueError):
    """A part that no message can carry; the text says which and why."""


class Text(Struct, frozen=True):
    """A text and the character set in which it goes out."""

    data: str
    charset: str = "UTF-8"


class Attachment(Struct, frozen=True):
    """A file that goes with a message."""

    file_name: str
    content: bytes
    content_type: str = "application/octet-stream"
    disposition: str = "attachment"
    content_id: str | None = None
    description: str | None = None


class Content(Struct, frozen=True):
    """What a message says."""

    subject: Text
    text: Text | None = None
    html: Text | None = None
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()


class Envelope(Struct, frozen=True):
    """From whom and to whom, as the header shows it. Bcc recipients do not stand in it."""

    sender: Mailbox
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()


def compose(envelope: Envelope, content: Content, message_id: str, now: datetime, boundary: str) -> bytes:
    """The message. `message_id` is the header's value; `boundary` is a random text that no part contains."""
    lines = [
        f"Date: {date(int(now.timestamp()))}",
        f"From: {write_mailbox(envelope.sender)}",
        *_addresses("To", envelope.to),
        *_addresses("Cc", envelope.cc),
        *_addresses("Reply-To", envelope.reply_to),
        f"Message-ID: {message_id}",
        header("Subject", content.subject.data),
        "MIME-Version: 1.0",
        *(custom_header(name, value) for name, value in content.headers),
    ]
    return "\r\n".join(lines).encode() + b"\r\n" + _with_attachments(content, boundary)


@lru_cache(maxsize=16)
def date(seconds: int) -> str:
    """The `Date` header's value of a second (RFC 5322, section 3.3)."""
    return format_datetime(datetime.fromtimestamp(seconds, UTC))


def header(name: str, value: str) -> str:
    """A header line; ContentError where the value has line breaks or control characters."""
    if CONTROL.search(value):
        raise ContentError(f"Header '{name}' contains line breaks or control characters")
    if not value.isascii():
        return f"{name}: {encode_words(value)}"
    return f"{name}: {_folded(value)}" if len(value) > FOLD_AT else f"{name}: {value}"


def custom_header(name: str, value: str) -> str:
    """A header line of the caller's own; the message's own fields cannot be set so."""
    if not HEADER_NAME.fullmatch(name):
        raise ContentError(f"Invalid header name '{name!r}'"[:200])
    if name.lower() in OWN_HEADERS:
        raise ContentError(f"Header '{name}' can not be set as a custom header")
    return header(name, value)


def _folded(value: str) -> str:
    lines, current = [], ""
    for word in value.split(" "):
        if current and len(current) + len(word) >= FOLD_AT:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    lines.append(current)
    if any(len(line) > LONGEST_LINE - 100 for line in lines):
        raise ContentError("a header has a word that is longer than a line may be")
    return "\r\n ".join(lines)


def _addresses(name: str, mailboxes: Sequence[Mailbox]) -> list[str]:
    return [f"{name}: " + ",\r\n ".join(map(write_mailbox, mailboxes))] if mailboxes else []


# --- bodies -------------------------------------------------------------------------------------------------------------


def _with_attachments(content: Content, boundary: str) -> bytes:
    body = _alternatives(content, f"{boundary}-a")
    if not content.attachments:
        return body
    parts = [body, *map(_attachment, content.attachments)]
    return _multipart("mixed", parts, f"{boundary}-m")


def _alternatives(content: Content, boundary: str) -> bytes:
    parts = []
    if content.text is not None:
        parts.append(_text_part("plain", content.text))
    if content.html is not None:
        parts.append(_text_part("html", content.html))
    if not parts:
        raise ContentError("the message has neither a text nor an HTML body")
    return parts[0] if len(parts) == 1 else _multipart("alternative", parts, boundary)


def _multipart(subtype: str, parts: Sequence[bytes], boundary: str) -> bytes:
    opening = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    inner = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return opening + inner + b"--" + boundary.encode() + b"--\r\n"


def _text_part(subtype: str, text: Text) -> bytes:
    """7bit where it fits, base64 where most is not ASCII, else quoted-printable (RFC 2045, section 6)."""
    data = text.data.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    try:
        encoded = data.encode(text.charset)
    except LookupError:
        raise ContentError(f"unknown charset '{text.charset[:40]}'") from None
    except UnicodeEncodeError:
        raise ContentError(f"the body can not be represented in the charset '{text.charset[:40]}'") from None
    how, body = _transfer(encoded, plain=data.isascii() and encoded == data.encode("ascii", "replace"))
    head = f"Content-Type: text/{subtype}; charset={text.charset}\r\nContent-Transfer-Encoding: {how}\r\n\r\n"
    return head.encode() + body


def _transfer(encoded: bytes, *, plain: bool) -> tuple[str, bytes]:
    if (
        plain
        and b"\0" not in encoded
        and (len(encoded) < LONGEST_LINE or max(map(len, encoded.split(b"\r\n"))) <= LONGEST_LINE)
    ):
        return "7bit", encoded if encoded.endswith(b"\r\n") else encoded + b"\r\n"
    not_ascii = len(encoded.translate(None, bytes(range(128))))
    if not plain and (not_ascii * 3 > len(encoded) or b"\0" in encoded):
        return "base64", _base64_lines(encoded)
    # Its soft line breaks are bare line feeds where the text has no line end to go by.
    return "quoted-printable", BARE_LINE_FEED.sub(b"\r\n", binascii.b2a_qp(encoded, istext=True)) + b"\r\n"


def _base64_lines(content: bytes) -> bytes:
    text = base64.b64encode(content)
    return b"\r\n".join(text[at : at + 76] for at in range(0, len(text), 76)) + b"\r\n"


def _attachment(attachment: Attachment) -> bytes:
    name = re.sub(r'(["\\])', r"\\\1", attachment.file_name)
    for what, value in (("file name", attachment.file_name), ("content type", attachment.content_type)):
        if CONTROL.search(value) or not value.isascii():
            raise ContentError(f"an attachment's {what} must be printable ASCII")
    lines = [
        f'Content-Type: {attachment.content_type}; name="{name}"',
        f'Content-Disposition: {attachment.disposition.lower()}; filename="{name}"',
        "Content-Transfer-Encoding: base64",
    ]
    if attachment.content_id is not None:
        lines.append(header("Content-ID", f"<{attachment.content_id}>"))
    if attachment.description is not None:
        lines.append(header("Content-Description", attachment.description))
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + _base64_lines(attachment.content)
