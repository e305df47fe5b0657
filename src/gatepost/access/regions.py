"""Where calls of services without regions are at home: their state and their events are kept there."""

from typing import Final

GLOBAL_REGION: Final = "us-east-1"
GLOBAL_SERVICES: Final = frozenset(("iam", "organizations"))
