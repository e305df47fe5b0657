"""Whose an address is, as far as anybody can tell: as much as one subscriber has counts as one source."""

import ipaddress
from functools import lru_cache
from typing import Final

SUBSCRIBER_BITS: Final = 64


@lru_cache(maxsize=4096)
def source_of(address: str) -> str:
    """An IPv4 address, or the /64 network of an IPv6 one; what is no address stands for itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), SUBSCRIBER_BITS), strict=False))
