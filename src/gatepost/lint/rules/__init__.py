"""The rules, one module a family. Importing this room declares every one of them."""

from typing import Final

from gatepost.lint.rule import RULES
from gatepost.lint.rules import (
    administration,
    everyone,
    from_address,
    inverted_windows,
    patterns,
    placeholders,
    policy_elements,
    recipients,
    redundancy,
    resources,
    send_family,
    transport,
    windows,
)

__all__ = [
    "ALL",
    "administration",
    "everyone",
    "from_address",
    "inverted_windows",
    "patterns",
    "placeholders",
    "policy_elements",
    "recipients",
    "redundancy",
    "resources",
    "send_family",
    "transport",
    "windows",
]

ALL: Final = tuple(RULES.values())
