"""Tags as a call gives them, held against what Organizations allows."""

from collections.abc import Mapping, Sequence
from typing import Final

from gatepost.services.organizations.errors import constraint, invalid_input

Tags = Sequence[Mapping[str, str]]
MOST_TAGS: Final = 50
RESERVED: Final = "aws:"


def new_tags(given: Tags, known: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """The tags given, by key; `known` are those that the resource has already."""
    tags = {tag["Key"]: tag["Value"] for tag in given}
    if len(tags) < len(given):
        raise invalid_input("DUPLICATE_TAG_KEY", "Your request includes duplicate tag keys.")
    check_keys(tags)
    if len({**(known or {}), **tags}) > MOST_TAGS:
        raise constraint("MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on this resource.")
    return tags


def check_keys(keys: Sequence[str] | Mapping[str, str]) -> None:
    """`InvalidInputException` for AWS's own keys."""
    if any(key.lower().startswith(RESERVED) for key in keys):
        text = "You specified a tag key that is a system tag. System tag keys are reserved for AWS use."
        raise invalid_input("INVALID_SYSTEM_TAGS_PARAMETER", text)
