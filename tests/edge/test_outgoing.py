"""To whom a connection may be made on somebody else's word: by address, after one resolution."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import pytest

from clients.issuer import running_issuer
from gatepost.edge.outgoing import Address, Refused, checked_addresses, is_public, resolve
from gatepost.edge.provider_keys import Unfit, fetch_keys, usable_keys

NEVER = [
    *("169.254.169.254", "169.254.0.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "255.255.255.255", "240.0.0.1"),  # noqa: S104
    *("fe80::1", "fe80::a9fe:a9fe", "fec0::1", "::", "ff02::1", "ff0e::1"),
    *("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"),
    *("::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1", "::169.254.169.254", "64:ff9b::a83f:8110"),
]
NOT_PUBLIC = [
    *("127.0.0.1", "127.255.255.254", "::1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"),
    *(
        "100.127.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.9",
        "192.88.99.1",
    ),
    *("fc00::1", "fd12:3456::1", "2001:db8::1", "3fff::1", "100::1", "2001:2::1", "5f00::1", "64:ff9b:1::10.0.0.1"),
    *(
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::127.0.0.1",
        "2002:7f00:1::1",
        "2002:a00:1::",
        "::10.0.0.1",
    ),
    *("2001:0:4136:e378:8000:63bf:3fff:fdd2",),
]
PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.167.0.1", "169.253.0.1"),
    *("2606:4700:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"),
]


@pytest.mark.parametrize("text", NEVER)
def test_what_a_machine_alone_may_ask_is_refused_in_every_profile(text: str) -> None:
    for public_only in (False, True):
        with pytest.raises(Refused):
            checked_addresses([ip_address(text)], public_only=public_only)


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_private_addresses_are_refused_outside_the_local_profile(text: str) -> None:
    address = ip_address(text)
    assert not is_public(address)
    with pytest.raises(Refused):
        checked_addresses([address], public_only=True)
    assert checked_addresses([address], public_only=False) == [address]


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_not(text: str) -> None:
    assert is_public(ip_address(text))
    assert checked_addresses([ip_address(text)], public_only=True) == [ip_address(text)]


def test_one_bad_address_of_many_refuses_the_name() -> None:
    for bad in ("10.0.0.1", "169.254.169.254", "::1"):
        with pytest.raises(Refused):
            checked_addresses([ip_address("8.8.8.8"), ip_address(bad)], public_only=True)
    with pytest.raises(Refused, match="no address"):
        checked_addresses([], public_only=True)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "017700000001", "127.1", "::1", "::ffff:127.0.0.1", "localhost"]
)
def test_every_spelling_of_loopback_resolves_to_what_is_refused(host: str) -> None:
    with pytest.raises(Refused):
        checked_addresses(resolve(host, 443), public_only=True)


class Resolver:
    """Answers each question with the next of its answers, and counts."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append((host, port))
        return [ip_address(each) for each in self.answers.pop(0)]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "fd00::1", "64:ff9b::7f00:1"])
def test_in_production_a_name_that_leads_inside_is_refused_before_any_connection(address: str) -> None:
    with pytest.raises(Refused):
        fetch_keys("https://issuer.example", (), outside_only=True, resolve=Resolver([address]))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1", "http://localhost:8080", "http://issuer.example", "https://issuer.example:8443"]
)
def test_in_production_it_is_https_on_port_443_alone(url: str) -> None:
    resolver = Resolver(["8.8.8.8"])
    with pytest.raises(Unfit, match="expected"):
        fetch_keys(url, (), outside_only=True, resolve=resolver)
    assert resolver.asked == []


def test_in_production_no_running_provider_on_this_machine_is_asked() -> None:
    with running_issuer() as issuer:
        with pytest.raises(Unfit):
            fetch_keys(issuer.url, (), outside_only=True)
        assert issuer.asked == []


def test_a_name_is_resolved_once_for_each_document_and_connected_to_as_it_was_checked() -> None:
    with running_issuer() as issuer:
        port = int(issuer.name.partition(":")[2])
        issuer.url = f"http://localhost:{port}"
        resolver = Resolver(["127.0.0.1"], ["127.0.0.1"], ["10.0.0.1"])
        assert fetch_keys(issuer.url, (), resolve=resolver)
        assert resolver.asked == [("localhost", port)] * 2


def test_loopback_without_tls_is_by_its_addresses_not_by_its_name() -> None:
    with pytest.raises(Unfit, match="expected https"):
        fetch_keys("http://localhost", (), resolve=Resolver(["8.8.8.8"]))


def test_a_key_set_is_where_its_issuer_may_point(monkeypatch: pytest.MonkeyPatch) -> None:
    document = {"issuer": "https://issuer.example", "jwks_uri": "https://inside.example/keys"}
    monkeypatch.setattr("gatepost.edge.provider_keys._get", lambda *_: document)
    for inside in (["10.0.0.1"], ["127.0.0.1"], ["169.254.169.254"], ["8.8.8.8", "192.168.0.1"]):
        with pytest.raises(Refused):
            fetch_keys("https://issuer.example", (), resolve=Resolver(["8.8.8.8"], inside))
    document["jwks_uri"] = "http://127.0.0.1/keys"
    with pytest.raises(Unfit, match="expected a `jwks_uri` with https"):
        fetch_keys("https://issuer.example", (), resolve=Resolver(["8.8.8.8"]))


def test_a_key_set_is_cut_to_what_iam_takes() -> None:
    rsa: dict[str, Any] = {
        "kty": "RSA",
        "n": "x" * 342,
        "e": "AQAB",
        "kid": "1",
        "x5c": ["y" * 9000],
        "alg": "RS256",
        "key_ops": ["verify"],
    }
    ec: dict[str, Any] = {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}
    kept = usable_keys([rsa] * 150 + [ec] * 150 + [{"kty": "oct", "k": "s"}, {"kty": "RSA", "n": "x" * 5000, "e": "AQAB"}])
    assert len(kept) == 200
    assert kept[0] == {name: value for name, value in rsa.items() if name != "x5c"}
    odd: list[dict[str, Any]] = [
        {"kty": "RSA", "n": 5},
        {"kty": "RSA", "n": "x", "e": {"a": 1}},
        {"kty": ["RSA"]},
        {"kty": "EC", "key_ops": ["x"] * 99},
    ]
    assert usable_keys(odd) == []
