"""Pages of a list, as IAM's operations give them: `Marker` and `MaxItems`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from gatepost.services.iam.errors import validation
from gatepost.services.pages import page_of

T = TypeVar("T")
PAGE: Final = 100


def page(items: Sequence[T], marker: str | None, max_items: int | None) -> tuple[Sequence[T], Mapping[str, Any]]:
    """The items of one page, and the members that tell of the next."""
    listed, following = page_of(items, marker, max_items or PAGE, lambda: validation("Invalid Marker."))
    return listed, {"IsTruncated": False} if following is None else {"IsTruncated": True, "Marker": following}
