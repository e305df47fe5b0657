"""The lines of a file that a finding is about, with marks under the place."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gatepost.cli.layout import wrapped

if TYPE_CHECKING:
    from gatepost.cli.paint import Paint
    from gatepost.reports.run import Linted, Result

CUT: Final = "…"
BEFORE: Final = 24  # characters that stay before the place, where a line is too long


def source_lines(result: "Result", linted: "Linted", paint: "Paint") -> Iterator[str]:
    """The line of the statement's effect, the line of the finding, marks under it, and what is wrong."""
    lines = (linted.policy.content or linted.policy.text).split("\n")
    region = result.region
    places = {**_effect_place(result, linted), region.line: region.column}
    shown = sorted(places)
    width = max(2, *(len(str(number)) for number in shown))
    gutter = f"{' ' * width} {paint('dim', '│')}"
    room = paint.width - width - 3
    yield gutter
    for number in shown:
        line = "".join(each if each.isprintable() else " " for each in lines[number - 1] if each != "\r")
        here = number == region.line
        begin = places[number] - 1
        cut, begin, stop = _cut(line, begin, _end(result, line) if here else begin, room)
        yield f"{paint('dim', f'{number:>{width}} │')} {cut}"
        if here:
            yield from (f"{gutter} {told}" for told in _told(begin, stop, result.finding.message, room, paint))


def _effect_place(result: "Result", linted: "Linted") -> dict[int, int]:
    """Line and column of the effect of the statement in whose conditions the finding is: with the other they would be right."""
    if "Condition" not in result.finding.at.path:
        return {}
    for statement in linted.document.statements:
        if statement.at.start <= result.finding.at.start < statement.at.end and "Effect" in statement.elements:
            effect = statement.elements["Effect"]
            line, column = linted.policy.places.place((effect.key or effect.at).start)
            return {line: column}
    return {}


def _end(result: "Result", line: str) -> int:
    """Where the marks end. The document as a whole, and what goes over several lines, is marked where it begins."""
    region = result.region
    if result.finding.at.path and region.end_line == region.line:
        return min(max(region.end_column - 1, region.column), max(len(line), region.column))
    return region.column


def _cut(line: str, begin: int, stop: int, room: int) -> tuple[str, int, int]:
    """A line and the place in it, cut to the room around the place."""
    if len(line) > room and begin > BEFORE:
        line = CUT + line[begin - BEFORE :]
        begin, stop = BEFORE + 1, stop - begin + BEFORE + 1
    if len(line) > room:
        line = line[: room - 1] + CUT
    return line, begin, max(begin + 1, min(stop, len(line)))


def _told(begin: int, stop: int, message: str, room: int, paint: "Paint") -> Iterator[str]:
    """The marks, with what is wrong beside them where it fits, else beneath."""
    marks = f"{' ' * begin}{paint('bad', '^' * (stop - begin))}"
    if stop + 1 + len(message) <= room:
        yield f"{marks} {message}"
    else:
        yield marks
        yield from wrapped(message, room)
