"""Rules on time windows: a Deny the wrong way round, a window that is never open, one that is over or still to come.

Whether a Deny that works inside a window is wrong depends on what its author meant: a freeze is such a Deny. It is told as the wrong way
round, with both readings, but where the other reading cannot be meant: where there are several such windows (to deny outside of each
would deny always), where an Allow has a window of its own, and where no Allow of the policy is cut.

Source: IAM User Guide, "Date condition operators"; the conditions of one statement must all hold.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import At, Edit, Fix, Severity, Witness
from gatepost.lint.patch import in_place_of, patched, value_of
from gatepost.lint.reach import allows_of, anybody, claim, everything, in_force, part, shown, somebody
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import sends_of
from gatepost.lint.setting import Setting
from gatepost.policy.model import Condition, Effect, Operator, Place, Statement
from gatepost.policy.operators import NULL
from gatepost.policy.span import span
from gatepost.policy.timetable import CURRENT_TIME, is_on_time
from gatepost.policy.values import EPOCH, read_instant
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.windows import Piece, State, Timeline, timeline
from gatepost.words.dates import date_in_full
from gatepost.words.picture import Row, picture

WIDTH: Final = 76
ONE_SECOND: Final = timedelta(seconds=1)
NOWHERE: Final = Place(1, 1)
TIME_OF_DAY: Final = re.compile(r"T?\d{1,2}:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?|[*?]*T?\d\d[:*?].*", re.ASCII)
MONTH: Final = ("2099-01-01T00:00:00Z", "2099-02-01T00:00:00Z")
START, END = MONTH


# --- when a statement speaks --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bound:
    """One date that bounds a statement's window from below, or from above."""

    tree: ConditionTree
    condition: Condition
    is_lower: bool

    @property
    def moment(self) -> datetime:
        """The date."""
        instant = read_instant(self.condition.values[0])
        assert instant is not None  # noqa: S101 -- only dates that can be read are bounds
        return EPOCH + timedelta(microseconds=instant // 1000)

    @property
    def ends_a_minute(self) -> bool:
        """Whether it is the last second of a minute, as in `23:59:59`: then the window is meant to last through it."""
        return self.moment.second == 59


def times_of(statement: Statement) -> Timeline | None:
    """When a statement speaks, as an Allow of its times; None where it says nothing of the time."""
    timed = tuple(replace(each, place=NOWHERE) for each in statement.conditions if is_on_time(each))
    return _line(timed) if timed else None


@cache
def _line(timed: tuple[Condition, ...]) -> Timeline:
    return timeline(Statement(Effect.ALLOW, actions=("*",), resources=("*",), conditions=timed))


def _open(line: Timeline) -> list[Piece]:
    return [piece for piece in line.pieces if piece.state is State.ALLOWED]


def _window(statement: Statement) -> Piece | None:
    """The one bounded stretch in which a statement speaks."""
    line = times_of(statement)
    pieces = [] if line is None else _open(line)
    return pieces[0] if len(pieces) == 1 and pieces[0].start is not None and pieces[0].end is not None else None


def _bounds(tree: StatementTree) -> tuple[Bound, ...]:
    """The bounds of one date each on `aws:CurrentTime` or `aws:EpochTime`."""
    found = []
    for written, condition in tree.read_conditions():
        base = condition.operator.base
        if is_on_time(condition) and ("GreaterThan" in base or "LessThan" in base):
            if len(condition.values) == 1 and read_instant(condition.values[0]) is not None:
                found.append(Bound(written, condition, "GreaterThan" in base))
    return tuple(found)


def _between(tree: StatementTree) -> tuple[Bound, Bound] | None:
    """The one lower and the one upper bound."""
    bounds = _bounds(tree)
    lower, upper = [each for each in bounds if each.is_lower], [each for each in bounds if not each.is_lower]
    return (lower[0], upper[0]) if len(lower) == len(upper) == 1 else None


def _timeless(statement: Statement) -> Statement:
    conditions = tuple(replace(each, place=NOWHERE) for each in statement.conditions if not is_on_time(each))
    return replace(statement, sid=None, start=NOWHERE, end=NOWHERE, conditions=conditions)


# --- the wrong way round ------------------------------------------------------------------------------------------------

WINDOW: Final = {"DateGreaterThan": {"aws:CurrentTime": START}, "DateLessThan": {"aws:CurrentTime": END}}
FAMILY_ALLOWED: Final = allow(Action="ses:Send*")


@rule(
    "SES_DENY_WINDOW_INVERTED",
    Severity.SECURITY_WARNING,
    bad=policy(FAMILY_ALLOWED, deny(Action="ses:Send*", Condition=WINDOW)),
    good=policy(
        FAMILY_ALLOWED,
        deny(Action="ses:Send*", Condition=when("DateLessThan", "aws:CurrentTime", START)),
        deny(Action="ses:Send*", Condition=when("DateGreaterThanEquals", "aws:CurrentTime", END)),
    ),
    solved=True,
)
def deny_window_inverted(document: Document, setting: Setting) -> Iterator[Hit]:
    """A Deny with a start and an end denies inside the window, and leaves mail outside it as it is.

    All conditions of a statement must hold at once. "Later than the start" and "earlier than the end" hold together only between the two,
    so this Deny works inside the window. To forbid mail *outside* it takes two statements, one that denies before the start and one that
    denies from the end on; or no Deny, and the window on the Allow.

    Where the Deny is a freeze, inside which nothing may be sent, it is right as it is: suppress this finding with that reason. It is not
    told where only a freeze can be meant: where the policy has several such windows, or an Allow with a window of its own.
    """
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.effect is not Effect.DENY or not sends_of(statement):
            continue
        window, bounds = _window(statement), _between(tree)
        if window is None or bounds is None or _must_be_a_freeze(document, statement):
            continue
        witnesses = _both_sides(document, statement, window, bounds)
        if not witnesses:
            continue
        lower, upper = bounds
        start, end = lower.condition.values[0], upper.condition.values[0]
        fixes = _outside(document, tree, bounds, setting)
        yield Hit(
            lower.tree.operator_at,
            f"both date tests must hold, so this Deny works only inside {start} to {end}; outside it mail is allowed as ever",
            witnesses,
            fixes,
            _drawn(document, fixes[:1], setting),
            (
                "if you mean to forbid mail outside the window, this is the wrong way round: write fix 1",
                "if you mean a freeze inside it, it is right: suppress this finding and say so",
            ),
        )


def _must_be_a_freeze(document: Document, statement: Statement) -> bool:
    """Whether the other reading, denying outside, cannot be meant."""
    sends = set(sends_of(statement))
    alike = [
        each
        for each in (document.policy.statements if document.policy else ())
        if each is not statement and sends & set(sends_of(each))
    ]
    if any(each.effect is Effect.ALLOW and times_of(each) is not None for each in alike):
        return True
    same = _timeless(statement)
    return any(each.effect is Effect.DENY and _window(each) is not None and _timeless(each) == same for each in alike)


def _both_sides(document: Document, statement: Statement, window: Piece, bounds: tuple[Bound, Bound]) -> tuple[Witness, ...]:
    """A message that is sent outside the window though the Deny speaks of it, and one that is denied inside."""
    lower, upper = bounds
    assert window.start is not None  # noqa: S101 -- it is bounded
    inside = lower.moment + (upper.moment - lower.moment) / 2
    concerned = part(document, claim(_timeless(statement)))
    allows = part(document, *(allows_of(document) or (everything(document),)))
    late = somebody(document, _clock(lower, upper.moment + ONE_SECOND)).overlap(in_force(document), concerned)
    if late is None:
        return ()
    denied = somebody(document, _clock(lower, inside)).overlap(allows, part(document, claim(statement)))
    return (
        *shown(late, "allowed, though the window is over"),
        *shown(denied, "denied, though the window is open"),
    )


def _clock(bound: Bound, moment: datetime) -> dict[str, str]:
    """The key that a bound compares, at a moment."""
    if bound.condition.key.lower() == CURRENT_TIME:
        return {"aws:CurrentTime": date_in_full(moment)}
    return {"aws:EpochTime": str((moment - EPOCH) // ONE_SECOND)}


def _outside(document: Document, tree: StatementTree, bounds: tuple[Bound, Bound], setting: Setting) -> tuple[Fix, ...]:
    """Two statements that deny before the window and after it, and new dates where it is over."""
    lower, upper = bounds
    edits = (in_place_of(document, tree, *_split(document, tree, bounds)),)
    notes = ""
    if upper.moment < setting.now:
        notes = f"; this window ended {_day(upper.moment)}, so with this fix nobody could send today"
    closing = "both included" if _includes_end(upper) else "the end not included"
    told = f"it denies exactly outside {lower.condition.values[0]} to {upper.condition.values[0]}, {closing}{notes}"
    proof = told if _proved(document, tree, bounds, edits) else ""
    fix = Fix("deny before the window and after it, in two statements", edits, proof, changes_meaning=True)
    if not notes:
        return (fix,)
    daily = ""
    if upper.moment - lower.moment < timedelta(days=1):
        daily = f" --daily {lower.moment.astimezone(UTC):%H:%M}-{upper.moment.astimezone(UTC):%H:%M} --days 30"
    return (fix, Fix(f"new dates: gatepost window --deny-outside{daily}", ()))


def _includes_end(upper: Bound) -> bool:
    return upper.condition.operator.base.endswith("Equals") or upper.ends_a_minute


def _split(document: Document, tree: StatementTree, bounds: tuple[Bound, Bound]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The statement as two: one before the window, one after it. The window begins with its start, as windows do."""
    lower, upper = bounds
    family, late = lower.condition.operator.base.partition("Greater")[0], upper.condition.operator.base.partition("Less")[0]
    before = replace(lower.condition.operator, base=f"{family}LessThan")
    after = replace(upper.condition.operator, base=f"{late}GreaterThan{'' if _includes_end(upper) else 'Equals'}")
    return (
        _with_one_bound(document, tree, bounds, lower, before, "Before"),
        _with_one_bound(document, tree, bounds, upper, after, "After"),
    )


def _with_one_bound(
    document: Document, tree: StatementTree, bounds: Sequence[Bound], kept: Bound, operator: Operator, name: str
) -> dict[str, Any]:
    statement: dict[str, Any] = value_of(document, tree.element)
    conditions = statement["Condition"]
    value = conditions[kept.tree.operator][kept.tree.key]
    for bound in bounds:
        del conditions[bound.tree.operator][bound.tree.key]
    conditions.setdefault(str(operator), {})[kept.tree.key] = value
    statement["Condition"] = {each: keys for each, keys in conditions.items() if keys}
    sid = statement.pop("Sid", "")
    return {"Sid": f"{sid}{name}" if sid else f"Deny{name}Window", **statement}


def _proved(document: Document, tree: StatementTree, bounds: tuple[Bound, Bound], edits: tuple[Edit, ...]) -> bool:
    """Whether what the two statements leave of that of which the one spoke is the window."""
    lower, upper = bounds
    fixed = patched(document, edits).policy
    if fixed is None or tree.statement is None:
        return False
    family = lower.condition.operator.base.partition("Greater")[0]
    until = "LessThanEquals" if _includes_end(upper) else "LessThan"
    since = replace(lower.condition, operator=Operator(f"{family}GreaterThanEquals"))
    till = replace(upper.condition, operator=Operator(upper.condition.operator.base.partition("Less")[0] + until))
    concerned = claim(_timeless(tree.statement))
    window = replace(concerned, conditions=(*concerned.conditions, since, till))
    two = fixed.statements[tree.number : tree.number + 2]
    try:
        return anybody(document).equivalent(part(document, concerned, *two), part(document, window))
    except Undecidable:
        return False


def _drawn(document: Document, fixes: tuple[Fix, ...], setting: Setting) -> tuple[str, ...]:
    """The policy's line of time, and that of the other reading."""
    assert document.policy is not None  # noqa: S101 -- its statements have been read
    rows = [Row("this policy", timeline(document.policy))]
    for fix in fixes:
        fixed = patched(document, fix.edits).policy
        if fixed is not None:
            rows.append(Row("your words?", timeline(fixed), "deny outside the window"))
    return picture(rows, width=WIDTH, now=setting.now)


# --- never, over, still to come -----------------------------------------------------------------------------------------


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

    "Earlier than the start" and "later than the end" of one statement would have to hold at once, and no moment is both. An Allow of this
    kind allows nothing; a Deny denies nothing. To deny outside a window, write two Deny statements with one date each.
    """
    for tree in document.statements:
        line = None if tree.statement is None else times_of(tree.statement)
        if tree.statement is None or line is None or _open(line):
            continue
        bounds, timed = _between(tree), [each for each, condition in tree.read_conditions() if is_on_time(condition)]
        does = "allows" if tree.statement.effect is Effect.ALLOW else "denies"
        said = ""
        if bounds is not None:
            said = f"no time is later than {bounds[0].condition.values[0]} and earlier than {bounds[1].condition.values[0]}: "
        fixes = () if bounds is None or does == "allows" else _two_statements(document, tree, bounds)
        yield Hit(timed[0].operator_at, f"{said}{tree.name} never {does} anything", fixes=fixes)


def _two_statements(document: Document, tree: StatementTree, bounds: tuple[Bound, Bound]) -> tuple[Fix, ...]:
    """The Deny as two, each with one of its dates."""
    assert tree.statement is not None  # noqa: S101 -- it has been read
    two = (
        _with_one_bound(document, tree, bounds, bounds[1], bounds[1].condition.operator, "Before"),
        _with_one_bound(document, tree, bounds, bounds[0], bounds[0].condition.operator, "After"),
    )
    edits = (in_place_of(document, tree, *two),)
    fixed = patched(document, edits).policy
    early, late = bounds[1].condition, bounds[0].condition
    concerned = claim(_timeless(tree.statement))
    outside = tuple(replace(concerned, conditions=(*concerned.conditions, each)) for each in (early, late))
    told = f"it denies exactly what is earlier than {early.values[0]}, and what is later than {late.values[0]}"
    proof = ""
    if fixed is not None:
        denying = tuple(claim(each) for each in fixed.statements[tree.number : tree.number + 2])
        if anybody(document).equivalent(part(document, *denying), part(document, *outside)):
            proof = told
    return (Fix("deny outside the window, in two statements", edits, proof, changes_meaning=True),)


@rule(
    "SES_WINDOW_EXPIRED",
    Severity.WARNING,
    bad=policy(allow(Condition=when("DateLessThan", "aws:CurrentTime", "2023-01-31T23:59:59Z"))),
    good=policy(allow(Condition=when("DateLessThan", "aws:CurrentTime", END))),
)
def window_expired(document: Document, setting: Setting) -> Iterator[Hit]:
    """A window that is over, so its statement has no effect any more.

    An Allow whose time is over allows nothing today, and a Deny denies nothing. Where Denies shut a window for good, nobody gets through
    any more. Statements that differ by their dates alone are one: they have expired when the last of them has.
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

    That may be meant: a policy made ready ahead of its day. It is told because a wrong year reads just the same. Of statements that differ
    by their dates alone the first counts; a Deny that is still to come is not told.
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
            groups.setdefault(_timeless(tree.statement), []).append(tree)
    return list(groups.values())


def _pieces(tree: StatementTree) -> list[Piece]:
    line = None if tree.statement is None else times_of(tree.statement)
    return [] if line is None else _open(line)


def _last_date(tree: StatementTree) -> At:
    return next(reversed([each.element.at for each, condition in tree.read_conditions() if is_on_time(condition)]))


def _day(moment: datetime) -> str:
    return date_in_full(moment)[:10]


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

    "Later than the start or the end" is later than the earlier of both, so the other date says nothing. A window takes two operators:
    `DateGreaterThanEquals` with its start and `DateLessThan` with its end.
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
    fixed = patched(document, edits).policy
    if fixed is None or tree.statement is None:
        return ()
    same = anybody(document).equivalent(
        part(document, claim(tree.statement)), part(document, claim(fixed.statements[tree.number]))
    )
    return (Fix("keep the date that counts", edits, "the statement speaks of the same requests as before" if same else ""),)


@rule(
    "SES_RECURRING_WINDOW_UNSUPPORTED",
    Severity.WARNING,
    bad=policy(allow(Condition={"DateGreaterThan": {"aws:CurrentTime": "09:00:00Z"}})),
    good=policy(allow(Condition=WINDOW)),
)
def recurring_window_unsupported(document: Document, _setting: Setting) -> Iterator[Hit]:
    """No condition can say "every day from nine to five".

    `aws:CurrentTime` is compared with dates, never with a time of day. What recurs must be written as one window a day, for as many days
    as fit into a policy: `gatepost window --daily 09:00-17:00 --days 30` writes and counts them.
    """
    for tree in document.statements:
        for written, condition in tree.read_conditions():
            if not is_on_time(condition) or condition.operator.base == NULL:
                continue
            for entry, value in zip(written.element.entries(), condition.values, strict=True):
                if read_instant(value) is None and TIME_OF_DAY.fullmatch(value):
                    yield Hit(entry.at, f"`{value}` is a time of day; expected a date such as `{START}`")
