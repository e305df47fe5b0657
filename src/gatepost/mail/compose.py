"""From the parts that `SendEmail` gives to a MIME message.

Nothing that a caller gives reaches a header line but through `gatepost.mail.header`.
Source: RFC 5322; RFC 2045 and 2046 (MIME); RFC 2047 (encoded words).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from msgspec import Struct

from gatepost.mail.address import Mailbox, list_pieces
from gatepost.mail.attachment import Attachment, attachment_fields
from gatepost.mail.charset import SLICE, UTF_8, Charset, UnknownCharset, find_charset
from gatepost.mail.header import LONGEST_LINE, NAME, HeaderError, field, folded, header_block, parameter, unstructured
from gatepost.mail.lines import base64_lines, joined, long_line, quoted_printable, with_crlf
from gatepost.mail.once import ONCE
from gatepost.words.visible import visible_line

CONTROLS: Final = bytes((*range(9), 11, 12, *range(14, 32), 127))  # all but tab, line feed and carriage return
ASCII: Final = bytes(range(128))
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


class _Part(Struct, frozen=True):
    """A MIME part: its fields, and its body in pieces."""

    fields: tuple[str, ...]
    body: tuple[bytes, ...]


def compose(envelope: Envelope, content: Content, message_id: str, now: datetime, boundary: str) -> bytes | bytearray:
    """The message; ContentError for what no message can carry.

    `message_id` is the header's value; `boundary` is a random text that no part contains.
    """
    try:
        _charset(content.subject)
        body = _with_attachments(content, boundary)
        fields = [
            field("Date", date(int(now.timestamp()))),
            field("From", *list_pieces((envelope.sender,))),
            *_addresses("To", envelope.to),
            *_addresses("Cc", envelope.cc),
            *_addresses("Reply-To", envelope.reply_to),
            field("Message-ID", message_id),
            unstructured("Subject", content.subject.data),
            "MIME-Version: 1.0",
            *custom_headers(content.headers),
            *body.fields,
        ]
        return joined((header_block(fields), b"\r\n", *body.body))
    except HeaderError as error:
        raise ContentError(str(error)) from None


@lru_cache(maxsize=16)
def date(seconds: int) -> str:
    """The `Date` header's value of a second (RFC 5322, section 3.3)."""
    return format_datetime(datetime.fromtimestamp(seconds, UTC))


