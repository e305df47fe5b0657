"""The rule on windows that are the wrong way round: a Deny that works inside.

Whether a Deny that works inside a window is wrong depends on what its author meant: a freeze is such a Deny. It is told as the
wrong way round, with both readings, but where the other reading cannot be meant: where there are several such windows (to deny
outside of each would deny always), where an Allow has a window of its own, and where no Allow of the policy is cut.

Source: IAM User Guide, "Date condition operators"; the conditions of one statement must all hold.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from gatepost.lint.document import Document, StatementTree
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import Edit, Fix, Severity, Witness
from gatepost.lint.patch import in_place_of, patched
from gatepost.lint.reach import allows_of, claim, everything, in_force, is_proved, narrowed, part, shown, somebody
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import sends_of
from gatepost.lint.setting import Setting
from gatepost.lint.window import ONE_SECOND, Bound, between, clock_at, times_of, window_of, with_one_bound
from gatepost.policy.model import Effect, Operator, Statement
from gatepost.reasoning.in_force import timeless
from gatepost.reasoning.windows import Piece, timeline
from gatepost.words.dates import date_in_full, is_midnight
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
        lower, inside = bounds[0], _from_to(bounds)
        fixes = _outside(document, tree, bounds, setting)
        yield Hit(
            lower.tree.operator_at,
            f"both date tests must hold, so this Deny works only inside {inside}; outside it mail is allowed as ever",
            witnesses,
            fixes,
            _drawn(document, fixes[:1], setting),
            (
                "to forbid mail outside the window, two dates in one Deny are the wrong way round: fix 1 is right",
                "to forbid it inside, as a freeze does, they are right: suppress this finding and say so",
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
    upper = bounds[1]
    edits = (in_place_of(document, tree, *_split(document, tree, bounds)),)
    notes = ""
    if upper.moment < setting.now:
        notes = f"; this window ended {date_in_full(upper.moment)[:10]}, so with this fix nobody could send today"
    closing = "both included" if _includes_end(upper) else "the end not included"
    told = f"it denies exactly outside {_from_to(bounds)}, {closing}{notes}"
    proof = told if _proved(document, tree, bounds, edits) else ""
    fix = Fix("deny before the window and after it, in two statements", edits, proof, changes_meaning=True)
    if not notes:
        return (fix,)
    return (fix, Fix(f"new dates: gatepost window --deny-outside {_again(bounds, setting.now)}{_on(tree)}", ()))


def _from_to(bounds: tuple[Bound, Bound]) -> str:
    return " to ".join(bound.words for bound in bounds)


def _again(bounds: tuple[Bound, Bound], now: datetime) -> str:
    """The windows to ask for in place of one that is over: the same hours daily, or the same dates in the next year that has them."""
    start, end = (bound.moment.astimezone(UTC) for bound in bounds)
    if bounds[1].ends_a_minute:
        end += ONE_SECOND
    if end - start < timedelta(days=1):
        return f"--daily {start:%H:%M}-{end:%H:%M} --days 30"
    length = end - start
    while start + length <= now:
        start = start.replace(year=start.year + 1) if (start.month, start.day) != (2, 29) else start + timedelta(days=366)
    return " ".join(("--between", *(_written(each) for each in (start, start + length))))


def _written(moment: datetime) -> str:
    """A moment as `gatepost window` reads it."""
    return date_in_full(moment)[:10] if is_midnight(moment) else date_in_full(moment)


def _on(tree: StatementTree) -> str:
    """The resource, where it is one."""
    resources = () if tree.statement is None else tree.statement.resources or ()
    return f" --resource {resources[0]}" if len(resources) == 1 and resources[0] != "*" else ""


def _includes_end(upper: Bound) -> bool:
    return upper.condition.operator.base.endswith("Equals") or upper.ends_a_minute


def _split(document: Document, tree: StatementTree, bounds: tuple[Bound, Bound]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The statement as two: one before the window, one after it. The window begins with its start, as windows do."""
    lower, upper = bounds
    family, late = lower.condition.operator.base.partition("Greater")[0], upper.condition.operator.base.partition("Less")[0]
    before = replace(lower.condition.operator, base=f"{family}LessThan")
    after = replace(upper.condition.operator, base=f"{late}GreaterThan{'' if _includes_end(upper) else 'Equals'}")
    return (
        with_one_bound(document, tree, bounds, lower, before, "Before"),
        with_one_bound(document, tree, bounds, upper, after, "After"),
    )


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
