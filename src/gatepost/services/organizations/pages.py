"""Pages of a list, as Organizations' operations give them: `NextToken` and `MaxResults`."""

from collections.abc import Sequence
from typing import Final, TypeVar

from gatepost.services.organizations.errors import invalid_next_token
from gatepost.services.pages import page_of

T = TypeVar("T")
PAGE: Final = 20


def page(items: Sequence[T], token: str | None, size: int | None) -> tuple[Sequence[T], str | None]:
    """The items of one page, and the token of the next."""
    return page_of(items, token, size or PAGE, invalid_next_token)
