"""`gatepost explain POLICY`: policies read as sentences, and their windows as a line of time."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from gatepost.cli.exits import DONE, USAGE, Exit
from gatepost.cli.layout import folded
from gatepost.cli.paint import Paint, paint_for
from gatepost.cli.timeline_json import pieces_json
from gatepost.policy.errors import PolicyError
from gatepost.policy.json_reader import Source
from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.read import read_open_policy
from gatepost.reasoning.windows import Timeline, timeline
from gatepost.sources.find import find_policies
from gatepost.sources.found import FoundPolicy, SourceError
from gatepost.words.dates import date_in_full
from gatepost.words.outlook import outlook, policy_outlook
from gatepost.words.picture import Row, picture
from gatepost.words.sentences import PolicyWords, StatementWords, policy_words

EFFECT_STYLES: Final = {Effect.ALLOW: "good", Effect.DENY: "bad"}
INLINE_CONDITIONS: Final = 1  # more of them stand on lines of their own


@dataclass(frozen=True)
class ToldPolicy:
    """A policy, where it was found, and all that is told of it; an outlook is empty where the time plays no part."""

    found: FoundPolicy
    policy: Policy
    words: PolicyWords
    outlooks: tuple[str, ...]
    line: Timeline
    outlook: str

    @property
    def file(self) -> str:
        """What people call the file."""
        return "standard input" if self.found.file == "-" else self.found.file

    def line_of(self, statement: Statement) -> int:
        """The line of the file on which a statement begins."""
        return _place(self.found, statement.start.line, statement.start.column)[0]


def explain_policy(of: str, output: Literal["human", "json"]) -> int:
    """Tell the policies of a source. Exit for one that cannot be read."""
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        told = [_told(found, now) for found in find_policies([of])]
    except SourceError as error:
        raise Exit(USAGE, str(error)) from None
    if output == "json":
        print(json.dumps(_as_json(told, now), indent=2, ensure_ascii=False))
    else:
        paint = paint_for(sys.stdout)
        print("\n\n".join("\n".join(_lines(each, paint, now)) for each in told))
    return DONE


def _told(found: FoundPolicy, now: datetime) -> ToldPolicy:
    try:
        policy = read_open_policy(found.text, found.kind)
    except PolicyError as error:
        place = ":".join(map(str, _place(found, error.line, error.column)))
        raise Exit(USAGE, f"{found.file}:{place}: {error.path}{': ' if error.path else ''}{error.problem}") from None
    outlooks = tuple(outlook(statement, now) for statement in policy.statements)
    line = timeline(policy)
    return ToldPolicy(
        found, policy, policy_words(policy), outlooks, line, policy_outlook(policy, line, now) if any(outlooks) else ""
    )


def _place(found: FoundPolicy, line: int, column: int) -> tuple[int, int]:
    return found.places.place(Source(found.text).offset(line, column))


# --- for people ---------------------------------------------------------------------------------------------------------


def _lines(told: ToldPolicy, paint: Paint, now: datetime) -> Iterator[str]:
    address = f"  {told.found.address}" if told.found.address else ""
    for number, statement in enumerate(told.policy.statements):
        sid = f" {statement.sid}" if statement.sid else ""
        yield paint("strong", f"{told.file}:{told.line_of(statement)}{address}  statement {number + 1}{sid}")
        yield from _statement_lines(statement, told.words.statements[number], told.outlooks[number], paint)
    if told.words.notes:
        yield paint("strong", "Together")
        yield from _notes(told.words.notes, paint)
    if told.outlook:
        yield paint("strong", "Over time")
        yield from (f"  {line}" for line in picture((Row("this policy", told.line),), width=paint.width - 2, now=now))
        yield from _notes((told.outlook,), paint)


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
    yield from _notes((*words.notes, *filter(None, (outlooked,))), paint)


def _notes(notes: Iterable[str], paint: Paint) -> Iterator[str]:
    for note in notes:
        yield from folded(note, paint.width, "  · ", "    ")


# --- as data ------------------------------------------------------------------------------------------------------------


def _as_json(told: Iterable[ToldPolicy], now: datetime) -> dict[str, object]:
    return {"now": date_in_full(now), "policies": [_policy_json(each) for each in told]}


def _policy_json(told: ToldPolicy) -> dict[str, object]:
    return {
        "file": told.found.file,
        "address": told.found.address or None,
        "version": told.policy.version,
        "statements": [
            {
                "number": number,
                "sid": statement.sid,
                "line": told.line_of(statement),
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
        "outlook": told.outlook or None,
        "timeline": pieces_json(told.line.pieces),
    }
