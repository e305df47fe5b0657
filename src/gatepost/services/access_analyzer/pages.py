"""Pages of a list: `nextToken` says after how many items the next one begins."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Final, TypeVar

from gatepost.services.access_analyzer.errors import invalid

T = TypeVar("T")
ITEMS: Final = re.compile(r"[0-9]{1,9}")
PAGE: Final = 100


def page(items: Sequence[T], token: str | None, size: int | None) -> tuple[Sequence[T], str | None]:
    """The items of one page, and the token of the next."""
    if size is not None and not 0 < size <= 1000:
        raise invalid("maxResults must be between 1 and 1000")
    start = 0 if token is None else _start(token)
    end = start + (size or PAGE)
    if end >= len(items):
        return items[start:], None
    return items[start:end], base64.urlsafe_b64encode(str(end).encode()).decode()


def _start(token: str) -> int:
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if ITEMS.fullmatch(text) is None:
        raise invalid("nextToken is not valid")
    return int(text)
