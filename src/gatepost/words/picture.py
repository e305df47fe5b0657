"""The picture of time in text: one row a line of time, a column some stretch of it.

1.  All rows share their scale: every moment at which any of them changes is a column of its own, `│` in the rows that change there
    and the row's own mark in the others.
2.  Columns between two moments follow their distance, but no stretch is narrower than two columns, so that a short window among
    long ones is seen. What lies before the first moment and after the last has no length; it is a tenth of the width each.
3.  Where there are more moments than fit, those from now on are drawn, else the first, and it is said how many are left out.
4.  Marks and words say all; whoever prints a picture may colour it besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from gatepost.reasoning.windows import Piece, State, Timeline
from gatepost.words.dates import day_in_short, is_midnight, minute_of, time_in_short
from gatepost.words.outlook import WORDS

MARKS: Final = {State.ALLOWED: "█", State.DENIED: "░", State.DEPENDS: "▒"}
CHANGE: Final = "│"
NOW: Final = "▲"
GAP: Final = "  "
NARROWEST: Final = 2  # columns between two changes
LEAST_WIDTH: Final = 20  # of the line itself
SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of time and what it is: `this policy`. `note` stands behind it where there is room, else beneath."""

    label: str
    line: Timeline
    note: str = ""


def picture(rows: Sequence[Row], *, width: int, now: datetime | None = None) -> tuple[str, ...]:
    """The lines of the picture, none longer than `width` unless its labels leave no room. `now` is marked beneath."""
    margin = max(len(row.label) for row in rows) + len(GAP)
    notes = max(len(row.note) for row in rows)
    beside = notes + len(GAP) if notes and width - margin - notes - len(GAP) >= width // 2 else 0
    scale = _Scale(rows, max(width - margin - beside, LEAST_WIDTH), now)
    lines = [" " * margin + line for line in scale.labels()]
    for row in rows:
        lines.append(f"{row.label:<{margin}}{scale.drawn(row.line)}{GAP + row.note if beside and row.note else ''}")
        if row.note and not beside:
            lines.append(" " * margin + row.note)
    if now is not None:
        lines.append(" " * margin + scale.mark(now))
    states = {piece.state for row in rows for piece in row.line.pieces}
    legend = GAP.join(f"{mark} {WORDS[state]}" for state, mark in MARKS.items() if state in states)
    lines.append(" " * margin + GAP.join(filter(None, (legend, "UTC" if scale.moments else "at all times", scale.left_out()))))
    return tuple(lines)


class _Scale:
    """Which column is which time: `columns` are those of the moments that are drawn."""

    def __init__(self, rows: Sequence[Row], width: int, now: datetime | None) -> None:
        every = sorted({piece.start for row in rows for piece in row.line.pieces if piece.start is not None})
        most = max(1, (width - 2 * _edge(width)) // (NARROWEST + 1))
        past = 0 if now is None else sum(moment <= now for moment in every)
        self._earlier = max(0, min(past - 1, len(every) - most))
        self.moments = tuple(every[self._earlier :][:most])
        self._later = len(every) - self._earlier - len(self.moments)
        self._width = width
        self.columns = _columns(self.moments, width)

    def drawn(self, line: Timeline) -> str:
        """A line of time, in marks."""
        marks = [MARKS[self._piece(line, column).state] for column in range(self._width)]
        for moment, column in zip(self.moments, self.columns, strict=True):
            if any(piece.start == moment for piece in line.pieces):
                marks[column] = CHANGE
        return "".join(marks)

    def _piece(self, line: Timeline, column: int) -> Piece:
        """The piece in which a column lies: from the last moment that stands at it or before."""
        if not self.moments:
            return line.pieces[0]
        before = [moment for moment, at in zip(self.moments, self.columns, strict=True) if at <= column]
        return line.at(before[-1] if before else self.moments[0] - SECOND)

    def labels(self) -> list[str]:
        """The dates, and the times beneath, each beginning above its column; one that finds no room is left out."""
        times = None if all(map(is_midnight, self.moments)) else _Labels(self._width, lines=2)
        dates = _Labels(self._width, lines=1 if times else 2)
        last = None
        for moment, column in zip(self.moments, self.columns, strict=True):
            if (text := day_in_short(moment, last)) and dates.place(column, text):
                last = moment
            if times is not None:
                times.place(column, time_in_short(moment))
        return [*dates.lines(), *(times.lines() if times is not None else ())]

    def mark(self, now: datetime) -> str:
        """The line beneath on which `now` is marked, in its place within its stretch."""
        text = f"now {minute_of(now)}"
        if not self.moments:
            return f"{NOW} {text}"
        later = [at for at, moment in enumerate(self.moments) if moment > now]
        ends = (0, *self.columns, self._width - 1)
        at = later[0] if later else len(self.moments)
        first, last = ends[at], ends[at + 1]
        if 0 < at < len(self.moments):
            done = (now - self.moments[at - 1]) / (self.moments[at] - self.moments[at - 1])
            column = first + max(1, min(last - first - 1, round(done * (last - first))))
        else:
            column = (first + last + 1) // 2
        has_room = column + 2 + len(text) <= self._width
        if not has_room and len(text) < column:
            return f"{text} {NOW}".rjust(column + 1)
        return f"{' ' * column}{NOW} {text if has_room else 'now'}"

    def left_out(self) -> str:
        """How much is not drawn."""
        counts = ((self._earlier, "earlier"), (self._later, "later"))
        told = " and ".join(f"{count} {which}" for count, which in counts if count)
        return f"{told} changes are not drawn" if told else ""


class _Labels:
    """Texts above columns, on a few lines: each goes on the lowest that has room."""

    def __init__(self, width: int, lines: int) -> None:
        self._width = width
        self._lines = [""] * lines

    def place(self, column: int, text: str) -> bool:
        """Whether there was room for it."""
        start = max(0, min(column, self._width - len(text)))
        for number, taken in enumerate(self._lines):
            if not taken or len(taken) < start:
                self._lines[number] = taken.ljust(start) + text
                return True
        return False

    def lines(self) -> list[str]:
        """From the highest that is used."""
        return [line for line in reversed(self._lines) if line]


def _edge(width: int) -> int:
    return max(NARROWEST, width // 10)


def _columns(moments: Sequence[datetime], width: int) -> tuple[int, ...]:
    """The column of each moment."""
    if not moments:
        return ()
    if len(moments) == 1:
        return (width // 2,)
    edge = _edge(width)
    spans = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    least = NARROWEST + 1
    spare = width - 2 * edge - 1 - least * len(spans)
    columns, done = [edge], 0.0
    for number, span in enumerate(spans, 1):
        done += span
        columns.append(edge + least * number + round(spare * done / sum(spans)))
    return tuple(columns)
