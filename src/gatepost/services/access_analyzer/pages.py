"""Pages of a list, as Access Analyzer's operations give them: `nextToken` and `maxResults`."""

from collections.abc import Sequence
from typing import Final, TypeVar

from gatepost.services.access_analyzer.errors import invalid
from gatepost.services.pages import page_of

T = TypeVar("T")
PAGE: Final = 100
MOST: Final = 1000


def page(items: Sequence[T], token: str | None, size: int | None) -> tuple[Sequence[T], str | None]:
    """The items of one page, and the token of the next."""
    check_page_size(size)
    return page_of(items, token, size or PAGE, lambda: invalid("nextToken is not valid"))


def check_page_size(size: int | None) -> None:
    """`ValidationException` where a page cannot be of this size."""
    if size is not None and not 0 < size <= MOST:
        raise invalid(f"maxResults must be between 1 and {MOST}")
