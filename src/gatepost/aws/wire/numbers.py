"""Whole numbers as Smithy has them: `integer` has 32 bits, `long` 64.

Source: Smithy, "Simple types".
"""


def fits(number: int, bits: int) -> bool:
    """Whether a signed number of so many bits holds it."""
    return -(1 << bits - 1) <= number < 1 << bits - 1
