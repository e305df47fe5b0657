"""Attachments: the header of a file that goes with a message.

Source: RFC 2045, section 5.1 (content types); RFC 2183 (dispositions); SES API Reference, `Attachment`.
"""

import re
from typing import Final

from msgspec import Struct

from gatepost.mail.blocked_files import BlockedFileError, check_file_name
from gatepost.mail.header import HeaderError, field, parameter, unstructured

ATOM: Final = r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+"
CONTENT_TYPE: Final = re.compile(rf'({ATOM}/{ATOM})((?: ?; ?{ATOM}=(?:{ATOM}|"(?:[ !#-\[\]-~]|\\[ -~])*"))*)')
PARAMETER: Final = re.compile(rf' ?; ?({ATOM})=({ATOM}|"(?:[ !#-\[\]-~]|\\[ -~])*")')
CONTENT_ID: Final = re.compile(r"[!-;=?-~]{1,78}")
# Which characters no file name may have. Source: SES Developer Guide, "Attachments".
NOT_IN_FILE_NAMES: Final = frozenset('/\\:*?"<>|')
LONGEST_FILE_NAME: Final = 255
LONGEST_CONTENT_TYPE: Final = 78


class Attachment(Struct, frozen=True):
    """A file that goes with a message."""

    file_name: str
    content: bytes | bytearray
    content_type: str = "application/octet-stream"
    disposition: str = "attachment"
    content_id: str | None = None
    description: str | None = None
    transfer_encoding: str = "base64"  # or "7bit", "quoted-printable"


def attachment_fields(attachment: Attachment) -> list[str]:
    """The fields of an attachment's part; HeaderError for a name, a type or an ID that cannot be."""
    name = attachment.file_name
    if not name or len(name) > LONGEST_FILE_NAME or NOT_IN_FILE_NAMES.intersection(name):
        raise HeaderError(
            f'Invalid attachment file name: it has 1 to {LONGEST_FILE_NAME} characters, none of / \\ : * ? " < > |'
        )
    try:
        check_file_name(name)
    except BlockedFileError as error:
        raise HeaderError(str(error)) from None
    disposition = attachment.disposition.lower()
    if disposition not in ("attachment", "inline"):
        raise HeaderError("ContentDisposition is neither ATTACHMENT nor INLINE")
    fields = [
        field("Content-Type", *_content_type(attachment.content_type), *parameter("name", name)),
        field("Content-Disposition", f"{disposition};", *parameter("filename", name)),
        field("Content-Transfer-Encoding", attachment.transfer_encoding),
    ]
    if attachment.content_id is not None:
        if not CONTENT_ID.fullmatch(attachment.content_id):
            raise HeaderError("Invalid ContentId: it has 1 to 78 printable ASCII characters without blanks and angle brackets")
        fields.append(field("Content-ID", f"<{attachment.content_id}>"))
    if attachment.description is not None:
        fields.append(unstructured("Content-Description", attachment.description))
    return fields


def _content_type(text: str) -> tuple[str, ...]:
    """A content type in pieces that each end in a semicolon."""
    match = CONTENT_TYPE.fullmatch(text) if len(text) <= LONGEST_CONTENT_TYPE else None
    if match is None:
        raise HeaderError("Invalid attachment content type")
    kind, parameters = match.groups()
    if kind.lower().startswith("multipart/"):
        raise HeaderError("An attachment can not be of type multipart")
    pairs = [(name, value) for name, value in PARAMETER.findall(parameters)]
    names = [name.lower().partition("*")[0] for name, _ in pairs]
    if "name" in names or len(set(names)) < len(names):
        raise HeaderError("An attachment's content type has no parameter twice, and no name: that is its FileName")
    return (f"{kind};", *(f"{name}={value};" for name, value in pairs))
