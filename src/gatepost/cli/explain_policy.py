"""`gatepost explain POLICY`: a policy read as sentences, and its windows as a line of time."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from gatepost.cli.exits import DONE, USAGE, Exit
from gatepost.cli.layout import folded
from gatepost.cli.paint import Paint, paint_for
from gatepost.policy.errors import PolicyError
from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.read import read_policy
from gatepost.reasoning.windows import Timeline, timeline
from gatepost.words.dates import date_in_full
from gatepost.words.outlook import outlook, policy_outlook
from gatepost.words.picture import Row, picture
from gatepost.words.sentences import PolicyWords, StatementWords, policy_words

EFFECT_STYLES = {Effect.ALLOW: "good", Effect.DENY: "bad"}
INLINE_CONDITIONS = 1  # more of them stand on lines of their own


@dataclass(frozen=True)
class ToldPolicy:
    """A policy, whence it comes, and all that is told of it."""

    source: str
    policy: Policy
    words: PolicyWords
    outlooks: tuple[str, ...]
    line: Timeline
    now: datetime


def explain_policy(of: str, output: Literal["human", "json"]) -> int:
    """Tell a policy: from a file, or from standard input where `of` is `-`. Exit for one that cannot be read."""
    told = _told(of, _read(of), datetime.now(UTC).replace(microsecond=0))
    if output == "json":
        print(json.dumps(_as_json(told), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(told, paint_for(sys.stdout))))
    return DONE


def _read(of: str) -> Policy:
    try:
        return read_policy(sys.stdin.buffer.read() if of == "-" else Path(of).read_bytes())
    except OSError as error:
        raise Exit(USAGE, f"{of}: {error.strerror}") from None
    except PolicyError as error:
        raise Exit(USAGE, f"{of}:{error}") from None


def _told(source: str, policy: Policy, now: datetime) -> ToldPolicy:
    outlooks = tuple(outlook(statement, now) for statement in policy.statements)
    return ToldPolicy(source, policy, policy_words(policy), outlooks, timeline(policy), now)


# --- for people ---------------------------------------------------------------------------------------------------------


def _lines(told: ToldPolicy, paint: Paint) -> Iterator[str]:
    for number, statement in enumerate(told.policy.statements):
        place = f"{'standard input' if told.source == '-' else told.source}:{statement.start.line}"
        sid = f" {statement.sid}" if statement.sid else ""
        yield paint("strong", f"{place}  statement {number + 1}{sid}")
        yield from _statement_lines(statement, told.words.statements[number], told.outlooks[number], paint)
    if told.words.notes:
        yield paint("strong", "Together")
        for note in told.words.notes:
            yield from folded(note, paint.width, "  · ", "    ")
    if any(told.outlooks):
        yield paint("strong", "Over time")
        whole = Row("this policy", told.line)
        yield from (f"  {line}" for line in picture((whole,), width=paint.width - 2, now=told.now))
        yield from folded(policy_outlook(told.line, told.now), paint.width, "  · ", "    ")


def _statement_lines(statement: Statement, words: StatementWords, outlooked: str, paint: Paint) -> Iterator[str]:
    in_short = len(words.conditions) <= INLINE_CONDITIONS
    sentence = words.sentence if in_short else f"{words.lead}, when all of this is so:"
    first, *others = folded(sentence, paint.width, "  ", "  ")
    verb = sentence.partition(" ")[0]
    yield f"  {paint(EFFECT_STYLES[statement.effect], verb)}{first[2 + len(verb) :]}"
    yield from others
    if not in_short:
        for condition in words.conditions:
            yield from folded(condition, paint.width, "    - ", "      ")
    for note in (*words.notes, *filter(None, (outlooked,))):
        yield from folded(note, paint.width, "  · ", "    ")


# --- as data ------------------------------------------------------------------------------------------------------------


def _as_json(told: ToldPolicy) -> dict[str, object]:
    return {
        "source": told.source,
        "version": told.policy.version,
        "now": date_in_full(told.now),
        "statements": [
            {
                "number": number,
                "sid": statement.sid,
                "line": statement.start.line,
                "effect": statement.effect.value,
                "sentence": words.sentence,
                "lead": words.lead,
                "conditions": list(words.conditions),
                "notes": list(words.notes),
                "outlook": outlooked or None,
            }
            for number, (statement, words, outlooked) in enumerate(
                zip(told.policy.statements, told.words.statements, told.outlooks, strict=True), 1
            )
        ],
        "notes": list(told.words.notes),
        "outlook": policy_outlook(told.line, told.now) if any(told.outlooks) else None,
        "timeline": [
            {
                "start": None if piece.start is None else date_in_full(piece.start),
                "end": None if piece.end is None else date_in_full(piece.end),
                "state": piece.state.value,
            }
            for piece in told.line.pieces
        ],
    }
