"""Identities by the names that calls give, and names that can be none."""

import re
from collections.abc import Sequence
from typing import Final

from gatepost.aws.call import Call
from gatepost.mail.address import AddressError, read_mailbox
from gatepost.services.ses import errors
from gatepost.services.ses.needs import identity_name
from gatepost.store import identities
from gatepost.store.identities import Identity
from gatepost.store.transaction import Transaction

DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def checked_domain(call: Call, text: str) -> str:
    """The domain in lower case; `AwsError` where it is none."""
    name = text.lower()
    if not DOMAIN.fullmatch(name):
        raise errors.invalid(call, f"Invalid domain name {text}.")
    return name


def checked_address(call: Call, text: str) -> str:
    """The address as it stands; `AwsError` where it is none, or more than an address."""
    try:
        mailbox = read_mailbox(text)
    except AddressError:
        raise errors.invalid(call, f"Invalid email address {text}.") from None
    if mailbox.address != text:
        raise errors.invalid(call, f"Invalid email address {text}.")
    return text


def found_identity(call: Call, tx: Transaction, given: str) -> Identity:
    """The identity of a name or ARN; `AwsError` where there is none."""
    name = identity_name(call, given)
    known = identities.get_identity(tx, call.caller.account, call.region, name)
    if known is None:
        raise errors.no_identity(call, given)
    return known


def known_identities(call: Call, tx: Transaction, names: Sequence[str]) -> dict[str, Identity]:
    """The identities of these names, by the names as they were asked; unknown ones are left out."""
    found = {name: identities.get_identity(tx, call.caller.account, call.region, identity_name(call, name)) for name in names}
    return {name: identity for name, identity in found.items() if identity is not None}
