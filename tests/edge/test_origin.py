"""Where a request comes from: what a stranger says of it counts for nothing."""

import ipaddress

import pytest

from gatepost.aws.request import HttpRequest
from gatepost.edge.origin import origin_of

PROXIES = (ipaddress.ip_network("10.0.0.0/24"), ipaddress.ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "source"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.9", "198.51.100.1"),
        ("10.0.0.1", "garbage, 10.0.0.9", "10.0.0.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "[2001:db8::1]", "2001:db8::1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:203.0.113.7", None, "203.0.113.7"),
        ("fd00::1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_client_is_the_last_hop_that_is_no_proxy_of_ours(peer: str, forwarded: str | None, source: str) -> None:
    fields = [] if forwarded is None else [(b"x-forwarded-for", forwarded.encode())]
    request = HttpRequest("GET", b"/", b"", fields, b"")
    assert origin_of(peer, secure=False, request=request, trusted_proxies=PROXIES).source_ip == source


@pytest.mark.parametrize(("peer", "secure"), [("10.0.0.1", True), ("203.0.113.7", False)])
def test_a_forwarded_scheme_is_believed_of_a_proxy_alone(peer: str, secure: bool) -> None:
    request = HttpRequest("GET", b"/", b"", [(b"x-forwarded-proto", b"https")], b"")
    assert origin_of(peer, secure=False, request=request, trusted_proxies=PROXIES).secure is secure
