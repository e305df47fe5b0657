"""Values that stand for all values of an ordered or finite kind: dates, numbers, addresses, booleans, bytes.

The bounds that a question's policies name cut the line into pieces. Within a piece no condition tells two values apart, so one
value of each piece, as text, stands for all. Which of them a condition holds of is asked of `policy.operators` itself.
"""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from ipaddress import IPv4Address, IPv6Address
from itertools import pairwise

from gatepost.policy.values import BILLION, EPOCH, read_instant, read_number, read_range
from gatepost.reasoning.undecidable import Undecidable

UNREADABLE = "unreadable!"  # no date, number, address, boolean or base64
BOOLEANS = ("true", "false")


def instants(bounds: Iterable[str]) -> tuple[str, ...]:
    """Before, at and after each bound. The line is of whole nanoseconds, the finest that a date or epoch seconds can say."""
    named = sorted({instant for bound in bounds if (instant := read_instant(bound)) is not None})
    wanted = [named[0] - BILLION, *named] if named else [0]
    for at, following in pairwise([*named, None]):
        if at is not None:
            # A whole second reads better; where the next bound is nearer, the next nanosecond is in between, if any is.
            wanted.append(at + (BILLION if following is None or at + BILLION < following else 1))
    return tuple(text for instant in dict.fromkeys(wanted) if (text := written_instant(instant)) is not None)


def written_instant(instant: int) -> str | None:
    """The text of an instant; None where neither a date nor epoch seconds can say it."""
    try:
        moment = (EPOCH + timedelta(seconds=instant // BILLION)).astimezone(UTC)
        text = f"{datetime.isoformat(moment.replace(tzinfo=None))}{_fine(instant % BILLION)}Z"
    except OverflowError:
        text = f"{'-' if instant < 0 else ''}{abs(instant) // BILLION}{_fine(abs(instant) % BILLION)}"
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
