"""Pages of a list: a token says after which name the next one begins.

A token is bound to the noun, the account, the region and the filter of its list, not to the version of the API.
Source: observed answers of SES, 2026.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from gatepost.aws.call import Call
from gatepost.aws.errors import AwsError
from gatepost.services.ses.errors import invalid, is_v2

T = TypeVar("T")
MOST: Final = 1000
NO_FILTER: Final[Mapping[str, str]] = {}


class Noun(Struct, frozen=True):
    """What a list is of: how SES words its bounds and its tokens."""

    name: str
    size: int  # of a page, where the call gives none
    bounds: Callable[[Call, int], AwsError | None]  # the error for a size out of bounds; None where SES then serves the default
    bad_token: Callable[[Call, str, bool], AwsError]  # of the call, the token, whether there is a filter


def page_size(call: Call, noun: Noun, given: int | None) -> int:
    """The size of a page; `AwsError` where it is out of bounds."""
    if given is None:
        return noun.size
    if 1 <= given <= MOST:
        return given
    error = noun.bounds(call, given)
    if error is not None:
        raise error
    return noun.size


def page(
    call: Call,
    noun: Noun,
    items: Sequence[T],
    name: Callable[[T], str],
    size: int,
    token: str | None,
    filtered: Mapping[str, str] = NO_FILTER,
) -> tuple[Sequence[T], str | None]:
    """The items of the page after `token`, and the token of the next one. `items` are in the order of their names."""
    scope = (noun.name, call.caller.account, call.region, sorted(filtered.items()))
    if token:
        after = _after(token, scope)
        if after is None:
            raise noun.bad_token(call, token, bool(filtered))
        items = [item for item in items if name(item) > after]
    if len(items) <= size:
        return items, None
    return items[:size], base64.urlsafe_b64encode(msgspec.json.encode((scope, name(items[size - 1])))).decode()


def _after(token: str, scope: tuple[str, str, str, list[tuple[str, str]]]) -> str | None:
    """The name after which the page begins; None where the token is none of this list."""
    try:
        of, after = msgspec.json.decode(
            base64.b64decode(token, altchars=b"-_", validate=True), type=tuple[tuple[str, str, str, list[tuple[str, str]]], str]
        )
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None
    return after if of == scope else None


def _identity_bounds(call: Call, size: int) -> AwsError:
    member = "PageSize" if is_v2(call) else "MaxItems"
    return invalid(call, f"Value {size} for parameter {member} is invalid. {member} must be between 1 and {MOST}.")


def _identity_token(call: Call, token: str, filtered: bool) -> AwsError:
    return invalid(call, "Invalid NextToken." if filtered else f"Invalid NextToken <{token}>.")


def _set_bounds(call: Call, _size: int) -> AwsError | None:
    return invalid(call, f"The page size must be between 1 and {MOST}") if is_v2(call) else None


def _set_token(call: Call, token: str, _filtered: bool) -> AwsError:
    return invalid(call, f"invalid nextToken {token}" if is_v2(call) else "")


IDENTITIES: Final = Noun("identity", 25, _identity_bounds, _identity_token)
IDENTITIES_V1: Final = Noun("identity", MOST, _identity_bounds, _identity_token)
CONFIGURATION_SETS: Final = Noun("configuration set", 50, _set_bounds, _set_token)
