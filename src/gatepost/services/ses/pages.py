"""Pages of a list: a token says after which name the next one begins."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from gatepost.aws.call import Call
from gatepost.aws.errors import AwsError
from gatepost.services.ses.errors import invalid, is_v2

T = TypeVar("T")


def page(
    call: Call, items: Sequence[T], name: Callable[[T], str], size: int | None, token: str | None
) -> tuple[Sequence[T], str | None]:
    """The items of the page after `token`, and the token of the next one. `items` are in the order of their names."""
    if token is not None:
        after = _after(call, token)
        items = [item for item in items if name(item) > after]
    if size is None or len(items) <= size:
        return items, None
    return items[:size], base64.urlsafe_b64encode(name(items[size - 1]).encode()).decode()


def _after(call: Call, token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        if is_v2(call):
            raise AwsError("InvalidNextTokenException", "The specified request includes an invalid or expired token.") from None
        raise invalid(call, "Invalid NextToken") from None
