"""The stretches of time in which something is so."""

from datetime import datetime
from typing import Final

from gatepost.reasoning.windows import Piece, State, Timeline
from gatepost.words.dates import date_in_full
from gatepost.words.listing import listed

MOST: Final = 3  # that are told one by one


def stretches_words(line: Timeline, now: datetime) -> str:
    """`from 2023-01-01T09:00:00Z until 2023-01-01T17:00:00Z, which is over`: the pieces in which the line allows."""
    pieces = [piece for piece in line.pieces if piece.state is State.ALLOWED]
    told = [_piece(piece) for piece in pieces]
    if len(pieces) > MOST:
        told = [f"in {len(pieces)} stretches of time, the first {told[0]}", f"the last {told[-1]}"]
    is_over = all(piece.end is not None and piece.end <= now for piece in pieces)
    return f"{listed(told)}{', which is over' if is_over else ''}"


def _piece(piece: Piece) -> str:
    start = [] if piece.start is None else [f"from {date_in_full(piece.start)}"]
    return " ".join((*start, "on" if piece.end is None else f"until {date_in_full(piece.end)}"))
