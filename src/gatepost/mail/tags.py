"""Message tags: pairs of name and value, from the API or from `X-SES-MESSAGE-TAGS`.

The texts are those that SES answers with; the name is checked before the value.
"""

import re
from collections.abc import Iterable
from typing import Final

NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
RESERVED_NAME: Final = re.compile(r"ses:feedback-id-[ab]")
VALUE: Final = re.compile(r"[A-Za-z0-9_.@-]+")
LONGEST: Final = 255
MOST: Final = 50


class TagError(ValueError):
    """A tag that SES does not take; the message says why."""


def check_tags(tags: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The tags, each held against SES's rules."""
    checked: list[tuple[str, str]] = []
    for name, value in tags:
        if len(checked) == MOST:
            raise TagError(f"A message takes at most {MOST} tags.")
        if not name:
            raise TagError("The tag name must be specified.")
        if not value:
            raise TagError("The tag value must be specified.")
        if len(name) > LONGEST:
            raise TagError("Tag name cannot exceed 255 characters.")
        if not (NAME.fullmatch(name) or RESERVED_NAME.fullmatch(name)):
            raise TagError(f"Invalid tag name <{name}>: only alphanumeric ASCII characters, '_',  '-' are allowed.")
        if len(value) > LONGEST:
            raise TagError("Tag value cannot exceed 255 characters.")
        if not VALUE.fullmatch(value):
            raise TagError(
                f"Invalid tag value <{value}>: only alphanumeric ASCII characters, '_',  '-' , '.', '@' are allowed."
            )
        checked.append((name, value))
    return tuple(checked)


def read_tags_header(text: str) -> tuple[tuple[str, str], ...]:
    """The tags of `X-SES-MESSAGE-TAGS`: `campaign=spring, team=news`."""
    pairs = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return check_tags((name.strip(), value.strip()) for name, _, value in pairs)
