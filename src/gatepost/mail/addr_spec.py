"""Addresses in one spelling: what becomes a policy's key, an identity, an envelope's recipient and a header is always the same text.

1. The domain is in lower case, its labels ASCII; an `xn--` label is the Punycode of a label that IDNA allows.
2. A quoted local part is written without quotes where its content is a dot-atom, else with as few backslashes as can be.
3. The local part keeps its case: SES tells `CEO@example.com` from `ceo@example.com`.

Source: RFC 5321, section 4.1.2; RFC 5322, section 3.4.1; RFC 5890 (A-labels). The texts are those that SES answers with.
"""

import re
import unicodedata
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from gatepost.words.visible import visible_line

LONGEST_ADDRESS: Final = 320
LONGEST_LOCAL_PART: Final = 64
LONGEST_DOMAIN: Final = 255
LONGEST_LABEL: Final = 63
ATEXT: Final = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~-"
DOT_ATOM: Final = re.compile(rf"[{ATEXT}]++(?:\.[{ATEXT}]++)*+")
QUOTED_LOCAL: Final = re.compile(r'"(?:[ !#-\[\]-~]|\\[ -~])++"')
QUOTED_PAIR: Final = re.compile(r"\\(.)")
LABEL: Final = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
DOMAIN: Final = re.compile(rf"{LABEL}(?:\.{LABEL})*")
LITERAL: Final = re.compile(r"\[(?:IPv6:([0-9A-Fa-f:.]{2,45})|([0-9.]{7,15}))\]", re.IGNORECASE)
ILLEGAL: Final = frozenset('()<>@,;:\\"[]')


class AddressError(ValueError):
    """A text is no mailbox; the message says why."""


@lru_cache(maxsize=8192)
def _canonical(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at:
        raise AddressError(_local_problem(address) or "Missing final '@domain'")
    if not local:
        raise AddressError("Missing local name")
    if not domain:
        raise AddressError("Missing domain")
    if not DOT_ATOM.fullmatch(local):
        local = _unquoted(local)
    if "=?" in address:
        raise AddressError("Local address contains illegal character")
    domain = canonical_domain(domain)
    if len(local) > LONGEST_LOCAL_PART:
        raise AddressError("Address is too long")
    return f"{local}@{domain}"


def canonical_name(name: str) -> str:
    """The one spelling of an identity's name, a domain or an address. A text that is neither stays as it is: it names nothing."""
    try:
        return canonical_address(name) if "@" in name else canonical_domain(name)
    except AddressError:
        return name


def canonical_address(address: str) -> str:
    """The one spelling of an address, `local@domain` without a name or brackets; AddressError where it is none."""
    if len(address) > LONGEST_ADDRESS:
        raise too_long(address)
    return _canonical(address)


def too_long(text: str) -> AddressError:
    """The error for a mailbox that has more than 320 bytes as it is encoded. The text is shown in part."""
    return AddressError(f"Address length is more than {LONGEST_ADDRESS} bytes long: '{visible_line(text[:LONGEST_ADDRESS])}'.")


def _unquoted(local: str) -> str:
    if not QUOTED_LOCAL.fullmatch(local):
        raise AddressError(_local_problem(local) or "Local address contains illegal character")
    content = QUOTED_PAIR.sub(r"\1", local[1:-1])
    if DOT_ATOM.fullmatch(content):
        return content
    escaped = content.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _local_problem(local: str) -> str | None:
    """What SES would find first in a local part that is no dot-atom."""
    if local.startswith('"'):
        return "Local address contains illegal character"
    before = ""
    for character in local:
        if character == "." and before in ("", "."):
            return "Local address contains dot-dot" if before else "Local address starts with dot"
        if character <= " " or character >= "\x7f":
            return "Local address contains control or whitespace"
        if character in ILLEGAL:
            return "Local address contains illegal character"
        before = character
    return "Local address ends with dot" if before == "." else None


def canonical_domain(domain: str) -> str:
    """The one spelling of a domain, or of an address literal in its brackets; AddressError where it is none."""
    if len(domain) > LONGEST_DOMAIN:
        raise AddressError("Address is too long")
    lower = domain.lower() if domain.isascii() else domain
    if DOMAIN.fullmatch(lower):
        labels = lower.split(".")
        if max(map(len, labels)) > LONGEST_LABEL:
            raise AddressError("Address is too long")
        if "xn--" in lower and not all(map(_is_ascii_label, labels)):
            raise AddressError("Domain contains illegal character")
        return lower
    literal = LITERAL.fullmatch(domain)
    if literal is not None:
        try:
            six, four = literal.groups()
            return f"[IPv6:{IPv6Address(six)}]" if six else f"[{IPv4Address(four)}]"
        except ValueError:
            raise AddressError("Domain contains illegal character") from None
    raise AddressError(_domain_problem(domain))


def _domain_problem(domain: str) -> str:
    if any(character <= " " or character >= "\x7f" for character in domain):
        return "Domain contains control or whitespace"
    if domain.startswith("."):
        return "Domain starts with dot"
    if ".." in domain:
        return "Domain contains dot-dot"
    if domain.endswith("."):
        return "Domain ends with dot"
    return "Domain contains illegal character"


def _is_ascii_label(label: str) -> bool:
    """Whether a label is plain, or the Punycode of what IDNA would have written so: composed, in lower case, not ASCII."""
    if not label.startswith("xn--"):
        return True
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
        again = decoded.encode("punycode").decode("ascii")
        decoded.encode()
    except UnicodeError:
        return False
    letters = all(
        unicodedata.category(each)[0] in "LMN" or each in "-\u00b7\u30fb\u200c\u200d\u05f3\u05f4\u0375" for each in decoded
    )
    return not decoded.isascii() and again == label[4:] and decoded == unicodedata.normalize("NFC", decoded).lower() and letters
