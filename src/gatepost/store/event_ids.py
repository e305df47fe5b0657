"""The IDs of an event: how they are kept, and how the time is read from them.

An event's ID is a UUID of version 7 (RFC 9562, section 5.7): its first 48 bits are the milliseconds of the event's time. Of older
events it is of version 4. An authorization ID is 24 digits of base 16, eleven of the time and thirteen of the request's UUID.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
TIME_BYTES: Final = 6
UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
AUTHORIZATION_ID: Final = re.compile(r"[01][0-9a-f]{23}")


def milliseconds(time: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (time - EPOCH) // MILLISECOND


def uuid_bytes(text: str) -> bytes:
    """A UUID's 16 bytes. Any other text as more than 16 bytes, the empty one as none."""
    if UUID.fullmatch(text):
        return bytes.fromhex(text.replace("-", ""))
    return bytes(16) + text.encode() if text else b""


def uuid_text(kept: bytes) -> str:
    """What `uuid_bytes` was given."""
    if len(kept) != 16:
        return kept[16:].decode()
    digits = kept.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def event_id_bytes(text: str, time: datetime) -> bytes:
    """An event's ID without the time (10 bytes), where the event's own time gives it."""
    kept = uuid_bytes(text)
    if len(kept) == 16 and kept[:TIME_BYTES] == milliseconds(time).to_bytes(TIME_BYTES, "big"):
        return kept[TIME_BYTES:]
    return kept


def event_id_text(kept: bytes, time: datetime) -> str:
    """What `event_id_bytes` was given."""
    if len(kept) == 16 - TIME_BYTES:
        return uuid_text(milliseconds(time).to_bytes(TIME_BYTES, "big") + kept)
    return uuid_text(kept)


def time_of_event_id(text: str) -> datetime | None:
    """The millisecond in which an event's ID was made; None where the ID does not tell it."""
    if UUID.fullmatch(text) is None or text[14] != "7":
        return None
    return EPOCH + int(text[:8] + text[9:13], 16) * MILLISECOND


def authorization_id(now: datetime, request_id: str) -> str:
    """The authorization ID of a request. AWS's pattern is `[0-9a-z]+`."""
    return f"{milliseconds(now):011x}{request_id[:8]}{request_id[9:13]}{request_id[-1:]}"


def time_of(text: str) -> datetime | None:
    """The millisecond in which an authorization ID was made; None for a text that is none."""
    return EPOCH + int(text[:11], 16) * MILLISECOND if AUTHORIZATION_ID.fullmatch(text) else None
