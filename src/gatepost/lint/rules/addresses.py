"""Rules on the IP addresses in conditions.

Source: RFC 4632 (CIDR), RFC 1918, RFC 4193, RFC 6598; IAM User Guide, `aws:SourceIp`.
"""

import ipaddress
from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import ConditionTree, Document, Element
from gatepost.lint.edits import written
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.values import read_range

SOURCE_IP: Final = "aws:sourceip"
PRIVATE: Final = tuple(
    block
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
                 "fc00::/7", "fe80::/10", "::1")
    if (block := read_range(text)) is not None
)  # fmt: skip


@rule(
    "IMPROVE_IP_RANGE",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "203.0.113.7/24"))),
    good=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))),
    of_aws=True,
)
def improve_ip_range(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A block with more address than its length says.

    The length after the slash decides, and the rest of the address is ignored: `203.0.113.7/24` is all of `203.0.113.0/24`. If
    the one address was meant, write `203.0.113.7/32`.
    """
    for _, entry, (family, first, last) in _ranges(document):
        text = entry.text or ""
        length = text.partition("/")[2]
        address = ipaddress.IPv4Address(first) if family == 4 else ipaddress.IPv6Address(first)
        block = f"{address}/{length}"
        if length and ipaddress.ip_address(text.partition("/")[0]) != address:
            proof = f"both are the {last - first + 1:,} addresses from {address} on"
            fix = Fix(f"write `{block}`", (written(entry.at, block),), proof)
            yield Hit(entry.at, f"`{text}` means all of `{block}`", fixes=(fix,))


def _ranges(document: Document) -> Iterator[tuple[ConditionTree, Element, tuple[int, int, int]]]:
    """The values of address operators that can be read."""
    for _, condition in document.conditions():
        if condition.comparison is not None and condition.comparison.name.endswith("IpAddress"):
            for entry in condition.entries:
                block = None if entry.text is None else read_range(entry.text)
                if block is not None:
                    yield condition, entry, block


# --- private addresses: AWS never sees them, this server does -----------------------------------------------------------


@rule(
    "PRIVATE_IP_ADDRESS",
    Severity.ERROR,
    bad=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))),
    good=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))),
    of_aws=True,
    only_in_aws_mode=True,
)
def private_ip_address(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Private addresses alone, which never reach AWS.

    AWS sees the public address of your network. Meant for AWS, this condition never holds. On your own server, private clients are
    seen as they are, and nothing is wrong with it.
    """
    for condition, private, public in _private(document, "IpAddress"):
        if not public:
            yield Hit(condition.element.at, f"`{private[0].text}` is private: AWS never sees it, so this never holds there")


@rule(
    "PRIVATE_NOT_IP_ADDRESS",
    Severity.ERROR,
    bad=policy(deny(Condition=when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"))),
    good=policy(deny(Condition=when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"))),
    of_aws=True,
    only_in_aws_mode=True,
)
def private_not_ip_address(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Private addresses alone are spared, which never reach AWS.

    AWS sees the public address of your network. Meant for AWS, this condition always holds: such a Deny denies everybody.
    """
    for condition, private, public in _private(document, "NotIpAddress"):
        if not public:
            yield Hit(condition.element.at, f"`{private[0].text}` is private: AWS never sees it, so this always holds there")


@rule(
    "PRIVATE_IP_ADDRESS_SUBSET",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8", "203.0.113.0/24"))),
    good=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))),
    of_aws=True,
    only_in_aws_mode=True,
)
def private_ip_address_subset(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Private addresses among others.

    AWS never sees them, so there they add nothing. For calls through an endpoint of your network compare `aws:VpcSourceIp`.
    """
    yield from _subset(document, "IpAddress")


@rule(
    "PRIVATE_NOT_IP_ADDRESS_SUBSET",
    Severity.SUGGESTION,
    bad=policy(deny(Condition=when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", "203.0.113.0/24"))),
    good=policy(deny(Condition=when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"))),
    of_aws=True,
    only_in_aws_mode=True,
)
def private_not_ip_address_subset(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Private addresses among those that are spared.

    AWS never sees them, so there they spare nobody. For calls through an endpoint of your network compare `aws:VpcSourceIp`.
    """
    yield from _subset(document, "NotIpAddress")


def _subset(document: Document, name: str) -> Iterator[Hit]:
    for _, private, public in _private(document, name):
        if public:
            for entry in private:
                yield Hit(entry.at, f"`{entry.text}` is private: AWS never sees it")


def _private(document: Document, name: str) -> Iterator[tuple[ConditionTree, list[Element], int]]:
    """The conditions on the source address that name private ones: these, and how many others."""
    for _, condition in document.conditions():
        if condition.key.lower() != SOURCE_IP or condition.comparison is None or condition.comparison.name != name:
            continue
        blocks = [(entry, block) for entry in condition.entries if (block := read_range(entry.text or "")) is not None]
        private = [entry for entry, block in blocks if _is_private(block)]
        if private:
            yield condition, private, len(blocks) - len(private)


def _is_private(block: tuple[int, int, int]) -> bool:
    family, first, last = block
    return any(family == of and start <= first and last <= end for of, start, end in PRIVATE)
