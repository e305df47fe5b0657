"""Messages as the standard library reads them, in its older and its newer way: two readers that are not ours."""

import email
from email import policy
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.utils import getaddresses

Named = tuple[str, str]  # display name ("" where there is none), address


def parse(raw: bytes) -> EmailMessage:
    """The message by the newer reader."""
    parsed = email.message_from_bytes(raw, policy=policy.SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


def field_names(raw: bytes) -> list[str]:
    """The names of the header's fields, in order; both readers must find the same."""
    newer, older = parse(raw), email.message_from_bytes(raw)
    assert list(newer.keys()) == list(older.keys())
    assert not older.defects
    return list(newer.keys())


def named(raw: bytes, name: str) -> list[Named]:
    """The mailboxes of every field of a name; both readers must find the same.

    The newer one keeps the blank between two encoded words of a display name (Python issue 79728), so blanks count for the older alone.
    """
    newer, older = parse(raw), email.message_from_bytes(raw)
    found: list[Named] = []
    for header in newer.get_all(name, []):
        assert isinstance(header, AddressHeader)
        found += [(each.display_name, each.addr_spec) for each in header.addresses]
    values = [str(value) for value in older.get_all(name, [])]
    read = [(_decoded(text), address) for text, address in getaddresses(values) if address]
    assert [(_without_blanks(text), address) for text, address in found] == [
        (_without_blanks(text), address) for text, address in read
    ]
    return read


def _decoded(text: str) -> str:
    return str(make_header(decode_header(text)))


def _without_blanks(text: str) -> str:
    return "".join(text.split())


def body(raw: bytes) -> bytes:
    """What stands behind the header's end."""
    return raw.partition(b"\r\n\r\n")[2]
