"""Numbers, instants, addresses, ARNs and bytes, read by hand; None is what cannot be read."""

import string
from fractions import Fraction
from typing import Final

from policy.interpreter.text import ANY_RUN, Sign

DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
BASE64: Final = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"


def digits(text: str) -> bool:
    return text != "" and all(character in string.digits for character in text)


def number(text: str) -> Fraction | None:
    """An integer or a decimal, with a sign or without; an exponent is read as in JSON's unquoted numbers."""
    mantissa, e, exponent = text.replace("E", "e").partition("e")
    shift = integer(exponent) if e else 0
    sign = -1 if mantissa.startswith("-") else 1
    whole, _, part = without_sign(mantissa).partition(".")
    if shift is None or not digits(whole + part):
        return None
    return sign * Fraction(int(whole + part)) * Fraction(10) ** (shift - len(part))


def integer(text: str) -> int | None:
    bare = without_sign(text)
    return (-1 if text.startswith("-") else 1) * int(bare) if digits(bare) else None


def without_sign(text: str) -> str:
    return text[1:] if text[:1] in ("-", "+") else text


def instant(text: str) -> Fraction | None:
    """Seconds since 1970 of a W3C date (a year, a month, a day, a minute, a second, a part of one) or of epoch seconds.

    Four digits are a year, any other number is seconds. Source: IAM User Guide, Condition operators; W3C NOTE-datetime.
    """
    whole, point, part = without_sign(text).partition(".")
    if digits(whole) and (digits(part) or not point) and (len(text) != 4 or not digits(text)):
        return Fraction(text)
    date, t, time = text.partition("T")
    fields = date.split("-")
    if not 1 <= len(fields) <= 3 or [len(field) for field in fields] != [4, 2, 2][: len(fields)]:
        return None
    if not all(digits(field) for field in fields):
        return None
    year, month, day = [*[int(field) for field in fields], 1, 1][:3]
    if not 1 <= month <= 12 or not 1 <= day <= _days_in(year, month):
        return None
    seconds = Fraction(86400 * _days_since_1970(year, month, day))
    if not t:
        return seconds
    clock = _seconds_of_day(time) if len(fields) == 3 else None
    return None if clock is None else seconds + clock


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_in(year: int, month: int) -> int:
    return 29 if month == 2 and _leap(year) else DAYS[month - 1]


def _days_since_1970(year: int, month: int, day: int) -> int:
    before = range(1970, year) if year >= 1970 else range(year, 1970)
    years = sum(366 if _leap(each) else 365 for each in before)
    return (years if year >= 1970 else -years) + sum(_days_in(year, each) for each in range(1, month)) + day - 1


def _seconds_of_day(text: str) -> Fraction | None:
    """`hh:mm`, `hh:mm:ss` or `hh:mm:ss.s…` and a zone: `Z`, `+hh:mm`, `-hh:mm`, or none, which means UTC."""
    if text.endswith("Z"):
        clock, offset = text[:-1], 0
    elif text[-6:-5] not in ("+", "-"):
        clock, offset = text, 0
    else:
        clock, sign, zone = text[:-6], text[-6:-5], text[-5:]
        minutes = _clock(zone)
        if minutes is None:
            return None
        offset = (-1 if sign == "-" else 1) * 60 * minutes
    minute_of_day = _clock(clock[:5])
    second, point, part = clock[6:].partition(".")
    if minute_of_day is None:
        return None
    if len(clock) == 5:
        return Fraction(60 * minute_of_day - offset)
    if clock[5] != ":" or len(second) != 2 or not digits(second) or int(second) > 59 or (point and not digits(part)):
        return None
    return 60 * minute_of_day - offset + Fraction(f"{second}.{part or 0}")


def _clock(text: str) -> int | None:
    """The minutes of `hh:mm`."""
    hour, colon, minute = text.partition(":")
    if not colon or len(hour) != 2 or len(minute) != 2 or not digits(hour) or not digits(minute):
        return None
    return 60 * int(hour) + int(minute) if int(hour) < 24 and int(minute) < 60 else None


def bits(text: str) -> str | None:
    """The 32 or 128 bits of an IP address as a text of 0 and 1."""
    if ":" not in text:
        fields = text.split(".")
        if len(fields) != 4 or not all(_is_byte(field) for field in fields):
            return None
        return "".join(f"{int(field):08b}" for field in fields)
    head, gap, tail = text.partition("::")
    left, right = _groups(head), _groups(tail)
    if left is None or right is None or (gap and len(left) + len(right) > 7) or (not gap and len(left) != 8):
        return None
    groups = left + ["0"] * (8 - len(left) - len(right)) + right
    return "".join(f"{int(group, 16):016b}" for group in groups)


def _is_byte(text: str) -> bool:
    return digits(text) and len(text) <= 3 and int(text) < 256 and str(int(text)) == text


def _groups(text: str) -> list[str] | None:
    """The 16-bit groups of one side of `::`; a dotted IPv4 address at its end is two of them."""
    if text == "":
        return []
    groups = text.split(":")
    if "." in groups[-1]:
        last = bits(groups[-1])
        if last is None:
            return None
        groups[-1:] = [f"{int(last[:16], 2):x}", f"{int(last[16:], 2):x}"]
    return groups if all(1 <= len(group) <= 4 and set(group) <= set(string.hexdigits) for group in groups) else None


def network(text: str) -> str | None:
    """The fixed leading bits of a CIDR range, after a letter for its family; a bare address is a range of one.

    The guide says /32 for a bare address of either family, which for IPv6 would be a vast range.
    """
    address, slash, length = text.partition("/")
    all_bits = bits(address)
    if all_bits is None or (slash and (not digits(length) or int(length) > len(all_bits))):
        return None
    return family(all_bits) + (all_bits[: int(length)] if slash else all_bits)


def family(all_bits: str) -> str:
    return "4:" if len(all_bits) == 32 else "6:"


def arn_parts(signs: list[Sign]) -> list[list[Sign]]:
    """The parts of an ARN or of a pattern for one, cut at the first five colons."""
    parts: list[list[Sign]] = [[]]
    for sign in signs:
        if sign == ":" and len(parts) < 6:
            parts.append([])
        else:
            parts[-1].append(sign)
    return parts


def arn_pattern(signs: list[Sign]) -> list[list[Sign]] | None:
    """The six parts of a pattern; one that ends early in `*` covers the parts that follow (tests/cases/conditions.json)."""
    parts = arn_parts(signs)
    if len(parts) < 6 and parts[-1][-1:] != [ANY_RUN]:
        return None
    return parts + [[ANY_RUN]] * (6 - len(parts))


def binary(text: str) -> str | None:
    """The bits that a base64 text stands for."""
    bare = text.rstrip("=")
    if len(text) % 4 or len(text) - len(bare) > 2 or not all(character in BASE64 for character in bare):
        return None
    every = "".join(f"{BASE64.index(character):06b}" for character in bare)
    return every[: len(every) // 8 * 8]
