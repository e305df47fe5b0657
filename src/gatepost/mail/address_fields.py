"""The address fields of a raw message: whom they name, and how they go out.

A field that every reader reads as it was read here keeps its bytes. Any other is written anew from what was decided on: it has a
comment, quotes without need, another case of the domain, letters that are not ASCII.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gatepost.mail.addr_spec import AddressError
from gatepost.mail.address import Mailbox, list_pieces, read_mailboxes
from gatepost.mail.message import Field, RawMessage, write_field

ADDRESS_FIELDS: Final = frozenset(
    (
        "from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-sender", "resent-to", "resent-cc", "resent-bcc",
        "resent-reply-to",
    )
)  # fmt: skip
# A group would hide who a message is from.
SENDERS: Final = frozenset(("from", "sender", "resent-from", "resent-sender"))
ONE_ADDRESS: Final = frozenset(("sender", "resent-sender"))
MOST_CHARACTERS: Final = 32 * 1024  # of all address fields
NOBODY: Final = "undisclosed-recipients:;"


class FieldError(ValueError):
    """An address field that cannot be read, or could be read in two ways; the text names it."""


@dataclass(frozen=True, slots=True)
class AddressFields:
    """The mailboxes that each field of a message names, and the fields that are written anew."""

    mailboxes: Mapping[str, tuple[Mailbox, ...]]  # by the field's name in lower case
    rewritten: Mapping[Field, str]

    def of(self, *names: str) -> tuple[Mailbox, ...]:
        """The mailboxes of the fields of these names (lower case), in the order of the names."""
        return tuple(mailbox for name in names for mailbox in self.mailboxes.get(name, ()))


def read_address_fields(message: RawMessage) -> AddressFields:
    """The address fields of a message; FieldError for one that is none, or is ambiguous."""
    fields = [each for each in message.fields if each.key in ADDRESS_FIELDS]
    if sum(len(each.value) for each in fields) > MOST_CHARACTERS:
        raise FieldError(f"The address fields are longer than {MOST_CHARACTERS} bytes.")
    mailboxes: dict[str, tuple[Mailbox, ...]] = {}
    rewritten: dict[Field, str] = {}
    for each in fields:
        named, exact = _read(each)
        mailboxes[each.key] = (*mailboxes.get(each.key, ()), *named)
        if not exact:
            rewritten[each] = write_field(each.name, list_pieces(named) or (NOBODY,))
    return AddressFields(mailboxes, rewritten)


def _read(each: Field) -> tuple[tuple[Mailbox, ...], bool]:
    name = each.name.title()
    try:
        text = each.value.decode()
    except UnicodeDecodeError:
        raise FieldError(f"Invalid header '{name}': it is neither ASCII nor UTF-8.") from None
    try:
        read = read_mailboxes(text.replace("\t", " "))
    except AddressError as error:
        problem = str(error)
        raise FieldError(problem if problem.startswith("Address length") else f"Invalid header '{name}': {problem}") from None
    if read.groups and each.key in SENDERS:
        raise FieldError(f"Invalid header '{name}': it has a group.")
    if each.key in ONE_ADDRESS and len(read.mailboxes) != 1:
        raise FieldError(f"Invalid header '{name}': it has not one address.")
    return read.mailboxes, read.exact and "\t" not in text
