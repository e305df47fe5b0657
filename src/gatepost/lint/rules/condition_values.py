"""Rules on the values of conditions: whether each is what its operator or its key compares.

Source: IAM User Guide, "Condition operators"; W3C NOTE-datetime; RFC 4632 for CIDR.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from gatepost.lint.document import ConditionTree, Document, Element
from gatepost.lint.examples import allow, policy, when
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.arn_scopes import REGION
from gatepost.lint.setting import Setting
from gatepost.policy.json_reader import Number
from gatepost.policy.operators import NULL, is_readable
from gatepost.policy.values import read_instant, read_number, read_range

SECONDS: Final = re.compile(r"[+-]?\d{5,14}(?:\.\d*)?", re.ASCII)
EPOCH_TIME: Final = "aws:epochtime"
VPC: Final = re.compile(r"vpc-(?:[0-9a-z]{8}|[0-9a-z]{17})")
VPC_ENDPOINT: Final = re.compile(r"vpce-(?:[0-9a-z]{8}|[0-9a-z]{17})")
BOOLEANS: Final = ("true", "false")


def _values(document: Document, family: str) -> Iterator[tuple[ConditionTree, Element, str]]:
    """The values of the operators of a family that hold no variable."""
    for _, condition in document.conditions():
        comparison = condition.comparison
        if comparison is not None and comparison.name.removeprefix("Not").startswith(family):
            for entry in condition.entries:
                if entry.scalar is not None and "${" not in entry.scalar:
                    yield condition, entry, entry.scalar


def _unreadable(document: Document, family: str, read: Callable[[str], object], expected: str) -> Iterator[Hit]:
    for condition, entry, value in _values(document, family):
        if read(value) is None:
            yield Hit(entry.at, f"`{value}` is nothing that `{condition.operator}` compares; expected {expected}")


@rule(
    "TYPE_MISMATCH_DATE",
    Severity.WARNING,
    bad=policy(allow(Condition=when("DateLessThan", "aws:CurrentTime", "31.01.2027"))),
    good=policy(allow(Condition=when("DateLessThan", "aws:CurrentTime", "2027-01-31T23:59:59Z"))),
    of_aws=True,
)
def type_mismatch_date(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Date operator with a value that is no date.

    What it compares with cannot be known: an Allow with it never holds, a Deny is taken to hold. Dates are written `2027-01-31` or
    `2027-01-31T23:59:59Z`, with a zone at the end (`Z` is UTC).
    """
    yield from _unreadable(document, "Date", read_instant, "a date such as `2027-01-31T23:59:59Z`")


