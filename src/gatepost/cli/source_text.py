"""The lines of a policy that a finding is about, with marks under the place."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gatepost.cli.layout import wrapped

if TYPE_CHECKING:
    from gatepost.cli.paint import Paint
    from gatepost.reports.run import Linted, Result

CUT: Final = "…"
BEFORE: Final = 24  # characters that stay before the place, where a line is too long


def source_lines(result: "Result", linted: "Linted", paint: "Paint") -> Iterator[str]:
    """The line of the statement's effect, the line of the finding, marks under it, and what is wrong.

    Lines have their numbers where the file is the policy; elsewhere the text is what stands inside.
    """
    text = linted.policy.text
    at = result.finding.at
    start, end = at.start, at.end if at.path else at.start  # the document as a whole has no place of its own
    rows = {text.count("\n", 0, start): (start, end)}
    effect = _effect(result, linted)
    if effect is not None:
        rows.setdefault(text.count("\n", 0, effect), (effect, effect))
    numbers = [str(row + 1) if linted.policy.whole else "" for row in sorted(rows)]
    width = max(2, *map(len, numbers))
    gutter = f"{' ' * width} {paint('dim', '│')}"
    room = paint.width - width - 3
    yield gutter
    for number, row in zip(numbers, sorted(rows), strict=True):
        line, marks = _line(text, *rows[row], room)
        yield f"{paint('dim', f'{number:>{width}} │')} {line}"
        if rows[row] == (start, end):
            yield from (f"{gutter} {told}" for told in _told(marks, result.finding.message, room, paint))


def _effect(result: "Result", linted: "Linted") -> int | None:
    """Where the effect of the statement stands in whose conditions the finding is: the same condition is right with another."""
    if "Condition" not in result.finding.at.path:
        return None
    for statement in linted.document.statements:
        if statement.at.start <= result.finding.at.start < statement.at.end and "Effect" in statement.elements:
            element = statement.elements["Effect"]
            return element.key.start if element.key else element.at.start
    return None


def _line(text: str, start: int, end: int, room: int) -> tuple[str, tuple[int, int]]:
    """The line of an offset, cut to the room around the place, and where in it the place begins and ends.

    A place of several lines is marked where it begins.
    """
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", first)
    line = "".join(each if each.isprintable() else " " for each in text[first : last if last >= 0 else len(text)])
    begin, stop = start - first, end - first if end - first <= len(line) else start - first + 1
    if len(line) > room and begin > BEFORE:
        line = CUT + line[begin - BEFORE :]
        stop -= begin - BEFORE - 1
        begin = BEFORE + 1
    if len(line) > room:
        line = line[: room - 1] + CUT
    return line, (begin, max(begin + 1, min(stop, len(line))))


def _told(marks: tuple[int, int], message: str, room: int, paint: "Paint") -> Iterator[str]:
    """The marks, with what is wrong beside them where it fits, else beneath."""
    begin, stop = marks
    under = f"{' ' * begin}{'^' * (stop - begin)}"
    if len(under) + 1 + len(message) <= room:
        yield f"{' ' * begin}{paint('bad', '^' * (stop - begin))} {message}"
    else:
        yield f"{' ' * begin}{paint('bad', '^' * (stop - begin))}"
        yield from wrapped(message, room)
