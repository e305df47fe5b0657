"""The same world with every ordered key on its own line, for general solvers: an atom is a condition, and its meaning arithmetic.

Nothing here knows the candidates by which our own engine decides the same conditions (`candidates`), so that a general solver that
is asked about these atoms is a witness of its own. What both share is `policy`: how a date, a number or an address is read.

Theory, in numbered rules:

1.  An instant is whole nanoseconds, a number is real, an address is a whole number: one of the fourth version is negative, one of
    the sixth is not. Contents are numbered; of `true` and `false` an atom says of which it holds.
2.  A value that cannot be read stands beside the line. What an operator makes of it is asked of `policy.operators`.
3.  A policy's value that cannot be read is never equal to a request's; a Deny applies beside it unless its other values rule that
    out, and a negated Allow never does (`policy.operators`, rule 6).
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from gatepost.policy.model import Condition, Effect
from gatepost.policy.operators import COMPARISONS, Holds
from gatepost.policy.values import read_instant, read_number, read_range
from gatepost.reasoning.candidates import UNREADABLE, written_instant
from gatepost.reasoning.formula import Formula
from gatepost.reasoning.keys import Key
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.world import Place, World

SORTS: Final = {"Date": "Int", "IPAddress": "Int", "Numeric": "Real", "Bool": "Bool", "Binary": "Int"}
FAR: Final = 10**23  # nanoseconds: as far as fourteen digits of seconds go
FOURTH: Final = 2**32
SIXTH: Final = 2**128
SIGNS: Final = {"LessThan": "<", "LessThanEquals": "<=", "GreaterThan": ">", "GreaterThanEquals": ">="}


@dataclass(frozen=True, slots=True)
class Compared:
    """What an atom says of the value at a place: that a condition holds of it."""

    place: Place
    condition: Condition
    effect: Effect
    holds: Holds


@dataclass(slots=True)
class Lines(World):
    """A world whose ordered and finite keys have no candidates in its atoms, but conditions."""

    comparisons: dict[int, Compared] = field(default_factory=dict)

    def compared(
        self, _candidates: tuple[str, ...], condition: Condition, effect: Effect, holds: Holds
    ) -> Callable[[Place], Formula]:
        """The atom of a condition on each slot of its key."""

        def test(place: Place) -> Formula:
            number = self.fresh()
            self.comparisons[number] = Compared(place, condition, effect, holds)
            return number

        return test

    def compared_otherwise(self, key: Key, family: str) -> None:
        """Undecidable: a value has one sort."""
        raise Undecidable(f"{key.name} is compared as {key.family} and as {family}")


def meaning(name: str, family: str, compared: Compared) -> str:
    """What a condition says of the value `name`, as an SMT-LIB term; `NAME.read` says whether it can be read."""
    beside = _word(compared.holds(UNREADABLE) is True)
    return f"(ite |{name}.read| {_readable(f'|{name}|', family, compared)} {beside})"


def bounds(name: str, family: str) -> str | None:
    """What a line's values are between, as an SMT-LIB term."""
    match family:
        case "Date":
            return f"(< {_whole(-FAR)} |{name}| {FAR})"
        case "IPAddress":
            return f"(and (<= {_whole(-FOURTH)} |{name}|) (< |{name}| {SIXTH}))"
        case "Binary":
            return f"(<= 0 |{name}|)"
    return None


def _readable(name: str, family: str, compared: Compared) -> str:
    condition, holds = compared.condition, compared.holds
    if family == "Bool":
        return f"(ite {name} {_word(holds('true') is True)} {_word(holds('false') is True)})"
    comparison, denies = COMPARISONS[condition.operator.base], compared.effect is Effect.DENY
    terms = [_term(name, comparison.name, family, value) for value in condition.values]
    matched = f"(or false {' '.join(term for term in terms if term is not None)})"
    if None in terms and denies is not comparison.negated:
        return _word(denies)  # rule 3
    return f"(not {matched})" if comparison.negated else matched


def _term(name: str, operator: str, family: str, value: str) -> str | None:
    """What one value of a policy says; None where it cannot be read."""
    if family == "IPAddress":
        block = read_range(value)
        if block is None:
            return None
        version, first, last = block
        shift = FOURTH if version == 4 else 0
        return f"(and (<= {_whole(first - shift)} {name}) (<= {name} {_whole(last - shift)}))"
    if family == "Binary":
        try:
            return f"(= {name} {_place_of(b64decode(value, validate=True))})"
        except ValueError:
            return None
    sign = SIGNS.get(operator.removeprefix(family), "=")
    if family == "Date":
        instant = read_instant(value)
        return None if instant is None else f"({sign} {name} {_whole(instant)})"
    number = read_number(value)
    return None if number is None else f"({sign} {name} {_real(number)})"


def _word(holds: bool) -> str:
    return "true" if holds else "false"


def _whole(number: int) -> str:
    return str(number) if number >= 0 else f"(- {-number})"


def _real(number: Decimal) -> str:
    text = f"{abs(number):f}"
    text = text if "." in text else f"{text}.0"
    return f"(- {text})" if number < 0 else text


def written(family: str, value: Fraction | bool) -> str:
    """A value of a line as a request has it. Undecidable for one that no request can write."""
    match family:
        case "Date":
            text = written_instant(int(value))
        case "IPAddress":
            text = str(IPv4Address(int(value) + FOURTH) if value < 0 else IPv6Address(int(value)))
        case "Bool":
            text = _word(bool(value))
        case "Binary":
            text = b64encode(_content(int(value))).decode()
        case _:
            text = _number(Fraction(value))
    if text is None:
        raise Undecidable(f"{family} {value}: no request can write it")
    return text


def _number(number: Fraction) -> str | None:
    text = f"{Decimal(number.numerator) / Decimal(number.denominator):f}"
    read = read_number(text)
    return text if read is not None and Fraction(read) == number else None


# --- contents, one after the other: the empty one is 0 ----------------------------------------------------------------------


def _place_of(content: bytes) -> int:
    place = 0
    for byte in content:
        place = place * 256 + byte + 1
    return place


def _content(place: int) -> bytes:
    found: list[int] = []
    while place:
        place, byte = divmod(place - 1, 256)
        found.append(byte)
    return bytes(reversed(found))
