"""Values that conditions compare: instants, numbers, addresses, ARNs. Each reader answers None for what it cannot read.

The readers remember: the same text comes again with every request (a policy's dates, a client's address).
"""

import ipaddress
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from gatepost.policy.variables import ARN_PARTS, split_arn

DATE: Final = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII
)
EPOCH_SECONDS: Final = re.compile(r"[+-]?\d{1,14}(?:\.(\d{1,9}))?", re.ASCII)
NUMBER: Final = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?", re.ASCII)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
BILLION: Final = 10**9


@lru_cache(maxsize=4096)
def read_instant(text: str) -> int | None:
    """Nanoseconds since 1970 of a W3C date (a year … fractional seconds with a zone; none means UTC) or of epoch seconds.

    Four digits are a year, any other number is seconds. Source: IAM User Guide, "Date condition operators"; W3C NOTE-datetime.
    """
    match = DATE.fullmatch(text)
    if match is None:
        seconds = EPOCH_SECONDS.fullmatch(text)
        return int(Decimal(text) * BILLION) if seconds else None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    leap = second == "60"  # a leap second is the first instant of the next minute
    try:
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0),
            59 if leap else int(second or 0), tzinfo=_zone(zone),
        )  # fmt: skip
    except ValueError:
        return None
    whole = (moment - EPOCH) // timedelta(seconds=1) + (1 if leap else 0)
    return whole * BILLION + int((fraction or "0").ljust(9, "0"))


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


@lru_cache(maxsize=4096)
def read_number(text: str) -> Decimal | None:
    """An integer or decimal number."""
    if NUMBER.fullmatch(text) is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent out of range
        return None


@lru_cache(maxsize=16384)
def read_address(text: str) -> tuple[int, int] | None:
    """Family (4 or 6) and number of an IP address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return address.version, int(address)


@lru_cache(maxsize=4096)
def read_range(text: str) -> tuple[int, int, int] | None:
    """Family, first and last number of a CIDR block; a bare address is a block of one.

    Bare IPv6 is read as /128. (The guide says /32 for both families, which for IPv6 would open 2^96 addresses; UNSURE.) The length
    is a number: `/0.0.0.0`, which `ipaddress` takes for a netmask, is no CIDR.
    """
    _, slash, length = text.partition("/")
    if slash and not (length.isascii() and length.isdigit()):
        return None
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    return network.version, int(network.network_address), int(network.broadcast_address)


def arn_parts(text: str) -> tuple[str, ...] | None:
    """The six parts of an ARN; the sixth may hold colons. None for what is no ARN."""
    parts = split_arn(text)
    return parts if len(parts) == ARN_PARTS and parts[0] == "arn" else None


def account_of(arn: str) -> str | None:
    """The account that an ARN names, None where it names none."""
    parts = split_arn(arn)
    return parts[4] or None if len(parts) == ARN_PARTS else None
