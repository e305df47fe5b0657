"""Several things in one phrase."""

from collections.abc import Sequence


def listed(texts: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; `last` is the word before the last of them."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def value(text: str) -> str:
    """A value as it is; in backticks where its ends would not be seen."""
    return text if text and text.strip() == text else f"`{text}`"


def counted(number: int, noun: str) -> str:
    """`1 action`, `7 actions`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
