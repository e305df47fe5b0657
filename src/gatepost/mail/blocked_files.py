"""Files that SES does not send: by the ending of their name, in a message of any making.

1. A name counts whatever its case, and whatever blanks and dots stand behind it: Windows leaves them out.
2. Of a raw message only the headers of its parts are read. The body is searched for the boundaries, a slice at a time; the count of
   parts and their depth are limited, so the cost is in proportion to the message's length.

Source: SES Developer Guide, "Unsupported attachment types" and "Service quotas"; RFC 2046, section 5.1.1.
"""

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final

from gatepost.mail.encoded_word import decode_words
from gatepost.mail.header import LONGEST_BLOCK
from gatepost.mail.lines import SLICE

BLOCKED: Final = frozenset(
    (
        "ade", "adp", "app", "asp", "bas", "bat", "cer", "chm", "cmd", "com", "cpl", "crt", "csh", "der", "exe", "fxp", "gadget", "hlp",
        "hta", "inf", "ins", "isp", "its", "js", "jse", "ksh", "lib", "lnk", "mad", "maf", "mag", "mam", "maq", "mar", "mas", "mat",
        "mau", "mav", "maw", "mda", "mdb", "mde", "mdt", "mdw", "mdz", "msc", "msh", "msh1", "msh2", "mshxml", "msh1xml", "msh2xml",
        "msi", "msp", "mst", "ops", "pcd", "pif", "plg", "prf", "prg", "reg", "scf", "scr", "sct", "shb", "shs", "sys", "ps1", "ps1xml",
        "ps2", "ps2xml", "psc1", "psc2", "tmp", "url", "vb", "vbe", "vbs", "vps", "vsmacros", "vss", "vst", "vsw", "vxd", "ws", "wsc",
        "wsf", "wsh", "xnk",
    )
)  # fmt: skip
MOST_PARTS: Final = 500
MOST_DEPTH: Final = 20
LINE_REST: Final = re.compile(rb"(--)?[ \t]*+(?:\r\n|\Z)")
# What stands in a header that names a file or has parts: most messages are passed by, for reading a header takes 0.1 ms.
TELLING: Final = (b"name", b"multipart", b"rfc822", b"global")
HEADERS: Final = BytesHeaderParser()
NO_FIELDS: Final = Message()


class BlockedFileError(ValueError):
    """A file that SES does not send, or parts that are too many to be looked through; the text says which."""


def check_file_name(name: str) -> None:
    """BlockedFileError where the name ends as one of the blocked types."""
    _, dot, ending = name.rstrip(". \t").rpartition(".")
    if dot and ending.lower() in BLOCKED:
        raise BlockedFileError(f"Attachments of the type .{ending.lower()} are not supported")


def check_parts(content: bytes | bytearray) -> None:
    """BlockedFileError where a part of the message, whose line ends are CR LF, has a blocked name."""
    for number, part in enumerate(_parts(content, 0, len(content), 0)):
        if number > MOST_PARTS:
            raise BlockedFileError(f"The message has more than {MOST_PARTS} parts")
        for name in () if part is NO_FIELDS else _names(part):
            check_file_name(name)


def _names(part: Message) -> Iterator[str]:
    """Every name that a reader may show for a part: the disposition's, and the content type's."""
    for field, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        value = part.get_param(parameter, None, field)
        if value is not None:
            yield decode_words("".join(map(str, value[2:])) if isinstance(value, tuple) else str(value))


def _parts(content: bytes | bytearray, begin: int, end: int, depth: int) -> Iterator[Message]:
    """The header of the entity between two places, and of every entity in it."""
    if depth > MOST_DEPTH:
        raise BlockedFileError(f"The message's parts are nested more than {MOST_DEPTH} deep")
    if content[begin : begin + 2] == b"\r\n":  # a part without a header
        yield NO_FIELDS
        return
    blank = content.find(b"\r\n\r\n", begin, min(end, begin + LONGEST_BLOCK))
    head = bytes(content[begin : blank if blank >= 0 else min(end, begin + LONGEST_BLOCK)])
    lower = head.lower()
    if not any(word in lower for word in TELLING):
        yield NO_FIELDS
        return
    part = HEADERS.parsebytes(head)
    yield part
    if blank < 0:
        return
    boundary = part.get_boundary()
    if part.get_content_maintype() == "multipart" and boundary:
        for first, last in _between(content, b"--" + boundary.encode("ascii", "replace"), blank + 2, end):
            yield from _parts(content, first, last, depth + 1)
    elif part.get_content_type() in ("message/rfc822", "message/global"):
        yield from _parts(content, blank + 4, end, depth + 1)


def _between(content: bytes | bytearray, mark: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the parts of a multipart begin and end, from the line end before its body on."""
    mark = b"\r\n" + mark
    begin: int | None = None
    missed = 0
    while (found := _find(content, mark, at, end)) >= 0:
        at = found + len(mark)
        rest = LINE_REST.match(content, at, end)
        if rest is None:  # the boundary is the beginning of another line, as of a boundary within
            missed += 1
            if missed > MOST_PARTS:
                raise BlockedFileError(f"The message has more than {MOST_PARTS} lines that begin as a boundary and are none")
            continue
        if begin is not None:
            yield begin, found
        if rest[1]:
            return
        begin = rest.end()
        at = begin - 2
    if begin is not None:
        yield begin, end


def _find(content: bytes | bytearray, mark: bytes, at: int, end: int) -> int:
    while at < end:
        found = content.find(mark, at, min(at + SLICE + len(mark), end))
        if found >= 0:
            return found
        at += SLICE
    return -1
