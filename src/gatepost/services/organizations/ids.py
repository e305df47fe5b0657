"""Fresh IDs, by the patterns of the API Reference."""

import secrets
import string
from typing import Final

ALPHABET: Final = string.ascii_lowercase + string.digits
SMALLEST_ACCOUNT: Final = 10**11  # twelve digits, the first of them not zero


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_organization_id() -> str:
    """`o-` and ten characters."""
    return f"o-{_random(10)}"


def new_root_id() -> str:
    """`r-` and four characters; unique in its organization alone, which has one root."""
    return f"r-{_random(4)}"


def new_unit_id(root: str) -> str:
    """`ou-`, the root's characters, and eight more."""
    return f"ou-{root.removeprefix('r-')}-{_random(8)}"


def new_policy_id() -> str:
    """`p-` and ten characters."""
    return f"p-{_random(10)}"


def new_handshake_id() -> str:
    """`h-` and ten characters."""
    return f"h-{_random(10)}"


def new_account_request_id() -> str:
    """`car-` and 32 characters."""
    return f"car-{_random(32)}"


def new_account_id() -> str:
    """Twelve random digits."""
    return str(SMALLEST_ACCOUNT + secrets.randbelow(9 * SMALLEST_ACCOUNT))
