"""The rules, one module a family. Importing this room declares every one of them."""

from typing import Final

from gatepost.lint.rule import RULES
from gatepost.lint.rules import (
    absent_keys,
    address_case,
    administration,
    everyone,
    from_address,
    idle_statements,
    inverted_windows,
    loose_addresses,
    named_resources,
    patterns,
    placeholders,
    policy_elements,
    recipients,
    send_family,
    transport,
    void_conditions,
    windows,
)

__all__ = [
    "ALL",
    "absent_keys",
    "address_case",
    "administration",
    "everyone",
    "from_address",
    "idle_statements",
    "inverted_windows",
    "loose_addresses",
    "named_resources",
    "patterns",
    "placeholders",
    "policy_elements",
    "recipients",
    "send_family",
    "transport",
    "void_conditions",
    "windows",
]

ALL: Final = tuple(RULES.values())
