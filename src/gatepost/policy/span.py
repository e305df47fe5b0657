"""A span of time in words: `4 h 4 min`."""

from datetime import timedelta
from typing import Final

UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
MOST_UNITS: Final = 2


def span(time: timedelta) -> str:
    """The two greatest units of a span, without its sign; less than a second is `0 s`."""
    left = int(abs(time).total_seconds())
    words: list[str] = []
    for unit, seconds in UNITS:
        count, rest = divmod(left, seconds)
        if count or words:
            words.append(f"{count:,} {unit}" if count else "")
            left = rest
        if len(words) == MOST_UNITS:
            break
    return " ".join(filter(None, words)) or "0 s"


def signed_span(time: timedelta, positive: str, negative: str) -> str:
    """A span and the word for its direction."""
    return f"{span(time)} {positive if time >= timedelta(0) else negative}"
