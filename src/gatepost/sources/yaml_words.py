"""What YAML 1.1, which CloudFormation reads, makes of a scalar without quotes: `yes` is true, and `012345670123` is 1402433619.

Dates stay as they are written, and so do decimal numbers. Source: YAML 1.1, "Language-Independent Types" (bool, float, int, null);
AWS CloudFormation User Guide, "CloudFormation template formats".
"""

import re
from typing import Final, NamedTuple

TRUE, FALSE, NULL = ("true", "yes", "on"), ("false", "no", "off"), ("null",)
WORDS: Final = {
    spelled: word
    for word, spellings in (("true", TRUE), ("false", FALSE), ("null", NULL))
    for each in spellings
    for spelled in (each, each.capitalize(), each.upper())
} | {"~": "null", "": "null"}
INTEGER: Final = re.compile(
    r"([-+]?)(?:0b([01_]+)|0([0-7_]+)|0x([0-9a-fA-F_]+)|([1-9][0-9_]*(?::[0-5]?[0-9])+)|(0|[1-9][0-9_]*))"
)
FLOAT: Final = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)")


class Reading(NamedTuple):
    """A scalar as it is read; `is_word`: as `true`, `false` or `null`, else as a string of these characters."""

    text: str
    is_word: bool


def reading_of(plain: str) -> Reading:
    """What a scalar without quotes is read as."""
    if plain in WORDS:
        return Reading(WORDS[plain], is_word=True)
    integer = INTEGER.fullmatch(plain)
    if integer is not None:
        return Reading(str(_integer(integer)), is_word=False)
    if FLOAT.fullmatch(plain):
        return Reading(repr(float(plain.replace("_", ""))), is_word=False)
    return Reading(plain, is_word=False)


def _integer(found: re.Match[str]) -> int:
    sign, *forms = (each and each.replace("_", "") for each in found.groups())
    binary, octal, hexadecimal, sixties, decimal = forms
    number = 0
    for digits, base in ((binary, 2), (octal, 8), (hexadecimal, 16), (decimal, 10)):
        if digits:
            number = int(digits, base)
    for part in sixties.split(":") if sixties else ():
        number = number * 60 + int(part)
    return -number if sign == "-" else number
