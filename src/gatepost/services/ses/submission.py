"""From a call to a `Submission`: who sends what to whom, by which identities; whichever operation it came by.

All that can be refused without the store is refused here: addresses, tags, headers, sizes.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from gatepost.audit.ids import fresh_uuid
from gatepost.aws.call import Call, Shape
from gatepost.mail import compose as mime
from gatepost.mail.addr_spec import AddressError
from gatepost.mail.address import Mailbox, list_pieces, read_mailbox
from gatepost.mail.address_fields import AddressFields, FieldError, read_address_fields
from gatepost.mail.attachment import Attachment
from gatepost.mail.blocked_files import BlockedFileError, check_parts
from gatepost.mail.encoded_word import decode_words
from gatepost.mail.lines import length_with_crlf
from gatepost.mail.message import MessageError, RawMessage, read_message, write_field
from gatepost.mail.message_id import message_id_header, new_message_id
from gatepost.mail.tags import TagError, check_tags, read_tags_header
from gatepost.services.ses.errors import invalid, is_v2
from gatepost.services.ses.identification import Identification, identify
from gatepost.store.transaction import View

MOST_RECIPIENTS: Final = 50
MOST_ATTACHMENTS: Final = 500  # SES Developer Guide, "Service quotas": MIME parts of a message
LONGEST_CONFIGURATION_SET: Final = 64
MOST_BYTES: Final = {"ses": 10_485_760, "sesv2": 41_943_040}
SOURCE_ARN, FROM_ARN, RETURN_PATH_ARN = "x-ses-source-arn", "x-ses-from-arn", "x-ses-return-path-arn"
CONFIGURATION_SET, MESSAGE_TAGS = "x-ses-configuration-set", "x-ses-message-tags"
TENANT, LIST_MANAGEMENT = "x-ses-tenant", "x-ses-list-management-options"
TRANSFER_ENCODINGS: Final = {"BASE64": "base64", "QUOTED_PRINTABLE": "quoted-printable", "SEVEN_BIT": "7bit"}
CONTACT_LIST: Final = re.compile(r"(?:^|;)\s*contactListName\s*=\s*([^;]*)", re.IGNORECASE)
# What SES takes out of a raw message, and what it writes itself.
CONSUMED: Final = frozenset(
    (
        SOURCE_ARN, FROM_ARN, RETURN_PATH_ARN, CONFIGURATION_SET, MESSAGE_TAGS, TENANT, LIST_MANAGEMENT, "bcc",
        "resent-bcc", "return-path", "date", "message-id",
    )
)  # fmt: skip
# Whom a raw message names as its sender beside From: each is asked as if it stood in From.
MOST_OTHER_SENDERS: Final = 10
OTHER_SENDERS: Final = ("sender", "resent-from", "resent-sender")


class References(Struct, frozen=True):
    """What a send names of what is not served here. It is decided on, then refused: none of it exists."""

    tenant: str | None = None
    contact_list: str | None = None
    endpoint: str | None = None  # a multi-region endpoint's ID


class Submission(Struct, frozen=True):
    """A message ready to be accepted, and all that its permission depends on."""

    action: str  # "ses:SendEmail", "ses:SendRawEmail"
    message_id: str
    sender: Mailbox
    return_path: str
    recipients: tuple[str, ...]
    identities: tuple[Identification, ...]  # the sender's first
    other_senders: tuple[tuple[Mailbox, Identification], ...]  # of a raw message: Sender, Resent-From, Resent-Sender
    configuration_set: str | None
    tags: tuple[tuple[str, str], ...]
    subject: str | None
    content: bytes | bytearray
    references: References


class Arns(Struct, frozen=True):
    """The identities that a call names by their ARNs."""

    source: str | None = None
    sender: str | None = None
    return_path: str | None = None


NO_REFERENCES: Final = References()


# --- simple content -----------------------------------------------------------------------------------------------------


def read_simple(
    call: Call,
    view: View,
    *,
    sender: str,
    destination: Shape,
    reply_to: Sequence[str],
    return_path: str | None,
    content: mime.Content,
    arns: Arns,
    configuration_set: str | None,
    tags: Sequence[Mapping[str, str]],
    references: References = NO_REFERENCES,
) -> Submission:
    """A submission whose message is made here."""
    mailbox = _mailbox(call, sender)
    named = [destination.get(name) or () for name in ("ToAddresses", "CcAddresses", "BccAddresses")]
    _check_count(call, sum(map(len, named)))
    to, cc, bcc = (_mailboxes(call, texts) for texts in named)
    _check_reply_to(call, reply_to)
    recipients = _recipients(call, [*to, *cc, *bcc])
    checked_tags = _tags(call, tags)
    message_id = new_message_id(call.region, call.now, fresh_uuid())
    try:
        message = mime.compose(
            mime.Envelope(mailbox, to, cc, _mailboxes(call, reply_to)),
            content,
            message_id_header(message_id, call.region),
            call.now,
            f"----=_gatepost-{message_id[:16]}-{message_id[17:25]}",
        )
    except mime.ContentError as error:
        raise invalid(call, f"{error}.") from None
    bounces = mailbox if return_path is None else _mailbox(call, return_path)
    identities = [identify(view, call, mailbox.address, arns.sender or arns.source)]
    if bounces.address != mailbox.address or arns.return_path is not None:
        identities.append(identify(view, call, bounces.address, arns.return_path, arns.source))
    return _submission(
        call, "ses:SendEmail", message_id, mailbox, bounces.address, recipients, identities, (), configuration_set, checked_tags,
        content.subject.data, message, references,
    )  # fmt: skip


# --- raw content --------------------------------------------------------------------------------------------------------


def read_raw(
    call: Call,
    view: View,
    *,
    content: bytes | bytearray,
    source: str | None,
    return_path: str | None,
    destinations: Sequence[str] | None,
    reply_to: Sequence[str] = (),
    arns: Arns,
    configuration_set: str | None,
    tags: Sequence[Mapping[str, str]],
    references: References = NO_REFERENCES,
) -> Submission:
    """A submission whose message is the caller's. What a parameter gives counts before the header that says the same."""
    _check_size(call, len(content))
    if 2 * len(content) > MOST_BYTES[call.service]:
        _check_size(call, length_with_crlf(content))
    message = _message(call, content)
    addressed = _address_fields(call, message)
    shown = _from_header(call, message, addressed)
    if shown is None and source is None:
        raise invalid(call, "Missing required header 'From'.")
    given_source = None if source is None else _mailbox(call, source)
    sender = shown or given_source
    assert sender is not None  # noqa: S101 -- one of both is there
    arns = Arns(
        arns.source or message.get(SOURCE_ARN),
        arns.sender or message.get(FROM_ARN),
        arns.return_path or message.get(RETURN_PATH_ARN),
    )
    bounces = return_path or source or message.get("return-path") or sender.address
    return_to = _mailbox(call, bounces).address
    _check_count(call, len(destinations or ()))
    recipients = _recipients(call, _mailboxes(call, destinations) if destinations else addressed.of("to", "cc", "bcc"))
    checked_tags = _tags(call, tags) if tags else _header_tags(call, message)
    # `SourceArn` alone stands for all three (API Reference, SendRawEmail); likewise what names the From address alone.
    identities = [identify(view, call, sender.address, arns.sender, arns.source)]
    if given_source is not None and given_source.address != sender.address:
        identities.append(identify(view, call, given_source.address, arns.source, arns.sender))
    others = [each for each in dict.fromkeys(addressed.of(*OTHER_SENDERS)) if each != sender]
    if len(others) > MOST_OTHER_SENDERS:
        raise invalid(call, f"The message names more than {MOST_OTHER_SENDERS} senders beside From.")
    other_senders = tuple((each, identify(view, call, each.address, None, arns.sender or arns.source)) for each in others)
    if arns.return_path is not None or return_to not in {each.address for each in identities} | {
        each.address for each, _ in other_senders
    }:
        identities.append(identify(view, call, return_to, arns.return_path, arns.source or arns.sender))
    message_id = new_message_id(call.region, call.now, fresh_uuid())
    head: list[tuple[str, tuple[str, ...]]] = [
        ("Date", (mime.date(int(call.now.timestamp())),)),
        ("Message-ID", (message_id_header(message_id, call.region),)),
    ]
    if shown is None:
        head.append(("From", list_pieces((sender,))))
    left_out = CONSUMED
    if reply_to:
        _check_reply_to(call, reply_to)
        head.append(("Reply-To", list_pieces(_mailboxes(call, reply_to))))
        left_out |= {"reply-to"}
    subject = message.get("subject")
    return _submission(
        call, "ses:SendRawEmail", message_id, sender, return_to, recipients, identities, other_senders,
        configuration_set or _header_configuration_set(call, message), checked_tags, None if subject is None else decode_words(subject),
        _written(call, message, left_out, head, addressed), _references(message, references),
    )  # fmt: skip


