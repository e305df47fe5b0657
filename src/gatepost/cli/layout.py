"""Lines of two columns that stay within a width: what is said on the left, its result on the right."""

from textwrap import wrap

from gatepost.cli.paint import Paint

GAP = "  "


def row(paint: Paint, head: str, left: str, right: str, column: int, style: str = "") -> list[str]:
    """One row. `head` is what stands before it (a tree's branches); what goes on beneath is indented behind it.

    The right side begins at `column` where there is room, else after the left side, else on a line of its own.
    """
    beside = f"{head}{left}{GAP}" if right else f"{head}{left}"
    for padded in (beside.ljust(column) if right else beside, beside):
        if len(padded) + len(right) <= paint.width:
            return [padded + _painted(paint, style, right)]
    under = _under(head) + GAP
    lines = folded(left, paint.width, head, under)
    return lines + [
        under + GAP + _painted(paint, style, line) for line in wrapped(right, paint.width - len(under) - len(GAP)) if line
    ]


def folded(text: str, width: int, head: str, under: str) -> list[str]:
    """A text behind `head`, going on behind `under`."""
    first, *others = wrapped(text, width - max(len(head), len(under))) or [""]
    return [f"{head}{first}", *(f"{under}{line}" for line in others)]


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines; a word that is too long for one, such as an ARN, stays whole."""
    return wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False)


def _under(head: str) -> str:
    """What stands beneath a head: the branches that go on, blanks for all else."""
    return "".join("│" if character in "│├" else " " for character in head)


def _painted(paint: Paint, style: str, text: str) -> str:
    return paint(style, text) if style else text
