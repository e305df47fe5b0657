"""Rules on windows that are over, still to come or never open, and on dates that say something else than they seem to.

Source: IAM User Guide, "Date condition operators".
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import At, Edit, Fix, Severity
from gatepost.lint.patch import in_place_of, patched, statement_of
from gatepost.lint.reach import claim, is_proved, narrowed, part
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.lint.window import Bound, between, open_pieces, times_of, with_one_bound
from gatepost.policy.model import Effect
from gatepost.policy.operators import NULL, unreadable_values
from gatepost.policy.span import span
from gatepost.policy.timetable import is_on_time
from gatepost.policy.values import read_instant
from gatepost.reasoning.in_force import timeless
from gatepost.reasoning.windows import Piece, State, timeline
from gatepost.words.dates import date_in_full

if TYPE_CHECKING:
    from gatepost.policy.model import Statement

FAMILY_ALLOWED: Final = allow(Action="ses:Send*")
TIME_OF_DAY: Final = re.compile(r"T?\d{1,2}:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?|[*?]*T?\d\d[:*?].*", re.ASCII)
START: Final = "2099-01-01T00:00:00Z"
END: Final = "2099-02-01T00:00:00Z"
WINDOW: Final = {"DateGreaterThan": {"aws:CurrentTime": START}, "DateLessThan": {"aws:CurrentTime": END}}

# --- over, still to come ------------------------------------------------------------------------------------------------


@rule(
    "SES_WINDOW_EXPIRED",
    Severity.WARNING,
    bad=policy(allow(Condition=when("DateLessThan", "aws:CurrentTime", "2023-01-31T23:59:59Z"))),
    good=policy(allow(Condition=when("DateLessThan", "aws:CurrentTime", END))),
)
def window_expired(document: Document, setting: Setting) -> Iterator[Hit]:
    """A window that is over, so its statement has no effect any more.

    An Allow whose time is over allows nothing today, and a Deny denies nothing. Where Denies shut a window for good, nobody gets
    through any more. Statements that differ by their dates alone are one: they have expired when the last of them has.
    """
    for group in _groups(document):
        over = [(piece.end, tree) for tree in group for piece in _pieces(tree)]
        if any(end is None or end > setting.now for end, _ in over) or not over:
            continue
        end, tree = max(((end, tree) for end, tree in over if end is not None), key=lambda each: each[0])
        ago = f"{date_in_full(end)} ({span(setting.now - end)} ago)"
        allowing = tree.effect == "Allow"
        said = (
            f"this Allow ended {ago}: nothing is allowed by it today"
            if allowing
            else f"this Deny has had no effect since {ago}"
        )
        yield Hit(_last_date(tree), said)
    yield from _shut_for_good(document, setting)


def _shut_for_good(document: Document, setting: Setting) -> Iterator[Hit]:
    """The Denies that began and have no end, where nothing that the time decides is allowed from then on."""
    for tree in document.statements:
        pieces = [] if tree.effect != "Deny" else _pieces(tree)
        if not pieces or pieces[-1].end is not None or pieces[-1].start is None or pieces[-1].start > setting.now:
            continue
        assert document.policy is not None  # noqa: S101 -- the pieces are of a statement that was read
        now = timeline(document.policy).at(setting.now)
        if now.state is State.DENIED and now.end is None and now.start == pieces[-1].start:
            ago = f"{date_in_full(now.start)} ({span(setting.now - now.start)} ago)"
            yield Hit(_last_date(tree), f"the window ended {ago}: since then this Deny holds, and it has no end")


@rule(
    "SES_WINDOW_NOT_YET",
    Severity.WARNING,
    bad=policy(allow(Condition=when("DateGreaterThan", "aws:CurrentTime", START))),
    good=policy(allow(Condition=when("DateGreaterThan", "aws:CurrentTime", "2023-01-01T00:00:00Z"))),
)
def window_not_yet(document: Document, setting: Setting) -> Iterator[Hit]:
    """An Allow whose window is still to come, so nothing is allowed by it today.

    That may be meant: a policy made ready ahead of its day. It is told because a wrong year reads just the same. Of statements
    that differ by their dates alone the first counts; a Deny that is still to come is not told.
    """
    for group in _groups(document):
        coming = [(piece.start, tree) for tree in group for piece in _pieces(tree)]
        starts = [(start, tree) for start, tree in coming if start is not None and start > setting.now]
        if group[0].effect == "Allow" and starts and len(starts) == len(coming):
            start, tree = min(starts, key=lambda each: each[0])
            wait = f"{date_in_full(start)} (in {span(start - setting.now)})"
            yield Hit(_last_date(tree), f"this Allow begins {wait}: nothing is allowed by it today")


def _groups(document: Document) -> list[list[StatementTree]]:
    """The statements that say something of the time; those that differ by their dates alone together."""
    groups: dict[Statement, list[StatementTree]] = {}
    for tree in document.statements:
        if tree.statement is not None and times_of(tree.statement) is not None:
            groups.setdefault(timeless(tree.statement), []).append(tree)
    return list(groups.values())


def _pieces(tree: StatementTree) -> list[Piece]:
    line = None if tree.statement is None else times_of(tree.statement)
    return [] if line is None else open_pieces(line)


def _last_date(tree: StatementTree) -> At:
    return next(reversed([each.element.at for each, condition in tree.read_conditions() if is_on_time(condition)]))


# --- never open --------------------------------------------------------------------------------------------------------


@rule(
    "SES_WINDOW_NEVER",
    Severity.ERROR,
    bad=policy(
        FAMILY_ALLOWED,
        deny(
            Action="ses:Send*",
            Condition={"DateLessThan": {"aws:CurrentTime": START}, "DateGreaterThan": {"aws:CurrentTime": END}},
        ),
    ),
    good=policy(allow(Action="ses:Send*", Condition=WINDOW)),
    solved=True,
)
def window_never(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A window that ends before it begins is never open.

    "Earlier than the start" and "later than the end" of one statement would have to hold at once, and no moment is both. An Allow
    of this kind allows nothing; a Deny denies nothing. To deny outside a window, write two Deny statements with one date each.
    """
    for tree in document.statements:
        line = None if tree.statement is None else times_of(tree.statement)
        if tree.statement is None or line is None or open_pieces(line):
            continue
        timed = [(each, condition) for each, condition in tree.read_conditions() if is_on_time(condition)]
        if any(unreadable_values(condition) for _, condition in timed):
            continue
        bounds = between(tree)
        does = "allows" if tree.statement.effect is Effect.ALLOW else "denies"
        said = ""
        if bounds is not None:
            said = f"no time is later than {bounds[0].words} and earlier than {bounds[1].words}: "
        fixes = () if bounds is None or does == "allows" else _two_statements(document, tree, bounds)
        yield Hit(timed[0][0].operator_at, f"{said}{tree.name} never {does} anything", fixes=fixes)


