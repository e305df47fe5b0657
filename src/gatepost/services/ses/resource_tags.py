"""The tags that an identity or a configuration set is made with.

Source: observed answers of SES, 2026.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from gatepost.aws.call import Call
from gatepost.services.ses.errors import invalid

MOST: Final = 50
LONGEST_KEY, LONGEST_VALUE = 128, 256
TEXT: Final = re.compile(r"[\w .:/=+@-]*+")
SHAPE: Final = "Tags can only contain letters, numbers, spaces, and the following special characters: _ . : / = + - @"


def checked_tags(call: Call, tags: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    """The tags as (key, value), in their order; `AwsError` for tags that SES does not take."""
    if len(tags) > MOST:
        text = f"Maximum of {MOST} user tags are allowed per resource, consider reducing the number of tags in the request"
        raise invalid(call, text)
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise invalid(call, "Cannot provide multiple tags with the same key")
    for tag in tags:
        key, value = tag["Key"], tag["Value"]
        if not (1 <= len(key) <= LONGEST_KEY and len(value) <= LONGEST_VALUE and TEXT.fullmatch(key) and TEXT.fullmatch(value)):
            raise invalid(call, SHAPE)
        if key.lower().startswith("aws:"):
            raise invalid(call, "Caller is an end user and not allowed to mutate system tags")
    return tuple((tag["Key"], tag["Value"]) for tag in tags)
