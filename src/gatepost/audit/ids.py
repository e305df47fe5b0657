"""Fresh IDs for requests, events and messages.

They must be unique, not secret, so they come from a generator that is seeded once from the system's randomness: asking the system
each time would let go of the interpreter's lock in the middle of the event loop's work.
"""

import os
import random
from datetime import datetime

_random = random.Random(os.urandom(32))  # noqa: S311 -- unique is enough; access keys and secrets come from `secrets`
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _random.seed(os.urandom(32)))


def fresh_uuid() -> str:
    """A version 4 UUID as text (RFC 9562, section 5.4)."""
    digits = f"{_random.getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def fresh_authorization_id(now: datetime) -> str:
    """An authorization ID: 24 digits of base 16, eleven of the time (milliseconds since 1970) and thirteen of chance.

    AWS's pattern is `[0-9a-z]+`. IDs that begin with the time are found, and added to an index, side by side.
    """
    return f"{int(now.timestamp() * 1000):011x}{_random.getrandbits(52):013x}"
