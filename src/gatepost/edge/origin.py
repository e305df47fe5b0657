"""Where an HTTP request really came from: the connection's own facts, or what a listed proxy forwards.

A forwarded address, scheme or host is believed only from a peer in `trusted_proxies`; from anyone else it is a header like
any other, so that nobody can write himself an `aws:SourceIp`.
"""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from gatepost.aws.call import Origin
from gatepost.aws.request import HttpRequest

LONGEST_AGENT: Final = 1024  # characters. Source: CloudTrail User Guide, "CloudTrail record contents", `userAgent`
LONGEST_HOST: Final = 255
OWN_FINDINGS: Final = "x-gatepost-findings"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def origin_of(peer: str, *, secure: bool, request: HttpRequest, trusted_proxies: Sequence[Network]) -> Origin:
    """The origin of a request from `peer` (an IP address).

    Behind trusted proxies the client is the right-most address of `X-Forwarded-For` that is not itself a trusted proxy. The user
    agent is cut to what the record of the call keeps, so that policies decide on what the record shows.
    """
    source, encrypted = _plain(peer), secure
    if trusted_proxies and _listed(peer, trusted_proxies):
        source = _client(source, request.header("x-forwarded-for") or "", trusted_proxies)
        scheme = (request.header("x-forwarded-proto") or "").rpartition(",")[2].strip().lower()
        encrypted = scheme == "https" if scheme else secure
    return Origin(
        source,
        (request.header("user-agent") or "")[:LONGEST_AGENT],
        encrypted,
        (request.header("host") or "")[:LONGEST_HOST] or None,
        (request.header(OWN_FINDINGS) or "").strip().lower() == "all",
    )


@lru_cache(maxsize=4096)
def _plain(peer: str) -> str:
    return str(_address(peer) or peer)


def _client(peer: str, forwarded: str, trusted_proxies: Sequence[Network]) -> str:
    client = peer
    for hop in reversed(forwarded.split(",")):
        address = _address(hop.strip())
        if address is None:  # what stands left of a hop that cannot be read proves nothing
            return client
        client = str(address)
        if not _listed(client, trusted_proxies):
            return client
    return client


def _listed(address: str, networks: Sequence[Network]) -> bool:
    parsed = _address(address)
    return parsed is not None and any(parsed in network for network in networks)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.removeprefix("[").partition("]")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