def _two_statements(document: Document, tree: StatementTree, bounds: tuple[Bound, Bound]) -> tuple[Fix, ...]:
    """The Deny as two, each with one of its dates."""
    assert tree.statement is not None  # noqa: S101 -- it has been read
    two = (
        with_one_bound(document, tree, bounds, bounds[1], bounds[1].condition.operator, "Before"),
        with_one_bound(document, tree, bounds, bounds[0], bounds[0].condition.operator, "After"),
    )
    edits = (in_place_of(document, tree, *two),)
    fixed = patched(document, edits).policy
    late, early = bounds
    outside = tuple(narrowed(timeless(tree.statement), each.condition) for each in (early, late))
    told = f"it denies exactly what is earlier than {early.words}, and what is later than {late.words}"
    if fixed is None:
        return ()
    denying = part(document, *map(claim, fixed.statements[tree.number : tree.number + 2]))
    proof = told if is_proved(document, lambda asker: asker.equivalent(denying, part(document, *outside))) else ""
    return (Fix("deny outside the window, in two statements", edits, proof, changes_meaning=True),)


# --- dates that say something else --------------------------------------------------------------------------------------


@rule(
    "SES_DATE_VALUES_ORED",
    Severity.WARNING,
    bad=policy(allow(Condition=when("DateGreaterThan", "aws:CurrentTime", START, END))),
    good=policy(allow(Condition=WINDOW)),
    solved=True,
)
def date_values_ored(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Several dates under one operator are alternatives: one is enough.

    "Later than the start or the end" is later than the earlier of both, so the other date says nothing. A window takes two
    operators: `DateGreaterThanEquals` with its start and `DateLessThan` with its end.
    """
    for tree in document.statements:
        for written, condition in tree.read_conditions():
            base = condition.operator.base
            if not base.startswith("Date") or "Than" not in base or len(condition.values) < 2:
                continue
            instants = [read_instant(value) for value in condition.values]
            known = [(instant, at) for at, instant in enumerate(instants) if instant is not None]
            if len(known) < len(instants):
                continue
            counts = (min if "Greater" in base else max)(known)[1]
            word = "later" if "Greater" in base else "earlier"
            others = [at for at in range(len(instants)) if at != counts]
            others_said = ", ".join(f"`{condition.values[at]}`" for at in others)
            yield Hit(
                list(written.element.entries())[others[0]].at,
                f"one of these dates is enough, so this is {word} than `{condition.values[counts]}`; {others_said} says nothing",
                fixes=_only_date(document, tree, written, counts),
            )


def _only_date(document: Document, tree: StatementTree, written: ConditionTree, counts: int) -> tuple[Fix, ...]:
    entries = list(written.element.entries())
    value = document.text[entries[counts].at.start : entries[counts].at.end]
    edits = (Edit(written.element.at.start, written.element.at.end, value),)
    fixed = statement_of(document, edits, tree.number)
    if fixed is None or tree.statement is None:
        return ()
    old, new = part(document, claim(tree.statement)), part(document, claim(fixed))
    same = is_proved(document, lambda asker: asker.equivalent(old, new))
    return (Fix("keep the date that counts", edits, "the statement speaks of the same requests as before" if same else ""),)


@rule(
    "SES_RECURRING_WINDOW_UNSUPPORTED",
    Severity.WARNING,
    bad=policy(allow(Condition={"DateGreaterThan": {"aws:CurrentTime": "09:00:00Z"}})),
    good=policy(allow(Condition=WINDOW)),
    supersedes=("TYPE_MISMATCH_DATE",),
)
def recurring_window_unsupported(document: Document, _setting: Setting) -> Iterator[Hit]:
    """No condition can say "every day from nine to five".

    `aws:CurrentTime` is compared with dates, never with a time of day. What recurs must be written as one window a day, for as
    many days as fit into a policy: `gatepost window --daily 09:00-17:00 --days 30` writes and counts them.
    """
    for tree in document.statements:
        for written, condition in tree.read_conditions():
            if not is_on_time(condition) or condition.operator.base == NULL:
                continue
            for entry, value in zip(written.element.entries(), condition.values, strict=True):
                if read_instant(value) is None and TIME_OF_DAY.fullmatch(value):
                    yield Hit(entry.at, f"`{value}` is a time of day; expected a date such as `{START}`")
