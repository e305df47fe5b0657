"""Tags as a call gives them, held against what Organizations allows."""

from collections.abc import Mapping, Sequence
from typing import Final

from gatepost.services.organizations import errors

Tags = Sequence[Mapping[str, str]]
MOST_TAGS: Final = 50
RESERVED: Final = "aws:"


def new_tags(given: Tags, known: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """The tags given, by key; `known` are those that the resource has already."""
    tags = {tag["Key"]: tag["Value"] for tag in given}
    if len(tags) < len(given):
        raise errors.duplicate_tag_key()
    check_keys(tags)
    if len({**(known or {}), **tags}) > MOST_TAGS:
        raise errors.too_many_tags()
    return tags


def check_keys(keys: Sequence[str] | Mapping[str, str]) -> None:
    """`InvalidInputException` for AWS's own keys."""
    if any(key.lower().startswith(RESERVED) for key in keys):
        raise errors.system_tag()
