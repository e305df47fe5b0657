"""The rules, one module a family. Importing this room declares every one of them."""

from typing import Final

from gatepost.lint.rule import RULES
from gatepost.lint.rules import policy_elements, windows

__all__ = ["ALL", "policy_elements", "windows"]

ALL: Final = tuple(RULES.values())
