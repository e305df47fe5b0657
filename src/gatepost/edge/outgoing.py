"""Where Gatepost connects to on somebody else's word: public hosts alone, unless the profile is local.

A name is resolved once, every address of it is held against the rules, and the connection is made to an address that was checked:
a name that resolves otherwise a moment later (DNS rebinding) leads nowhere new. Redirects are not followed by `http.client`.
Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890); RFC 6052 and RFC 8215 (NAT64), RFC 3056 (6to4),
RFC 4380 (Teredo); CWE-918.
"""

import socket
import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[Address]]

# Nobody's identity provider, whatever the profile: what a machine alone may ask, its cloud's metadata among them.
NEVER: Final = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
            *("::/128", "fe80::/10", "fec0::/10", "ff00::/8"),
            *("100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::254/128", "fd20:ce::254/128"),
        ),
    )
)
NOT_PUBLIC: Final = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24"),
            *("192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24"),
            "203.0.113.0/24",
        ),
    )
)
PUBLIC_IPV6: Final = ip_network("2000::/3")
NOT_PUBLIC_IPV6: Final = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
NAT64: Final = ip_network("64:ff9b::/96")


class Refused(Exception):
    """A host to which no connection is made."""


def resolve(host: str, port: int) -> Sequence[Address]:
    """The addresses of a host, in the resolver's order. OSError or ValueError where it has none."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(ip_address(str(address[0]).partition("%")[0]) for *_, address in answers))


def checked_addresses(addresses: Sequence[Address], *, public_only: bool) -> Sequence[Address]:
    """The addresses as they are. `Refused` where one of them may not be connected to."""
    for address in addresses:
        if _is_in(address, NEVER):
            raise Refused(f"`{address}` is link-local, multicast, a cloud's metadata or no host's address")
        if public_only and not is_public(address):
            raise Refused(f"`{address}` is not a public address")
    if not addresses:
        raise Refused("the host has no address")
    return addresses


def is_public(address: Address) -> bool:
    """Whether an address is a host's on the Internet. One that holds an IPv4 address is what that address is."""
    held = _held_ipv4(address)
    if held is not None:
        return is_public(held)
    if isinstance(address, IPv4Address):
        return not _is_in(address, NEVER) and not any(address in network for network in NOT_PUBLIC)
    return address in PUBLIC_IPV6 and not any(address in network for network in NOT_PUBLIC_IPV6)


def connect(addresses: Sequence[Address], port: int, until: float) -> socket.socket:
    """A connection to the first address that takes one before `until` (`time.monotonic`). OSError where none does."""
    problem: OSError = TimeoutError("timed out")
    for address in addresses:
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((str(address), port), timeout=left)
        except OSError as refusal:
            problem = refusal
    raise problem


def _is_in(address: Address, networks: Sequence[Any]) -> bool:
    held = _held_ipv4(address)
    return any(each in network for network in networks for each in (address, held) if each is not None)


def _held_ipv4(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in NAT64:
        return IPv4Address(address.packed[12:])
    if int(address) >> 32 == 0 and int(address) > 1:  # IPv4-compatible, long given up: ::10.0.0.1
        return IPv4Address(address.packed[12:])
    return address.sixtofour
