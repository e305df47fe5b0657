"""Session tags: passed with a call, or handed down a chain of roles.

1. At most 50; keys are the same without regard to case, 1 to 128 characters, values at most 256.
2. A transitive tag is handed to every later session of the chain; none of them can set it anew.
3. Handed-down tags count as tags of the request only in so far as `sts:TagSession` is needed for them too.

Source: IAM User Guide, "Pass session tags in AWS STS"; texts as the service puts them on the wire.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from gatepost.access.credentials import Session
from gatepost.services.sts.errors import invalid_parameter, validation

MOST_TAGS: Final = 50
CHARACTERS: Final = r"(?:[\w.:/=+\-@]|[^\S\x09-\x0d\x1c-\x1f\x85])"  # letters, digits, spaces that are no control characters
KEY: Final = re.compile(CHARACTERS + "{1,128}")
VALUE: Final = re.compile(CHARACTERS + "{0,256}")
RESERVED: Final = "aws:"


class SessionTags(Struct, frozen=True):
    """The tags of a new session. `given` came with the call, `inherited` down the chain; `transitive` are keys of both."""

    given: Mapping[str, str] = {}
    inherited: Mapping[str, str] = {}
    transitive: tuple[str, ...] = ()

    @property
    def all(self) -> dict[str, str]:
        """Every tag of the session."""
        return {**self.inherited, **self.given}

    def __bool__(self) -> bool:
        return bool(self.given or self.inherited)


def session_tags(tags: Sequence[Mapping[str, str]], transitive_tag_keys: Sequence[str], caller: Session | None) -> SessionTags:
    """The tags of a session that this caller makes; `AwsError` where they cannot be."""
    given = checked_tags((tag["Key"], tag["Value"]) for tag in tags)
    passed_on = {} if caller is None else dict(caller.tags)
    chained = () if caller is None else caller.transitive_tag_keys
    known = {key.lower() for key in given}
    for key in transitive_tag_keys:
        if key.lower() not in known:
            raise invalid_parameter("The specified transitive tag key must be included in the requested tags.")
    handed_down = {key.lower() for key in chained}
    if known & handed_down:
        raise invalid_parameter(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the "
            "calling session."
        )
    inherited = {key: value for key, value in passed_on.items() if key.lower() in handed_down}
    return SessionTags(given, inherited, (*chained, *transitive_tag_keys))


def checked_tags(tags: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Tags that hold to the limits."""
    checked: dict[str, str] = {}
    seen: set[str] = set()
    for key, value in tags:
        if key.lower() in seen:
            raise invalid_parameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
        seen.add(key.lower())
        if key.lower().startswith(RESERVED):
            raise invalid_parameter(f"The tag key {key} begins with the reserved prefix {RESERVED}")
        if not (KEY.fullmatch(key) and VALUE.fullmatch(value)):
            raise validation(f"The tag {key[:128]} is longer than tags may be, or holds characters that they may not have")
        checked[key] = value
    if len(checked) > MOST_TAGS:
        raise validation(f"A session has at most {MOST_TAGS} tags")
    return checked
