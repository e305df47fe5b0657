"""Two versions of a policy, told: what is written otherwise, statement by statement, and who gains and loses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gatepost.cli.decision_json import context_of
from gatepost.cli.exits import USAGE, Exit
from gatepost.cli.layout import folded
from gatepost.cli.paint import Paint
from gatepost.cli.timeline_json import pieces_json, stretch_json
from gatepost.compare.meaning import AccessChange, Comparison, Relation, compared
from gatepost.compare.pairs import Named, pairs
from gatepost.compare.written import ElementChange, StatementChange, written_changes
from gatepost.policy.errors import PolicyError
from gatepost.policy.model import Policy, Statement
from gatepost.policy.read import read_open_policy
from gatepost.policy.request import Request
from gatepost.reasoning.questions import Asker, Side
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.windows import State, Timeline, timeline
from gatepost.solvers.portfolio import general_solvers
from gatepost.words.picture import Row, picture
from gatepost.words.principals import principals_words
from gatepost.words.requests import request_words
from gatepost.words.sentences import statement_words
from gatepost.words.stretches import stretches_words

NOTHING: Final = Policy(())
VERDICTS: Final = {
    Relation.EQUIVALENT: "EQUIVALENT: the same requests are allowed",
    Relation.NARROWER: "NARROWER: some requests lose, none gains",
    Relation.WIDER: "NOT NARROWER: some requests gain, none loses",
    Relation.DIFFERENT: "NOT NARROWER: some requests gain, some lose",
}
STYLES: Final = {Relation.EQUIVALENT: "good", Relation.NARROWER: "good", Relation.WIDER: "bad", Relation.DIFFERENT: "bad"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One policy in two versions. `comparison` is None where it is not decided, and `undecided` says why."""

    name: str
    old: Policy
    new: Policy
    written: tuple[StatementChange, ...]
    comparison: Comparison | None
    undecided: str = ""

    @property
    def over_time(self) -> tuple[Timeline, Timeline] | None:
        """The lines of time of both versions, where what is gained or lost depends on the time and the lines differ."""
        changes = () if self.comparison is None else (*self.comparison.gains, *self.comparison.losses)
        if all(each.when is None or each.when.is_constant for each in changes):
            return None
        old, new = timeline(self.old), timeline(self.new)
        return None if old == new else (old, new)


def differences(old: Iterable[Named], new: Iterable[Named]) -> list[Difference]:
    """Each policy of either side, compared; Exit for one that cannot be read."""
    return [_difference(*pair) for pair in pairs(old, new)]


def _difference(old: Named | None, new: Named | None) -> Difference:
    name = new.name if new is not None else old.name if old is not None else ""
    before, after = (NOTHING if each is None else _read(each) for each in (old, new))
    named = any(each.principals or each.not_principals for each in (*before.statements, *after.statements))
    written = written_changes(before, after)
    try:
        comparison = compared(before, after, Asker(Side.RESOURCE if named else Side.IDENTITY, decider=general_solvers()))
    except Undecidable as reason:
        return Difference(name, before, after, written, None, str(reason))
    return Difference(name, before, after, written, comparison)


def _read(named: Named) -> Policy:
    try:
        return read_open_policy(named.text, named.kind)
    except PolicyError as error:
        raise Exit(USAGE, f"{named.file}:{error}") from None


# --- for people ---------------------------------------------------------------------------------------------------------


