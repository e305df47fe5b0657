"""Mailboxes: `News <news@example.com>` to a display name and an address, strictly.

Source: RFC 5322, section 3.4; RFC 5321, section 4.1.2. The texts of the problems are those that SES answers with.
"""

import base64
import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from functools import lru_cache
from typing import Final

from msgspec import Struct

LONGEST_ADDRESS: Final = 320
LONGEST_LOCAL_PART: Final = 64
LONGEST_DOMAIN: Final = 255
FOLD: Final = "\r\n "
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
DOT_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
QUOTED_LOCAL: Final = re.compile(r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"')
DOMAIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*")
LITERAL: Final = re.compile(r"\[[\x21-\x5a\x5e-\x7e]+\]")
# What almost every mailbox is: an address, or a name without special characters and an address.
PLAIN: Final = re.compile(
    r"(?:([A-Za-z0-9][A-Za-z0-9 '&+-]*?) *<([A-Za-z0-9._+-]+@[A-Za-z0-9.-]+)>|([A-Za-z0-9._+-]+@[A-Za-z0-9.-]+))"
)
ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


class AddressError(ValueError):
    """A text is no mailbox; the message says why."""


class Mailbox(Struct, frozen=True):
    """An address and the name shown for it, decoded; None where none is given."""

    address: str
    display_name: str | None = None

    @property
    def domain(self) -> str:
        """The domain in lower case."""
        return self.address.rpartition("@")[2].lower()


@lru_cache(maxsize=8192)
def read_mailbox(text: str) -> Mailbox:
    """One mailbox; AddressError where there is none, or more."""
    plain = PLAIN.fullmatch(text)
    if plain is not None:
        name, bracketed, bare = plain.groups()
        return Mailbox(_checked(bare or bracketed), name)
    if CONTROL.search(text):
        raise AddressError("Address contains control characters")
    if not text.isascii() and "<" not in text:
        raise AddressError("Local address contains non-ASCII characters, or the domain is not in Punycode")
    parts = split_mailboxes(text)
    if len(parts) != 1:
        raise AddressError("Missing address" if not parts else "Expected one address")
    return _mailbox(parts[0])


def read_mailboxes(text: str) -> tuple[Mailbox, ...]:
    """The mailboxes of a header such as `To`; the members of a group are as good as others."""
    return tuple(_mailbox(part) for part in split_mailboxes(text))


def split_mailboxes(text: str) -> list[str]:
    """The parts between commas, outside quotes, comments, and angle brackets; comments are left out."""
    parts: list[str] = []
    current: list[str] = []
    quoted = angle = False
    depth = 0
    characters = iter(text)
    for character in characters:
        if character == "\\" and (quoted or depth):
            escaped = character + next(characters, "")
            if not depth:
                current.append(escaped)
        elif quoted:
            quoted = character != '"'
            current.append(character)
        elif character == "(" and not angle:
            depth += 1
        elif depth:
            depth -= character == ")"
        elif character in ",;" and not angle:
            parts.append("".join(current))
            current = []
        elif character == ":" and not angle and "@" not in "".join(current) and "[" not in current:
            current = []  # the name of a group
        else:
            quoted = character == '"'
            angle = character == "<" or (angle and character != ">")
            current.append(character)
    if quoted or depth or angle:
        raise AddressError("Unbalanced quotes, brackets or comments")
    parts.append("".join(current))
    return [part.strip() for part in parts if part.strip()]


def _mailbox(part: str) -> Mailbox:
    name, bracket, rest = _before_bracket(part)
    if not bracket:
        return Mailbox(_checked(part))
    address, closing, after = rest.partition(">")
    if not closing or after.strip():
        raise AddressError("Illegal address: text after the closing `>`")
    return Mailbox(_checked(address.strip()), _display_name(name))


def _before_bracket(part: str) -> tuple[str, str, str]:
    if not part.startswith('"'):
        return part.partition("<")
    at = 1
    while at < len(part) and part[at] != '"':
        at += 2 if part[at] == "\\" else 1
    before, bracket, rest = part[at:].partition("<")
    return part[:at] + before, bracket, rest


def _display_name(name: str) -> str | None:
    name = name.strip()
    if len(name) > 1 and name.startswith('"') and name.endswith('"'):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return decode_words(name) or None


def decode_words(text: str) -> str:
    """A header's text with its encoded words decoded (RFC 2047); what cannot be decoded stays as it is."""
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeDecodeError, ValueError):
        return text


def _checked(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at or not domain:
        raise AddressError("Missing final '@domain'")
    if not address.isascii():
        raise AddressError("Local address contains non-ASCII characters, or the domain is not in Punycode")
    if not local:
        raise AddressError("Missing local name")
    if len(address) > LONGEST_ADDRESS or len(local) > LONGEST_LOCAL_PART or len(domain) > LONGEST_DOMAIN:
        raise AddressError("Address is too long")
    if not (DOT_ATOM.fullmatch(local) or QUOTED_LOCAL.fullmatch(local)):
        has_space = any(character.isspace() for character in local) or CONTROL.search(local)
        raise AddressError(
            "Local address contains control or whitespace" if has_space else "Local address contains illegal character"
        )
    if not (DOMAIN.fullmatch(domain) or LITERAL.fullmatch(domain)):
        if ".." in domain:
            raise AddressError("Domain contains dot-dot")
        if domain.startswith("."):
            raise AddressError("Domain starts with dot")
        if domain.endswith("."):
            raise AddressError("Domain ends with dot")
        raise AddressError("Domain contains illegal character")
    return address


def write_mailbox(mailbox: Mailbox) -> str:
    """A mailbox as it stands in a header: ASCII, the name quoted or encoded where it must be."""
    name = mailbox.display_name
    if name is None:
        return mailbox.address
    if not name.isascii():
        words = encode_words(name)
        return f"{words}{FOLD if FOLD in words else ' '}<{mailbox.address}>"
    if ATOMS.fullmatch(name) and "=?" not in name:
        return f"{name} <{mailbox.address}>"
    quoted = re.sub(r'(["\\])', r"\\\1", name)
    return f'"{quoted}" <{mailbox.address}>'


def encode_words(text: str) -> str:
    """Text as encoded words of at most 75 characters, folded (RFC 2047, section 2). ASCII stays as it is."""
    if text.isascii():
        return text
    words: list[str] = []
    chunk = b""
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(chunk) + len(encoded) > 45:  # 60 characters in base64
            words.append(base64.b64encode(chunk).decode())
            chunk = b""
        chunk += encoded
    words.append(base64.b64encode(chunk).decode())
    return FOLD.join(f"=?UTF-8?B?{word}?=" for word in words)