def custom_headers(headers: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The fields of the caller's own; the message's own cannot be set so, nor those of a message that is sent on."""
    seen: set[str] = set()
    for name, value in headers:
        key = name.lower()
        if not NAME.fullmatch(name):
            raise ContentError(f"Invalid header name '{visible_line(name)[:126]}'")
        if key in OWN_HEADERS or key.startswith(("resent-", "x-ses-")):
            raise ContentError(f"Header '{name}' can not be set as a custom header")
        if key in seen and key in ONCE:
            raise ContentError(f"Duplicate header '{name}'")
        seen.add(key)
        yield _custom_header(name, value)


def _custom_header(name: str, value: str) -> str:
    """A field whose ASCII text stays as it is: it may be structured, as `List-Unsubscribe` is."""
    if not value.isascii() or not value.isprintable():
        return unstructured(name, value)
    pieces = folded(value)
    if pieces is None:
        raise ContentError(f"Header '{name}' has a word that is longer than a line may be")
    return field(name, *(pieces if len(name) + len(pieces[0]) < LONGEST_LINE - 2 else ("", *pieces)))


def _addresses(name: str, mailboxes: Sequence[Mailbox]) -> list[str]:
    return [field(name, *list_pieces(mailboxes))] if mailboxes else []


# --- bodies -------------------------------------------------------------------------------------------------------------


def _with_attachments(content: Content, boundary: str) -> _Part:
    body = _alternatives(content, f"{boundary}-a")
    if not content.attachments:
        return body
    return _multipart("mixed", [body, *map(_attachment, content.attachments)], f"{boundary}-m")


def _alternatives(content: Content, boundary: str) -> _Part:
    parts = []
    if content.text is not None:
        parts.append(_text_part("plain", content.text))
    if content.html is not None:
        parts.append(_text_part("html", content.html))
    if not parts:
        raise ContentError("the message has neither a text nor an HTML body")
    return parts[0] if len(parts) == 1 else _multipart("alternative", parts, boundary)


def _multipart(subtype: str, parts: Sequence[_Part], boundary: str) -> _Part:
    mark = boundary.encode("ascii")
    body: list[bytes] = []
    for part in parts:
        body += (b"--", mark, b"\r\n", header_block(part.fields), b"\r\n", *part.body, b"\r\n")
    body += (b"--", mark, b"--\r\n")
    return _Part((field("Content-Type", f"multipart/{subtype};", *parameter("boundary", boundary)),), tuple(body))


def _text_part(subtype: str, text: Text) -> _Part:
    """7bit where it fits, base64 where most is not ASCII, else quoted-printable (RFC 2045, section 6)."""
    charset = _charset(text)
    try:
        encoded = charset.encode(_pieces(text.data))
    except UnicodeEncodeError:
        raise ContentError(f"the body can not be represented in the charset '{charset.name}'") from None
    how, body = _transfer(encoded, plain=text.data.isascii())
    return _Part(_text_fields(subtype, charset.name, how), body)


@lru_cache(maxsize=256)
def _text_fields(subtype: str, charset: str, how: str) -> tuple[str, ...]:
    return field("Content-Type", f"text/{subtype}; charset={charset}"), field("Content-Transfer-Encoding", how)


def _charset(text: Text) -> Charset:
    if text.charset == "UTF-8":
        return UTF_8
    try:
        return find_charset(text.charset)
    except UnknownCharset:
        raise ContentError(f"unknown charset '{visible_line(text.charset[:40])}'") from None


def _pieces(data: str) -> Iterable[str]:
    """A text in pieces, every line end as CR LF; a line end is never cut."""
    return (_with_crlf(data),) if len(data) <= SLICE else map(_with_crlf, _cut(data))


def _cut(data: str) -> Iterator[str]:
    at = 0
    while at < len(data):
        end = at + SLICE
        if data[end - 1 : end + 1] == "\r\n":
            end += 1
        yield data[at:end]
        at = end


def _with_crlf(data: str) -> str:
    plain = data.replace("\r\n", "\n").replace("\r", "\n") if "\r" in data else data
    return plain.replace("\n", "\r\n")


def _transfer(parts: tuple[bytes, ...], *, plain: bool) -> tuple[str, tuple[bytes, ...]]:
    if plain and _are_clean(parts) and not long_line(parts, LONGEST_LINE):
        return "7bit", parts if parts and parts[-1].endswith(b"\r\n") else (*parts, b"\r\n")
    length = sum(map(len, parts))
    not_ascii = sum(len(part.translate(None, ASCII)) for part in parts)
    if not_ascii * 3 > length or any(b"\0" in part for part in parts):
        return "base64", tuple(line for part in _by_lines(parts) for line in base64_lines(part))
    return "quoted-printable", tuple(quoted_printable(parts or (b"",)))


def _are_clean(parts: Sequence[bytes]) -> bool:
    return all(len(part.translate(None, CONTROLS)) == len(part) for part in parts)


def _by_lines(parts: Sequence[bytes]) -> Iterator[bytes]:
    """The parts joined so that each but the last fills whole lines of base64."""
    rest = b""
    for part in parts:
        rest += part
        whole = len(rest) // 57 * 57
        if whole:
            yield rest[:whole]
            rest = rest[whole:]
    if rest or not parts:
        yield rest


def _attachment(attachment: Attachment) -> _Part:
    return _Part(tuple(attachment_fields(attachment)), _transferred(attachment))


def _transferred(attachment: Attachment) -> tuple[bytes, ...]:
    """The content in the attachment's transfer encoding; ContentError where it cannot be in it."""
    content = attachment.content
    if attachment.transfer_encoding == "base64":
        return tuple(base64_lines(content))
    parts = tuple(with_crlf(content))
    if sum(map(len, parts)) != len(content) and not attachment.content_type.lower().startswith("text/"):
        raise ContentError("an attachment with bare line ends that is no text needs ContentTransferEncoding BASE64")
    if attachment.transfer_encoding == "quoted-printable":
        return tuple(quoted_printable(parts or (b"",)))
    if long_line(parts, LONGEST_LINE) or not _are_clean(parts) or any(part.translate(None, ASCII) for part in parts):
        raise ContentError("an attachment with ContentTransferEncoding SEVEN_BIT has ASCII in lines of at most 998 characters")
    return (*parts, b"\r\n")