def _message(call: Call, content: bytes | bytearray) -> RawMessage:
    try:
        return read_message(content)
    except MessageError as error:
        raise invalid(call, str(error)) from None


def _written(
    call: Call,
    message: RawMessage,
    left_out: frozenset[str],
    head: Sequence[tuple[str, tuple[str, ...]]],
    addressed: AddressFields,
) -> bytes | bytearray:
    try:
        content = message.written(left_out, [write_field(name, pieces) for name, pieces in head], addressed.rewritten)
        check_parts(content)
    except MessageError as error:
        raise invalid(call, str(error)) from None
    except BlockedFileError as error:
        raise invalid(call, f"{error}.") from None
    return content


def _references(message: RawMessage, references: References) -> References:
    options = message.get(LIST_MANAGEMENT)
    named = None if options is None else CONTACT_LIST.search(options)
    in_header = options if named is None else named[1].strip()
    tenant = references.tenant if references.tenant is not None else message.get(TENANT)
    return References(tenant, references.contact_list or in_header, references.endpoint)


def _address_fields(call: Call, message: RawMessage) -> AddressFields:
    try:
        return read_address_fields(message)
    except FieldError as error:
        raise invalid(call, str(error)) from None


def _from_header(call: Call, message: RawMessage, addressed: AddressFields) -> Mailbox | None:
    """The one mailbox of From; None where the message has no such field."""
    if not message.all("from"):
        return None
    mailboxes = addressed.of("from")
    if not mailboxes:
        raise invalid(call, "The 'From' header has no address.")
    if len(mailboxes) > 1:
        raise invalid(call, "The 'From' header has more than one address.")
    return mailboxes[0]


