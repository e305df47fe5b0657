"""Fresh IDs for requests, events and messages.

They must be unique, not secret, so they come from a generator that is seeded once from the system's randomness: asking the system
each time would let go of the interpreter's lock in the middle of the event loop's work.
"""

import os
import random
from datetime import datetime

from gatepost.store.event_ids import authorization_id, milliseconds, time_of

__all__ = ["authorization_id", "event_id", "fresh_uuid", "time_of"]
_random = random.Random(os.urandom(32))  # noqa: S311 -- unique is enough; access keys and secrets come from `secrets`
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _random.seed(os.urandom(32)))


def fresh_uuid() -> str:
    """A version 4 UUID as text (RFC 9562, section 5.4)."""
    digits = f"{_random.getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def event_id(now: datetime) -> str:
    """A version 7 UUID as text (RFC 9562, section 5.7): 48 bits of the time, 74 random ones."""
    digits = f"{_random.getrandbits(80):020x}"
    time = f"{milliseconds(now):012x}"
    variant = "89ab"[int(digits[4], 16) & 3]
    return f"{time[:8]}-{time[8:]}-7{digits[1:4]}-{variant}{digits[5:8]}-{digits[8:]}"
