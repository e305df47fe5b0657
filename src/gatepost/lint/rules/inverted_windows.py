"""Rules on windows that are the wrong way round: a Deny that works inside, a window that ends before it begins.

Whether a Deny that works inside a window is wrong depends on what its author meant: a freeze is such a Deny. It is told as the
wrong way round, with both readings, but where the other reading cannot be meant: where there are several such windows (to deny
outside of each would deny always), where an Allow has a window of its own, and where no Allow of the policy is cut.

Source: IAM User Guide, "Date condition operators"; the conditions of one statement must all hold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any, Final

from gatepost.lint.document import Document, StatementTree
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import Edit, Fix, Severity, Witness
from gatepost.lint.patch import free_sid, in_place_of, patched, value_of
from gatepost.lint.reach import allows_of, claim, everything, in_force, is_proved, narrowed, part, shown, somebody
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import sends_of
from gatepost.lint.setting import Setting
from gatepost.lint.window import ONE_SECOND, Bound, between, clock_at, open_pieces, timeless, times_of, window_of
from gatepost.policy.model import Effect, Operator, Statement
from gatepost.policy.operators import unreadable_values
from gatepost.policy.timetable import is_on_time
from gatepost.reasoning.windows import Piece, timeline
from gatepost.words.dates import date_in_full
from gatepost.words.picture import Row, picture

WIDTH: Final = 76
START: Final = "2099-01-01T00:00:00Z"
END: Final = "2099-02-01T00:00:00Z"
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

    All conditions of a statement must hold at once. "Later than the start" and "earlier than the end" hold together only between
    the two, so this Deny works inside the window. To forbid mail *outside* it takes two statements, one that denies before the
    start and one that denies from the end on; or no Deny, and the window on the Allow.

    Where the Deny is a freeze, inside which nothing may be sent, it is right as it is: suppress this finding with that reason. It
    is not told where only a freeze can be meant: where the policy has several such windows, or an Allow with a window of its own.
    """
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.effect is not Effect.DENY or not sends_of(statement):
            continue
        window, bounds = window_of(statement), between(tree)
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
    same = timeless(statement)
    return any(each.effect is Effect.DENY and window_of(each) is not None and timeless(each) == same for each in alike)


def _both_sides(document: Document, statement: Statement, window: Piece, bounds: tuple[Bound, Bound]) -> tuple[Witness, ...]:
    """A message that is sent outside the window though the Deny speaks of it, and one that is denied inside."""
    lower, upper = bounds
    assert window.start is not None  # noqa: S101 -- it is bounded
    inside = lower.moment + (upper.moment - lower.moment) / 2
    concerned = part(document, claim(timeless(statement)))
    allows = part(document, *(allows_of(document) or (everything(document),)))
    late = somebody(document, clock_at(lower, upper.moment + ONE_SECOND)).overlap(in_force(document), concerned)
    if late is None:
        return ()
    denied = somebody(document, clock_at(lower, inside)).overlap(allows, part(document, claim(statement)))
    return (
        *shown(late, "allowed, though the window is over"),
        *shown(denied, "denied, though the window is open"),
    )


def _outside(document: Document, tree: StatementTree, bounds: tuple[Bound, Bound], setting: Setting) -> tuple[Fix, ...]:
    """Two statements that deny before the window and after it, and new dates where it is over."""
    lower, upper = bounds
    edits = (in_place_of(document, tree, *_split(document, tree, bounds)),)
    notes = ""
    if upper.moment < setting.now:
        notes = f"; this window ended {date_in_full(upper.moment)[:10]}, so with this fix nobody could send today"
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
    return {"Sid": free_sid(document, f"{sid}{name}" if sid else f"Deny{name}Window"), **statement}


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
    concerned = claim(timeless(tree.statement))
    window = narrowed(concerned, since, till)
    two = fixed.statements[tree.number : tree.number + 2]
    return is_proved(document, lambda asker: asker.equivalent(part(document, concerned, *two), part(document, window)))


def _drawn(document: Document, fixes: tuple[Fix, ...], setting: Setting) -> tuple[str, ...]:
    """The policy's line of time, and that of the other reading."""
    assert document.policy is not None  # noqa: S101 -- its statements have been read
    rows = [Row("this policy", timeline(document.policy))]
    for fix in fixes:
        fixed = patched(document, fix.edits).policy
        if fixed is not None:
            rows.append(Row("your words?", timeline(fixed), "deny outside the window"))
    return picture(rows, width=WIDTH, now=setting.now)


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
            said = f"no time is later than {bounds[0].condition.values[0]} and earlier than {bounds[1].condition.values[0]}: "
        fixes = () if bounds is None or does == "allows" else _two_statements(document, tree, bounds)
        yield Hit(timed[0][0].operator_at, f"{said}{tree.name} never {does} anything", fixes=fixes)


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
    outside = tuple(narrowed(timeless(tree.statement), each) for each in (early, late))
    told = f"it denies exactly what is earlier than {early.values[0]}, and what is later than {late.values[0]}"
    if fixed is None:
        return ()
    denying = part(document, *map(claim, fixed.statements[tree.number : tree.number + 2]))
    proof = told if is_proved(document, lambda asker: asker.equivalent(denying, part(document, *outside))) else ""
    return (Fix("deny outside the window, in two statements", edits, proof, changes_meaning=True),)