def difference_lines(found: Difference, paint: Paint, now: datetime, *, written: bool) -> Iterator[str]:
    """One policy's lines: the verdict, what is written otherwise, who gains and who loses, and both versions over time."""
    if found.comparison is None:
        yield f"{found.name}   {paint('open', 'NOT DECIDED')}: {found.undecided}"
    else:
        relation = found.comparison.relation
        yield f"{found.name}   {paint(STYLES[relation], VERDICTS[relation])}"
    if written:
        for change in found.written:
            yield from _statement_lines(change, paint)
    if found.comparison is not None:
        for word, style, changes, policy in (
            ("gains", "bad", found.comparison.gains, found.new),
            ("loses", "open", found.comparison.losses, found.old),
        ):
            for each in changes:
                yield from _access_lines(each, word, style, paint, now, variables=policy.has_variables)
    if (lines := found.over_time) is not None:
        yield "  over time"
        rows = [Row(label, line) for label, line in zip(("old", "new"), lines, strict=True)]
        yield from (f"    {line}".rstrip() for line in picture(rows, width=paint.width - 4, now=now))


def _statement_lines(change: StatementChange, paint: Paint) -> Iterator[str]:
    mark = "+" if change.old is None else "-" if change.new is None else "~"
    yield f"  {mark} statement {change.name}".rstrip()
    for element in change.elements:
        if element.same and mark == "~":
            yield from folded(_element(element, element.new), paint.width, " " * 6, " " * 8)
            continue
        if element.old is not None:
            yield from (paint("bad", line) for line in folded(_element(element, element.old), paint.width, "    - ", " " * 8))
        if element.new is not None:
            yield from (paint("good", line) for line in folded(_element(element, element.new), paint.width, "    + ", " " * 8))


def _element(element: ElementChange, values: tuple[str, ...] | None) -> str:
    return f"{element.name} {', '.join(values or ())}"


def _access_lines(
    change: AccessChange, word: str, style: str, paint: Paint, now: datetime, *, variables: bool
) -> Iterator[str]:
    lines = folded(_said(change.statement, variables=variables), paint.width, f"  {word}  ", " " * 9)
    yield lines[0].replace(word, paint(style, word), 1)
    yield from lines[1:]
    if change.when is not None and not change.when.is_constant:
        yield from folded(f"only {stretches_words(change.when, now)}", paint.width, " " * 9, " " * 14)
    yield from folded(f"e.g. {request_words(change.witness)}", paint.width, " " * 9, " " * 14)


def _said(statement: Statement, *, variables: bool) -> str:
    """`account 222222222222 as a whole may send mail …`."""
    sentence = statement_words(statement, variables=variables).sentence
    who = principals_words(statement)
    return sentence.replace(f"Allows {who} to ", f"{who} may ", 1).removesuffix(".")


# --- as JSON ------------------------------------------------------------------------------------------------------------


def told(found: Difference) -> dict[str, Any]:
    """One policy as JSON values."""
    comparison, over_time = found.comparison, found.over_time
    return {
        "name": found.name,
        "relation": None if comparison is None else comparison.relation.value,
        "undecided": found.undecided or None,
        "statements": [
            {
                "sid": change.name or None,
                "change": "added" if change.old is None else "removed" if change.new is None else "changed",
                "elements": [
                    {"name": each.name, "old": each.old, "new": each.new} for each in change.elements if not each.same
                ],
            }
            for change in found.written
        ],
        "gains": [] if comparison is None else [_access(each, found.new) for each in comparison.gains],
        "losses": [] if comparison is None else [_access(each, found.old) for each in comparison.losses],
        "timelines": None
        if over_time is None
        else {side: pieces_json(line.pieces) for side, line in zip(("old", "new"), over_time, strict=True)},
    }


def _request(request: Request) -> dict[str, Any]:
    """A request as decision cases have it."""
    return {
        "principal": request.principal.arn,
        "action": request.action,
        "resource": request.resource,
        "context": context_of(request.context),
    }


def _access(change: AccessChange, policy: Policy) -> dict[str, Any]:
    return {
        "statements": change.indexes,
        "sid": change.statement.sid,
        "says": _said(change.statement, variables=policy.has_variables),
        "when": None
        if change.when is None or change.when.is_constant
        else [stretch_json(piece) for piece in change.when.pieces if piece.state is State.ALLOWED],
        "example": _request(change.witness),
    }
