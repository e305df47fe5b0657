"""Fresh IDs for requests, events and messages.

They must be unique, not secret, so they come from a generator that is seeded once from the system's randomness: asking the system
each time would let go of the interpreter's lock in the middle of the event loop's work.
"""

import os
import random
import re
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
AUTHORIZATION_ID: Final = re.compile(r"[01][0-9a-f]{23}")
_random = random.Random(os.urandom(32))  # noqa: S311 -- unique is enough; access keys and secrets come from `secrets`
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _random.seed(os.urandom(32)))


def fresh_uuid() -> str:
    """A version 4 UUID as text (RFC 9562, section 5.4)."""
    digits = f"{_random.getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def authorization_id(now: datetime, request_id: str) -> str:
    """An authorization ID: 24 digits of base 16, eleven of the time (milliseconds since 1970), thirteen of the request's fresh UUID.

    AWS's pattern is `[0-9a-z]+`. The time is where its Event is looked for (`time_of`).
    """
    return f"{(now - EPOCH) // MILLISECOND:011x}{request_id[:8]}{request_id[9:13]}{request_id[-1]}"


def time_of(text: str) -> datetime | None:
    """The millisecond in which an authorization ID was made; None for a text that is none."""
    return EPOCH + int(text[:11], 16) * MILLISECOND if AUTHORIZATION_ID.fullmatch(text) else None
