"""The rules, one module a family. Importing this room declares every one of them."""

from typing import Final

from gatepost.lint.rule import RULES
from gatepost.lint.rules import everyone, from_address, policy_elements, windows

__all__ = ["ALL", "everyone", "from_address", "policy_elements", "windows"]

ALL: Final = tuple(RULES.values())
