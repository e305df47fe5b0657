"""Message IDs in the shape of SES's: `0100018c2f3a5b60-2f6c1f0e-…-000000`; the time stands in the first sixteen digits."""

from datetime import datetime
from typing import Final

FIRST_REGION: Final = "us-east-1"
REGION_CODES: Final = {"us-east-1": "0100", "us-west-2": "0101", "eu-west-1": "0102"}
OTHER_REGION: Final = "0107"


def new_message_id(region: str, now: datetime, unique: str) -> str:
    """The ID of a message accepted at `now`; `unique` is a UUID."""
    code = REGION_CODES.get(region, OTHER_REGION)
    return f"{code}{int(now.timestamp() * 1000):012x}-{unique}-000000"


def message_id_header(message_id: str, region: str) -> str:
    """The `Message-ID` header of a message: `<ID@email.amazonses.com>`, or of the region's host."""
    host = "email.amazonses.com" if region == FIRST_REGION else f"{region}.amazonses.com"
    return f"<{message_id}@{host}>"
