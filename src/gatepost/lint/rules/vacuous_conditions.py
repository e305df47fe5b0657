"""Rules on conditions that hold of everything, of nothing, or of a missing key, and so not of what they seem to say.

Source: IAM User Guide, "Condition operators", "Set operators for multivalued context keys".
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.edits import with_operator, written
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import At, Fix, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import always_carries
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import is_multivalued, is_single_valued
from gatepost.policy.operators import NULL
from gatepost.policy.pattern import is_star

ALWAYS, NEVER, PRESENT, ABSENT = "always", "never", "present", "absent"
# By negation and qualifier: of which requests a pattern that matches every value holds (`policy.operators`, rules 1 to 3).
HOLDS: Final = {
    (False, None): PRESENT,
    (False, "ForAnyValue"): PRESENT,
    (False, "ForAllValues"): ALWAYS,
    (True, None): ABSENT,
    (True, "ForAnyValue"): NEVER,
    (True, "ForAllValues"): ABSENT,
}
OF_SETS: Final = " (a set of empty values counts as missing)"
MFA: Final = "aws:multifactorauthpresent"
ANY_SENDER: Final = ("ses:FromAddress", "*")


def _holds(condition: ConditionTree) -> str | None:
    """Of which requests a condition with a bare `*` among its values holds; None where it has none."""
    comparison, operator = condition.comparison, condition.read_operator
    if comparison is None or operator is None or not comparison.wildcards:
        return None
    if operator.qualifier is None and is_multivalued(condition.key.lower()):
        return None  # it holds of no value at all; another rule tells that
    if comparison.name.startswith("Arn") and (condition.known_key is None or condition.known_key.type != "ARN"):
        return None  # what is no ARN is like no pattern of ARNs
    if not any(entry.scalar is not None and is_star(entry.scalar) for entry in condition.entries):
        return None
    if operator.qualifier is None and operator.if_exists and not comparison.negated:
        return ALWAYS
    return HOLDS[comparison.negated, operator.qualifier]


def _is_qualified(condition: ConditionTree) -> bool:
    return condition.read_operator is not None and condition.read_operator.qualifier is not None


def _holding(document: Document, which: str) -> Iterator[tuple[StatementTree, ConditionTree]]:
    for statement, condition in document.conditions():
        if _holds(condition) == which:
            yield statement, condition


@rule(
    "EQUIVALENT_TO_NULL_FALSE",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("StringLike", *ANY_SENDER))),
    good=policy(allow(Condition=when("Null", "ses:FromAddress", "false"))),
    of_aws=True,
)
def equivalent_to_null_false(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`*` matches every value, so the condition only asks that the key is there.

    If that is meant, `"Null": {key: "false"}` says so. If the value was to be bound, it is not: write the pattern that is meant.
    """
    for statement, condition in _holding(document, PRESENT):
        also = f", and not empty{OF_SETS}" if _is_qualified(condition) else ""
        message = f"`*` matches every value: all that this asks is that `{condition.key}` is there{also}"
        yield Hit(_star(condition), message, fixes=_as_null(statement, condition, "false"))


@rule(
    "EQUIVALENT_TO_NULL_TRUE",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("StringNotLike", *ANY_SENDER))),
    good=policy(allow(Condition=when("Null", "ses:FromAddress", "true"))),
    of_aws=True,
)
def equivalent_to_null_true(document: Document, _setting: Setting) -> Iterator[Hit]:
    """No value is unlike `*`, so the condition only holds where the key is missing.

    If that is meant, `"Null": {key: "true"}` says so.
    """
    for statement, condition in _holding(document, ABSENT):
        also = f", or empty{OF_SETS}" if _is_qualified(condition) else ""
        message = f"no value is unlike `*`: this holds only where `{condition.key}` is missing{also}"
        yield Hit(_star(condition), message, fixes=_as_null(statement, condition, "true"))


def _star(condition: ConditionTree) -> At:
    """Where the `*` stands."""
    return next(entry.at for entry in condition.entries if entry.scalar is not None and is_star(entry.scalar))


def _as_null(statement: StatementTree, condition: ConditionTree, value: str) -> tuple[Fix, ...]:
    """`Null` in the place of a condition on a key of one value; none where `Null` is there, or other keys share the operator."""
    operators = statement.elements["Condition"].members()
    operator = condition.read_operator
    bare = operator is not None and operator.base.startswith("String") and operator.qualifier is None
    if NULL in operators or len(operators[condition.operator].members()) != 1:
        return ()
    if not (bare and is_single_valued(condition.key.lower())):
        return ()
    edits = (written(condition.operator_at, NULL), written(condition.element.at, value))
    there = "there" if value == "false" else "missing"
    proof = f"`{condition.key}` is one value, and any value matches `*`: both hold where it is {there}, and nowhere else"
    return (Fix(f"write `Null` with `{value}`", edits, proof),)


