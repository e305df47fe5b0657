"""A line of time as JSON values."""

from collections.abc import Iterable
from typing import Any

from gatepost.reasoning.windows import Piece
from gatepost.words.dates import date_in_full


def pieces_json(pieces: Iterable[Piece]) -> list[dict[str, Any]]:
    """Each piece with its state; null where it has no start, or no end."""
    return [{**stretch_json(piece), "state": piece.state.value} for piece in pieces]


def stretch_json(piece: Piece) -> dict[str, Any]:
    """From when until when."""
    return {
        "start": None if piece.start is None else date_in_full(piece.start),
        "end": None if piece.end is None else date_in_full(piece.end),
    }
