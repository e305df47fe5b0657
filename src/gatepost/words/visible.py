"""Text of others as people may be shown it: neither a policy nor a message may steer the terminal of its reader."""

import re
from typing import Final

# Controls of both kinds, deletion, line and paragraph separators, what turns the direction of writing, invisible tags, and halves of
# surrogate pairs. Line ends and tabs stay in `visible`, for a text of several lines.
STEERING: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
IN_TEXT: Final = re.compile(f"[{STEERING}]")
IN_LINE: Final = re.compile(f"[\t\n{STEERING}]")


def visible(text: str) -> str:
    """A text whose control characters, other than line ends and tabs, are written as escapes."""
    return text if text.isascii() and text.isprintable() else IN_TEXT.sub(_escape, text)


def visible_line(text: str) -> str:
    """A text that stays on its line: line ends and tabs are escapes as well."""
    return text if text.isascii() and text.isprintable() else IN_LINE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    """The escape of JSON; two of them where the character has more than four digits."""
    code = ord(match.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
