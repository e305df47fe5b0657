"""Rules on patterns and variables in values: wildcards where none is read, none where one is meant, variables that nobody fills.

Source: IAM User Guide, "String condition operators", "Policy variables".
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import statement_of, under_operator
from gatepost.lint.reach import claim, is_proved, part
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import is_negated
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import is_multivalued
from gatepost.policy.model import Condition, Effect
from gatepost.policy.operators import NULL, variables_of

BOTH: Final = ["ses:SendEmail", "ses:SendRawEmail"]
USERNAME: Final = re.compile(r"\$\{\s*aws:username\s*\}", re.IGNORECASE)
OWN_ADDRESS: Final = "${aws:username}@example.com"
LIKE: Final = {"StringLike": "StringEquals", "StringNotLike": "StringNotEquals"}
EQUALS: Final = {equals: like for like, equals in LIKE.items()}


def _on_ses_keys(document: Document, bases: tuple[str, ...]) -> Iterator[tuple[StatementTree, ConditionTree, Condition]]:
    """The conditions on SES's own keys with one of these operators."""
    for tree in document.statements:
        for pair, condition in tree.read_conditions():
            if condition.operator.base in bases and condition.key.lower().startswith("ses:"):
                yield tree, pair, condition


@rule(
    "SES_LIKE_WITHOUT_WILDCARD",
    Severity.SUGGESTION,
    bad=policy(allow(Action=BOTH, Condition=when("StringLike", "ses:FromDisplayName", "Marketing"))),
    good=policy(allow(Action=BOTH, Condition=when("StringEquals", "ses:FromDisplayName", "Marketing"))),
    solved=True,
)
def like_without_wildcard(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`StringLike` without a wildcard is `StringEquals`.

    AWS's own guide reads `"StringLike": {"ses:FromDisplayName": "Marketing"}` as a name that has Marketing in it; it is that name
    and no other. Write `*Marketing*` if that is meant, else `StringEquals`.
    """
    for tree, pair, condition in _on_ses_keys(document, tuple(LIKE)):
        if not any("*" in value or "?" in value for value in condition.values) and tree.statement is not None:
            base = LIKE[condition.operator.base]
            new = replace(condition.operator, base=base)
            edits = under_operator(document, tree, pair, str(new))
            fixed = statement_of(document, edits, tree.number)
            proved = fixed is not None and _same(document, tree, fixed.conditions)
            proof = "the statement speaks of the same requests as before" if proved else ""
            said = f"no wildcard stands in these values, so `{pair.operator}` is `{new}`"
            yield Hit(pair.operator_at, said, fixes=(Fix(f"write `{new}`", edits, proof),) if edits else ())


def _same(document: Document, tree: StatementTree, conditions: tuple[Condition, ...]) -> bool:
    assert tree.statement is not None  # noqa: S101 -- it has been read
    one = claim(tree.statement)
    other = replace(one, conditions=conditions)
    return is_proved(document, lambda asker: asker.equivalent(part(document, one), part(document, other)))


@rule(
    "SES_WILDCARD_IN_EQUALS",
    Severity.WARNING,
    bad=policy(allow(Action=BOTH, Condition=when("StringEquals", "ses:FromAddress", "*@example.com"))),
    good=policy(allow(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "*@example.com"))),
    supersedes=("WILDCARD_WITHOUT_LIKE_OPERATOR",),
)
def wildcard_in_equals(document: Document, _setting: Setting) -> Iterator[Hit]:
    """In `StringEquals` a star is a star.

    `"StringEquals": {"ses:FromAddress": "*@example.com"}` is the mailbox whose name is a star, and no other. An Allow with it
    allows nothing, a Deny denies nothing. Patterns take `StringLike`.
    """
    for tree, pair, condition in _on_ses_keys(document, (*EQUALS, "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")):
        for entry, value in zip(pair.element.entries(), condition.values, strict=True):
            if "*" in value.replace("${*}", "") or "?" in value.replace("${?}", ""):
                like = f"String{'Not' if is_negated(condition) else ''}Like"
                new = replace(condition.operator, base=like)
                edits = under_operator(document, tree, pair, str(new))
                said = f"`{pair.operator}` takes `{value}` by its letters, the star too; expected `{new}`"
                yield Hit(entry.at, said, fixes=(Fix(f"write `{new}`", edits, changes_meaning=True),) if edits else ())


@rule(
    "SES_VARIABLE_UNBOUND",
    Severity.WARNING,
    bad=policy(allow(Action=BOTH), deny(Action="ses:Send*", Condition=when("StringNotEquals", "ses:FromAddress", OWN_ADDRESS))),
    good=policy(
        allow(Action=BOTH, Condition=when("StringEquals", "ses:FromAddress", "${aws:PrincipalTag/address, 'none@example.com'}"))
    ),
)
def variable_unbound(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`${aws:username}` is there for users alone: for roles and federated sessions nothing stands for it.

    A value without one matches nothing. An Allow with it does not allow a role (a suggestion, where it is meant for users); a
    Deny with it does not stop one, and an Allow of all but it allows one everything (a security warning). A Deny of all but it
    denies roles whatever they do. Where roles come too, take `${aws:PrincipalTag/…}` with a default in single quotes.
    """
    if document.policy is None or not document.policy.has_variables:
        return
    for tree in document.statements:
        for pair, condition in tree.read_conditions():
            if tree.statement is None or condition.operator.base == NULL:
                continue
            if not any(each.key == "aws:username" and each.default is None for each in variables_of(condition, variables=True)):
                continue
            if condition.operator.qualifier is None and is_multivalued(condition.key.lower()):
                continue  # it holds of no value at all; another rule says so
            severity = ROLES[tree.statement.effect, is_negated(condition)]
            yield Hit(pair.element.at, f"`${{aws:username}}` is absent for roles: {_for_a_role(condition)}", severity=severity)


ROLES: Final = {
    (Effect.ALLOW, False): Severity.SUGGESTION,
    (Effect.ALLOW, True): Severity.SECURITY_WARNING,
    (Effect.DENY, False): Severity.SECURITY_WARNING,
    (Effect.DENY, True): Severity.WARNING,
}


def _for_a_role(condition: Condition) -> str:
    """What a condition says of a caller for whom nothing stands for the variable: values with it are as if they were not there."""
    if not all(USERNAME.search(value) for value in condition.values):
        return "a value with it matches nothing then, and the others decide"
    what = "every" if is_negated(condition) else "no"
    return f"of a role this holds of {what} request that carries `{condition.key}`"