@rule(
    "INVALID_DATE_VALUE",
    Severity.WARNING,
    bad=policy(allow(Condition=when("DateLessThan", "aws:CurrentTime", "1801439999"))),
    good=policy(allow(Condition=when("DateLessThan", "aws:CurrentTime", "2027-01-31T23:59:59Z"))),
    of_aws=True,
)
def invalid_date_value(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A date as seconds since 1970.

    It works, but nobody reads `1801439999` as a time, and a digit more or less is decades. Write the date.
    """
    for condition, entry, value in _values(document, "Date"):
        if condition.key.lower() != EPOCH_TIME and SECONDS.fullmatch(value):
            yield Hit(entry.at, f"`{value}` is a number of seconds; write the date, such as `2027-01-31T23:59:59Z`")


@rule(
    "TYPE_MISMATCH_NUMBER",
    Severity.WARNING,
    bad=policy(allow(Condition=when("NumericLessThan", "aws:MultiFactorAuthAge", "1h"))),
    good=policy(allow(Condition=when("NumericLessThan", "aws:MultiFactorAuthAge", "3600"))),
    of_aws=True,
)
def type_mismatch_number(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Numeric operator with a value that is no number.

    What it compares with cannot be known: an Allow with it never holds, a Deny is taken to hold. Units are not read; ages are
    seconds.
    """
    yield from _unreadable(document, "Numeric", read_number, "a number such as `3600`")


@rule(
    "TYPE_MISMATCH_IP_RANGE",
    Severity.ERROR,
    bad=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "xx.xxx.xx.xxx"))),
    good=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))),
    of_aws=True,
)
def type_mismatch_ip_range(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`IpAddress` with a value that is no address.

    What it compares with cannot be known: an Allow with it never holds, a Deny is taken to hold. Write an address or a CIDR block
    such as `203.0.113.0/24` or `2001:db8::/32`; no netmask, no wildcard, no placeholder.
    """
    yield from _unreadable(document, "IpAddress", read_range, "an address, or a block such as `203.0.113.0/24`")


@rule(
    "TYPE_MISMATCH_BOOLEAN",
    Severity.WARNING,
    bad=policy(allow(Condition=when("Bool", "aws:SecureTransport", "yes"))),
    good=policy(allow(Condition=when("Bool", "aws:SecureTransport", "true"))),
    of_aws=True,
)
def type_mismatch_boolean(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`Bool` or `Null` with a value that is neither `true` nor `false`.

    Such a condition never holds in an Allow.
    """
    for _, condition in document.conditions():
        if condition.operator == NULL or (condition.comparison is not None and condition.comparison.name == "Bool"):
            for entry in condition.entries:
                value = entry.scalar
                if value is not None and "${" not in value and value.lower() not in BOOLEANS:
                    yield Hit(entry.at, f"`{value}` is neither `true` nor `false`")


@rule(
    "TYPE_MISMATCH_STRING",
    Severity.WARNING,
    bad=policy(allow(Condition=when("BinaryEquals", "ses:FromDisplayName", "not base64!"))),
    good=policy(allow(Condition=when("BinaryEquals", "ses:FromDisplayName", "TmV3cw=="))),
    of_aws=True,
)
def type_mismatch_string(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`BinaryEquals` with a value that is not base64.

    It compares bytes, which a policy writes in base64. For a text use `StringEquals`.
    """
    for condition, entry, value in _values(document, "Binary"):
        if condition.read_operator is not None and not is_readable(condition.read_operator, value):
            yield Hit(entry.at, f"`{value}` is no base64, which `{condition.operator}` compares")


@rule(
    "INVALID_CONDITION_DATA_TYPE",
    Severity.ERROR,
    bad=policy(allow(Condition=when("Bool", "aws:SecureTransport", "true", False))),
    good=policy(allow(Condition=when("Bool", "aws:SecureTransport", "true"))),
    of_aws=True,
)
def invalid_condition_data_type(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Values of different JSON types in one list.

    `"7"` and `7` compare alike, but one list of both is mostly a slip of the hand. Write them all as strings.
    """
    for _, condition in document.conditions():
        kinds = {_kind(entry) for entry in condition.entries if entry.scalar is not None}
        if len(kinds) > 1:
            yield Hit(condition.element.at, f"`{condition.key}` is compared with a {' and a '.join(sorted(kinds))} in one list")


def _kind(entry: Element) -> str:
    if isinstance(entry.node.value, Number):
        return "number"
    return "boolean" if isinstance(entry.node.value, bool) else "string"


@rule(
    "INVALID_CONDITION_MULTIPLE_BOOLEAN",
    Severity.ERROR,
    bad=policy(allow(Condition=when("Bool", "aws:SecureTransport", "true", "false"))),
    good=policy(allow(Condition=when("Bool", "aws:SecureTransport", "true"))),
    of_aws=True,
)
def invalid_condition_multiple_boolean(document: Document, _setting: Setting) -> Iterator[Hit]:
    """More than one boolean for one key.

    The values of a list are alternatives, so `["true", "false"]` asks nothing but that the key is there. Write the one that is
    meant.
    """
    for _, condition in document.conditions():
        is_bool = condition.operator == NULL or (condition.comparison is not None and condition.comparison.name == "Bool")
        if is_bool and len(condition.entries) > 1:
            yield Hit(
                condition.element.at, f"`{condition.key}` is compared with {len(condition.entries)} booleans; expected one"
            )


# --- values of certain keys -----------------------------------------------------------------------------------------------


def _values_of(document: Document, *keys: str) -> Iterator[tuple[Element, str]]:
    for _, condition in document.conditions():
        if condition.key.lower() in keys and condition.comparison is not None:
            for entry in condition.entries:
                if entry.text is not None and not any(mark in entry.text for mark in "*?$"):
                    yield entry, entry.text


@rule(
    "INVALID_REGION",
    Severity.ERROR,
    bad=policy(allow(Condition=when("StringEquals", "aws:RequestedRegion", "Frankfurt"))),
    good=policy(allow(Condition=when("StringEquals", "aws:RequestedRegion", "eu-central-1"))),
    of_aws=True,
)
def invalid_region(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A region that looks like none.

    Regions are compared by their codes, such as `eu-central-1`. No request is in `Frankfurt`.
    """
    for entry, text in _values_of(document, "aws:requestedregion"):
        if not REGION.fullmatch(text):
            yield Hit(entry.at, f"`{text}` is no region; expected one such as `eu-central-1`")


@rule(
    "INVALID_VPC_FORMAT",
    Severity.ERROR,
    bad=policy(allow(Condition=when("StringEquals", "aws:SourceVpc", "office"))),
    good=policy(allow(Condition=when("StringEquals", "aws:SourceVpc", "vpc-1a2b3c4d"))),
    of_aws=True,
)
def invalid_vpc_format(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A network that is not named by its ID.

    `aws:SourceVpc` is an ID: `vpc-` and 8 or 17 letters and digits. A name or an address never matches.
    """
    for entry, text in _values_of(document, "aws:sourcevpc"):
        if not VPC.fullmatch(text):
            yield Hit(entry.at, f"`{text}` is no ID of a network; expected one such as `vpc-1a2b3c4d`")


@rule(
    "INVALID_VPCE_FORMAT",
    Severity.ERROR,
    bad=policy(allow(Condition=when("StringEquals", "aws:SourceVpce", "vpc-1a2b3c4d"))),
    good=policy(allow(Condition=when("StringEquals", "aws:SourceVpce", "vpce-1a2b3c4d"))),
    of_aws=True,
)
def invalid_vpce_format(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An endpoint that is not named by its ID.

    `aws:SourceVpce` is an ID: `vpce-` and 8 or 17 letters and digits. The ID of the network (`vpc-…`) never matches.
    """
    for entry, text in _values_of(document, "aws:sourcevpce"):
        if not VPC_ENDPOINT.fullmatch(text):
            yield Hit(entry.at, f"`{text}` is no ID of an endpoint; expected one such as `vpce-1a2b3c4d`")