def _header_configuration_set(call: Call, message: RawMessage) -> str | None:
    name = message.get(CONFIGURATION_SET)
    if name is not None and len(name) > LONGEST_CONFIGURATION_SET:
        raise invalid(call, f"Configuration set name cannot exceed {LONGEST_CONFIGURATION_SET} characters.")
    return name


def _header_tags(call: Call, message: RawMessage) -> tuple[tuple[str, str], ...]:
    text = message.get(MESSAGE_TAGS)
    try:
        return () if text is None else read_tags_header(text)
    except TagError as error:
        raise invalid(call, str(error)) from None


# --- parts --------------------------------------------------------------------------------------------------------------


def _submission(
    call: Call,
    action: str,
    message_id: str,
    sender: Mailbox,
    return_path: str,
    recipients: tuple[str, ...],
    identities: Sequence[Identification],
    other_senders: tuple[tuple[Mailbox, Identification], ...],
    configuration_set: str | None,
    tags: tuple[tuple[str, str], ...],
    subject: str | None,
    content: bytes | bytearray,
    references: References,
) -> Submission:
    _check_size(call, len(content))
    return Submission(
        action,
        message_id,
        sender,
        return_path,
        recipients,
        tuple(identities),
        other_senders,
        configuration_set or identities[0].configuration_set,
        tags,
        subject,
        content,
        references,
    )


def _check_size(call: Call, length: int) -> None:
    most = MOST_BYTES[call.service]
    if length > most:
        raise invalid(call, f"Message length is more than {most} bytes long: '{length}'.")


def _mailbox(call: Call, text: str) -> Mailbox:
    try:
        return read_mailbox(text)
    except AddressError as error:
        raise invalid(call, str(error)) from None


def _mailboxes(call: Call, texts: Sequence[str]) -> tuple[Mailbox, ...]:
    return tuple(_mailbox(call, text) for text in texts)


def _recipients(call: Call, mailboxes: Sequence[Mailbox]) -> tuple[str, ...]:
    if not mailboxes:
        raise invalid(call, "There are no recipients specified")
    _check_count(call, len(mailboxes))
    return tuple(mailbox.address for mailbox in mailboxes)


def _check_count(call: Call, recipients: int) -> None:
    if recipients > MOST_RECIPIENTS:
        raise invalid(call, f"Recipient count exceeds {MOST_RECIPIENTS}.")


def _check_reply_to(call: Call, reply_to: Sequence[str]) -> None:
    if len(reply_to) > MOST_RECIPIENTS:
        raise invalid(call, f"ReplyToAddresses has more than {MOST_RECIPIENTS} addresses.")


def _tags(call: Call, tags: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    try:
        return check_tags((tag["Name"], tag["Value"]) for tag in tags)
    except TagError as error:
        raise invalid(call, str(error)) from None


def text_of(content: Mapping[str, Any] | None) -> mime.Text | None:
    """A `Content` of either version: `Data` and `Charset`."""
    return None if content is None else mime.Text(content["Data"], content.get("Charset") or "UTF-8")


def simple_content(call: Call, simple: Mapping[str, Any]) -> mime.Content:
    """The content of a `Message` (version 1) or `Simple` (version 2)."""
    body = simple.get("Body") or {}
    text, html = text_of(body.get("Text")), text_of(body.get("Html"))
    if text is None and html is None:
        raise invalid(call, "The message has neither a text nor an HTML body.")
    attachments = (simple.get("Attachments") or ()) if is_v2(call) else ()
    if len(attachments) > MOST_ATTACHMENTS:
        raise invalid(call, f"The message has more than {MOST_ATTACHMENTS} attachments.")
    return mime.Content(
        text_of(simple["Subject"]) or mime.Text(""),
        text,
        html,
        tuple((each["Name"], each["Value"]) for each in simple.get("Headers") or ()),
        tuple(map(_attachment, attachments)),
    )


def _attachment(given: Mapping[str, Any]) -> Attachment:
    return Attachment(
        given["FileName"],
        given["RawContent"],
        given.get("ContentType") or "application/octet-stream",
        given.get("ContentDisposition") or "ATTACHMENT",
        given.get("ContentId"),
        given.get("ContentDescription"),
        TRANSFER_ENCODINGS[given.get("ContentTransferEncoding") or "BASE64"],
    )
