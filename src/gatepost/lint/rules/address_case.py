"""Rules on addresses compared by case.

Source: SES Developer Guide, "Sending authorization policies": the address keys are compared with regard to case.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.examples import allow, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import patched, under_operator
from gatepost.lint.reach import claim, compared, exchanged, in_force, is_proved, part, shown, somebody
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import ADDRESSES, conditions_on, is_negated, lets_through, sends_of
from gatepost.lint.setting import Setting
from gatepost.policy.model import Condition, Effect, Statement
from gatepost.policy.pattern import glob, wild

BOTH: Final = ["ses:SendEmail", "ses:SendRawEmail"]

# --- case ---------------------------------------------------------------------------------------------------------------


@rule(
    "SES_CASE_SENSITIVE_ADDRESS",
    Severity.WARNING,
    bad=policy(allow(Action=BOTH, Condition=when("StringEquals", "ses:FromAddress", "Marketing@Example.com"))),
    good=policy(allow(Action=BOTH, Condition=when("StringEquals", "ses:FromAddress", "marketing@example.com"))),
    solved=True,
)
def case_sensitive_address(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`StringEquals` and `StringLike` tell `CEO@example.com` from `ceo@example.com`; mail does not.

    A Deny of an address is passed by writing it with another case, and an Allow with capitals misses the same address in small
    letters. Write `StringEqualsIgnoreCase` where the whole address is named. Patterns have no such form: turn the rule round, and
    allow by `StringLike` only those addresses that may be named, for what an Allow does not match is not allowed.
    """
    if document.policy is None:
        return
    for tree in document.statements:
        for pair, condition in conditions_on(tree, *ADDRESSES):
            if tree.statement is None or condition.operator.base.endswith("IgnoreCase") or not sends_of(tree.statement):
                continue
            if lets_through(tree.statement, condition):
                yield from _capitals(document, tree, pair, condition)
            else:
                yield from _bypassed(document, tree, tree.statement, pair, condition)


def _capitals(document: Document, tree: StatementTree, pair: ConditionTree, condition: Condition) -> Iterator[Hit]:
    for entry, value in zip(pair.element.entries(), condition.values, strict=True):
        plain = value.lower()
        if value != plain and "${" not in value:
            yield Hit(
                entry.at,
                f"`{value}` does not match `{plain}`: case counts here",
                fixes=_ignoring_case(document, tree, pair, condition),
            )


def _bypassed(
    document: Document, tree: StatementTree, statement: Statement, pair: ConditionTree, condition: Condition
) -> Iterator[Hit]:
    """The first value that somebody passes by writing it with another case."""
    base = "StringLike" if condition.operator.base.endswith("Like") else "StringEquals"
    qualifier = "ForAnyValue" if condition.operator.qualifier else None
    for entry, value in zip(pair.element.entries(), condition.values, strict=True):
        other = _other_case(value)
        if other == value or "${" in value:
            continue
        same = compared(base, condition.key, other, qualifier=qualifier)
        request = somebody(document).overlap(in_force(document), part(document, exchanged(statement, condition, same)))
        if request is not None:
            address = _address(request.context[condition.key.lower()], other)
            yield Hit(
                entry.at,
                f"`{value}` does not match `{address}`: whoever changes the case gets by",
                shown(request, f"allowed, though it is `{value}` but for the case"),
                _ignoring_case(document, tree, pair, condition),
                severity=Severity.SECURITY_WARNING,
            )
            return


def _other_case(value: str) -> str:
    """The pattern with the letters of its mailbox in the other case; those of its domain where the mailbox has none."""
    mailbox, at, domain = value.partition("@")
    return f"{mailbox.swapcase()}{at}{domain}" if mailbox.swapcase() != mailbox else value.swapcase()


def _address(given: str | tuple[str, ...], pattern: str) -> str:
    """Which of the addresses of a request matches."""
    addresses = (given,) if isinstance(given, str) else given
    return next((each for each in addresses if glob(wild(pattern), each)), addresses[0])


def _ignoring_case(document: Document, tree: StatementTree, pair: ConditionTree, condition: Condition) -> tuple[Fix, ...]:
    """The operator that ignores case, where the values have no wildcards."""
    base, statement = condition.operator.base, tree.statement
    if statement is None or (base.endswith("Like") and any("*" in value or "?" in value for value in condition.values)):
        return ()
    new = replace(condition.operator, base=f"String{'Not' if is_negated(condition) else ''}EqualsIgnoreCase")
    edits = under_operator(document, tree, pair, str(new))
    fixed = patched(document, edits).policy
    if not edits or fixed is None:
        return ()
    # Without regard to case more addresses are equal: a positive condition holds of more, a negated one of fewer.
    one, other = part(document, claim(statement)), part(document, claim(fixed.statements[tree.number]))
    less, more = (other, one) if is_negated(condition) else (one, other)
    proved = is_proved(document, lambda asker: asker.narrower(less, more))
    proof = "the statement speaks of the same addresses in every case, and of no others" if proved else ""
    widens = statement.effect is Effect.ALLOW and not is_negated(condition)
    return (Fix(f"write `{new}`", edits, proof, changes_meaning=True, widens=widens),)
