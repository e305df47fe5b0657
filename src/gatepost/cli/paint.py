"""Colour for a terminal. It repeats what marks and words say already, and is left out where it is not wanted."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from shutil import get_terminal_size
from typing import Final, TextIO

RESET: Final = "\x1b[0m"
CODES: Final = {"good": "\x1b[32m", "bad": "\x1b[31m", "open": "\x1b[33m", "dim": "\x1b[2m", "strong": "\x1b[1m"}
WIDEST: Final = 100
NARROWEST: Final = 40


@dataclass(frozen=True, slots=True)
class Paint:
    """What texts are coloured with, and how wide a line may be."""

    colours: bool
    width: int = WIDEST
    codes: Mapping[str, str] = field(default_factory=lambda: {**CODES, "reset": RESET})  # by style

    def __call__(self, style: str, text: str) -> str:
        """A text in a style: `good`, `bad`, `open`, `dim`, `strong`."""
        return f"{self.codes[style]}{text}{self.codes['reset']}" if self.colours and text else text


def paint_for(stream: TextIO, environment: Mapping[str, str] = os.environ) -> Paint:
    """The paint for a stream: colours on a terminal unless `NO_COLOR` is set, and wherever `FORCE_COLOR` is.

    A stream that escapes controls has marks for them, which stand in the place of the codes.
    """
    terminal = stream.isatty()
    colours = bool(environment.get("FORCE_COLOR")) or (terminal and not environment.get("NO_COLOR"))
    width = get_terminal_size((WIDEST, 24)).columns if terminal else WIDEST
    codes = getattr(stream, "marks", None) or {**CODES, "reset": RESET}
    return Paint(colours and not environment.get("NO_COLOR"), max(NARROWEST, min(WIDEST, width)), codes)