@rule(
    "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("StringLikeIfExists", *ANY_SENDER))),
    good=policy(allow(Condition=when("StringLikeIfExists", "ses:FromAddress", "*@example.com"))),
    of_aws=True,
)
def redundant_key_due_to_wildcard_in_condition(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The condition always holds.

    `*` matches every value, and the operator also holds where there is none. Nothing is bound by it: write the pattern that is
    meant, or leave it out.
    """
    for _, condition in _holding(document, ALWAYS):
        yield Hit(condition.key_at, f"`{condition.operator}` with `*` always holds: `{condition.key}` is not bound by it")


@rule(
    "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("ForAnyValue:StringNotLike", "ses:Recipients", "*"))),
    good=policy(allow(Condition=when("ForAnyValue:StringNotLike", "ses:Recipients", "*@example.com"))),
    of_aws=True,
)
def redundant_statement_due_to_wildcard_in_condition(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The condition never holds, so the statement never applies.

    It asks for a value that is unlike `*`, and there is none.
    """
    for statement, condition in _holding(document, NEVER):
        yield Hit(condition.key_at, f"no value is unlike `*`, so {statement.name} never applies")


# --- keys that may be missing ---------------------------------------------------------------------------------------------


@rule(
    "IF_EXISTS_IN_ALLOW",
    Severity.SUGGESTION,
    bad=policy(allow(Action="ses:Send*", Condition=when("StringLikeIfExists", "ses:FromAddress", "*@example.com"))),
    good=policy(allow(Condition=when("StringLike", "ses:FromAddress", "*@example.com"))),
)
def if_exists_in_allow(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An Allow whose condition also holds where the key is missing.

    `…IfExists` asks nothing of a request without the key, and `ses:SendBulkEmail` for one carries no From address at all. In a Deny
    that is the careful reading; in an Allow it is a way around. Leave `IfExists` out, or allow such actions in a statement of their
    own. Not reported where every request carries the key, as `ses:SendEmail` does its From address.
    """
    for statement, condition in document.conditions():
        operator, comparison = condition.read_operator, condition.comparison
        if statement.effect != "Allow" or operator is None or comparison is None or condition.key.lower() == MFA:
            continue
        if operator.if_exists and operator.qualifier is None and not comparison.negated and _may_lack(statement, condition):
            yield Hit(condition.operator_at, f"{statement.name} also allows where `{condition.key}` is missing")


def _may_lack(statement: StatementTree, condition: ConditionTree) -> bool:
    """Whether a request of which the statement speaks may lack the key."""
    key = condition.key.lower()
    actions = [entry.text or "" for entry in statement.entries("Action")]
    return not actions or not all(always_carries(action, key) for action in actions)


@rule(
    "BAD_PATTERN_FOR_MFA",
    Severity.SECURITY_WARNING,
    bad=policy(deny(Condition=when("Bool", "aws:MultiFactorAuthPresent", "false"))),
    good=policy(deny(Condition=when("BoolIfExists", "aws:MultiFactorAuthPresent", "false"))),
)
def bad_pattern_for_mfa(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A demand for a second factor that access keys go around.

    Calls with a user's own access keys do not carry `aws:MultiFactorAuthPresent` at all. So a Deny with `Bool` and `false` does
    not hit them (write `BoolIfExists`), and an Allow with `BoolIfExists` and `true` lets them through (write `Bool`).
    """
    for statement, condition in document.conditions():
        if condition.key.lower() != MFA:
            continue
        values = {(entry.scalar or "").lower() for entry in condition.entries}
        if statement.effect == "Deny" and condition.operator == "Bool" and values == {"false"}:
            message, better = "calls with access keys do not carry this key, so they are not denied", "BoolIfExists"
        elif statement.effect == "Allow" and condition.operator == "BoolIfExists" and values == {"true"}:
            message, better = (
                "calls with access keys do not carry this key, so they are allowed without a second factor",
                "Bool",
            )
        else:
            continue
        fixes = with_operator(statement, condition, better)
        yield Hit(condition.operator_at, f"{message}; write `{better}`", fixes=fixes)
