"""Pages of a list: a token says after how many items the next one begins."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from gatepost.aws.errors import AwsError

T = TypeVar("T")
ITEMS: Final = re.compile(r"[0-9]{1,9}")


def page_of(
    items: Sequence[T], token: str | None, size: int, invalid: Callable[[], AwsError]
) -> tuple[Sequence[T], str | None]:
    """The items of one page, and the token of the next; `invalid` is raised for a token that no page gave."""
    start = 0 if token is None else _start(token, invalid)
    end = start + size
    if end >= len(items):
        return items[start:], None
    return items[start:end], base64.urlsafe_b64encode(str(end).encode()).decode()


def _start(token: str, invalid: Callable[[], AwsError]) -> int:
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if ITEMS.fullmatch(text) is None:
        raise invalid()
    return int(text)
