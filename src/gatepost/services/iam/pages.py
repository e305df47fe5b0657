"""Pages of a list: `Marker` says after how many items the next one begins."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from gatepost.services.iam.errors import validation

T = TypeVar("T")
ITEMS: Final = re.compile(r"[0-9]{1,9}")
PAGE: Final = 100


def page(items: Sequence[T], marker: str | None, max_items: int | None) -> tuple[Sequence[T], Mapping[str, Any]]:
    """The items of one page, and the members that tell of the next."""
    start = 0 if marker is None else _start(marker)
    end = start + (max_items or PAGE)
    if end >= len(items):
        return items[start:], {"IsTruncated": False}
    return items[start:end], {"IsTruncated": True, "Marker": base64.urlsafe_b64encode(str(end).encode()).decode()}


def _start(marker: str) -> int:
    try:
        text = base64.b64decode(marker, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if ITEMS.fullmatch(text) is None:
        raise validation("Invalid Marker.")
    return int(text)
