"""Values that stand for all values of an ordered or finite kind: dates, numbers, addresses, booleans, bytes.

The bounds that a question's policies name cut the line into pieces. Within a piece no condition tells two values apart, so one
value of each piece, as text, stands for all. Which of them a condition holds of is asked of `policy.operators` itself.
"""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from ipaddress import IPv4Address, IPv6Address
from itertools import pairwise
from math import ceil, floor

from gatepost.policy.model import Condition
from gatepost.policy.values import BILLION, EPOCH, read_instant, read_number, read_range
from gatepost.reasoning.undecidable import Undecidable

UNREADABLE = "unreadable!"  # no date, number, address, boolean or base64
BOOLEANS = ("true", "false")
MOST_SECONDS = 10**14  # as far as epoch seconds go


def instants(bounds: Iterable[str]) -> tuple[str, ...]:
    """Before, at and after each bound. The line is of whole nanoseconds, the finest that a date or epoch seconds can say."""
    wanted = _around({instant for bound in bounds if (instant := read_instant(bound)) is not None})
    return tuple(text for instant in wanted if (text := written_instant(instant)) is not None)


def seconds(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """The same of a key that says the time as seconds since 1970, which may be compared as a date and as a number."""
    named = {instant for each in conditions for value in each.values for instant in _bounds_of(each, value)}
    return tuple(text for instant in _around(named) if (text := written_seconds(instant)) is not None)


def _bounds_of(condition: Condition, value: str) -> Iterable[int]:
    """The instants next to what a value says, both ways, as far as seconds can be written."""
    if condition.operator.base.startswith("Date"):
        instant = read_instant(value)
        exact = None if instant is None else Fraction(instant)
    else:
        exact = exact_instant(value)
    return (floor(exact), ceil(exact)) if exact is not None and abs(exact) < MOST_SECONDS * BILLION else ()


def exact_instant(number: str) -> Fraction | None:
    """The nanoseconds of a number of seconds, which may have more digits than those; None for what is no number."""
    read = read_number(number)
    return None if read is None else Fraction(read) * BILLION


def _around(instants: Iterable[int]) -> Iterable[int]:
    named = sorted(instants)
    wanted = [named[0] - BILLION, *named] if named else [0]
    for at, following in pairwise([*named, None]):
        if at is not None:
            # A whole second reads better; where the next bound is nearer, the next nanosecond is in between, if any is.
            wanted.append(at + (BILLION if following is None or at + BILLION < following else 1))
    return dict.fromkeys(wanted)


def written_instant(instant: int) -> str | None:
    """The text of an instant; None where neither a date nor epoch seconds can say it."""
    try:
        moment = (EPOCH + timedelta(seconds=instant // BILLION)).astimezone(UTC)
        text = f"{datetime.isoformat(moment.replace(tzinfo=None))}{_fine(instant % BILLION)}Z"
    except OverflowError:
        text = f"{'-' if instant < 0 else ''}{abs(instant) // BILLION}{_fine(abs(instant) % BILLION)}"
    return text if read_instant(text) == instant else None


def written_seconds(instant: int) -> str | None:
    """The text of an instant as seconds since 1970, which no reader takes for a year; None where they have too many digits."""
    text = f"{'-' if instant < 0 else ''}{abs(instant) // BILLION:05}{_fine(abs(instant) % BILLION)}"
    return text if read_instant(text) == instant else None


def _fine(fraction: int) -> str:
    return f".{fraction:09}" if fraction else ""


def numbers(bounds: Iterable[str]) -> tuple[str, ...]:
    """At each bound, between two, below all and above all: numbers are dense."""
    with localcontext(prec=2500, Emax=999_999, Emin=-999_999):
        named = sorted({number for bound in bounds if (number := read_number(bound)) is not None})
        between = [(low + high) / 2 for low, high in pairwise(named)]
        wanted = [named[0] - 1, *named, *between, named[-1] + 1] if named else [Decimal(0)]
        texts = tuple(f"{number:f}" for number in wanted)
        if any(read_number(text) != number for text, number in zip(texts, wanted, strict=True)):
            raise Undecidable("numbers too long to have one written between them")
        return texts


def addresses(ranges: Iterable[str]) -> tuple[str, ...]:
    """The first address of each piece of both families' lines."""
    cuts = {4: {0}, 6: {0}}
    for text in ranges:
        block = read_range(text)
        if block is not None:
            family, first, last = block
            cuts[family] |= {first, last + 1}
    return (
        *(str(IPv4Address(number)) for number in sorted(cuts[4]) if number < 2**32),
        *(str(IPv6Address(number)) for number in sorted(cuts[6]) if number < 2**128),
    )


def contents(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each content that is named, and one longer than all of them."""
    return (*values, base64.b64encode(b"x" * (1 + max(map(len, values), default=0))).decode())
