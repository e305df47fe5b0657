"""Identities by the names that calls give, and names that can be none."""

from collections.abc import Callable, Sequence
from typing import Final

from gatepost.aws.call import Call
from gatepost.aws.errors import AwsError
from gatepost.mail.addr_spec import AddressError, canonical_address, canonical_domain
from gatepost.services.ses import errors
from gatepost.services.ses.needs import identity_name
from gatepost.store import identities
from gatepost.store.identities import Identity
from gatepost.store.transaction import Transaction

LONGEST_DOMAIN: Final = 253


def checked_domain(call: Call, text: str) -> str:
    """The domain in its one spelling; `AwsError` where it is none."""
    try:
        name = canonical_domain(text) if len(text) <= LONGEST_DOMAIN else ""
    except AddressError:
        name = ""
    if "." not in name or name.startswith("["):
        raise errors.invalid(call, f"Invalid domain name {text}.")
    return name


def checked_address(call: Call, text: str) -> str:
    """The address in its one spelling; `AwsError` where it is none, or more than an address."""
    try:
        return canonical_address(text)
    except AddressError:
        raise errors.invalid(call, f"Invalid email address {text}.") from None


def found_identity(
    call: Call, tx: Transaction, given: str, missing: Callable[[Call, str], AwsError] = errors.no_identity
) -> Identity:
    """The identity of a name or ARN; where there is none, the error that `missing` makes of the call and what it gives."""
    name = identity_name(call, given)
    known = identities.get_identity(tx, call.caller.account, call.region, name)
    if known is None:
        raise missing(call, given)
    return known


def known_identities(call: Call, tx: Transaction, names: Sequence[str]) -> dict[str, Identity]:
    """The identities of these names, by the names as they were asked; unknown ones are left out."""
    found = {name: identities.get_identity(tx, call.caller.account, call.region, identity_name(call, name)) for name in names}
    return {name: identity for name, identity in found.items() if identity is not None}
