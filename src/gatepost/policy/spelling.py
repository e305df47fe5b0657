"""Values that are nearly what a policy names: another case, a wildcard where none works, a character more or less."""

from typing import Final

from gatepost.policy.pattern import glob, wild
from gatepost.policy.values import arn_parts

NEAR: Final = 2  # characters
SHORTEST: Final = 5  # of texts that are compared by characters: shorter ones are near to too much
ARN_PARTS: Final = ("", "partition", "service", "region", "account")
CASE: Final = "differs in upper and lower case alone"


def nearness(expected: str, actual: str, *, wildcards: bool) -> str | None:
    """In what little a value differs from what is expected of it; None where it is not near.

    `wildcards`: whether `*` and `?` are wild in what is expected.
    """
    if wildcards:
        if glob(wild(expected.lower()), actual.lower()):
            return CASE
        if "*" in expected or "?" in expected:
            return None
    if expected.lower() == actual.lower():
        return CASE
    if not wildcards and ("*" in expected or "?" in expected):
        return "`*` and `?` are wildcards for …Like operators alone" if glob(wild(expected), actual) else None
    if expected.strip() == actual.strip():
        return "differs in white space alone"
    if min(len(expected), len(actual)) < SHORTEST:
        return None
    changes = changed_characters(expected, actual)
    if changes is None:
        return None
    return "one character differs" if changes == 1 else f"{changes} characters differ"


def arn_nearness(expected: str, actual: str) -> str | None:
    """In what little an ARN differs from a pattern: one of its parts, or a few characters of the last."""
    patterns, parts = arn_parts(expected), arn_parts(actual)
    if patterns is None or parts is None:
        return None
    differing = [at for at in range(len(parts)) if not glob(wild(patterns[at]), parts[at])]
    if len(differing) != 1:
        return None
    (at,) = differing
    if at < len(ARN_PARTS):
        return f"another {ARN_PARTS[at]}: {parts[at] or 'none'}"
    kind, _, name = parts[at].partition("/")
    domain = name.rpartition("@")[2]
    if domain != name and patterns[at] == f"{kind}/{domain}":
        return "the address is an identity of its own, and its policies are asked, not its domain's"
    return nearness(patterns[at], parts[at], wildcards=True)


def changed_characters(one: str, other: str, most: int = NEAR) -> int | None:
    """How many characters must be put in, taken out, replaced or swapped with their neighbour; None for more than `most`."""
    if abs(len(one) - len(other)) > most:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, character in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, against in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (character != against))
            if last and j > 1 and character == other[j - 2] and against == one[i - 2]:
                best = min(best, last[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None
