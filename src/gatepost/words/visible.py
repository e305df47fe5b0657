"""Text of others as people may be shown it: a policy must not steer the terminal of its reader."""


def visible(text: str) -> str:
    """A text whose control characters, other than line ends, are written as escapes."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\n" else f"\\u{ord(each):04x}" for each in text)
