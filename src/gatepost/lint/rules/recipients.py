"""Rules on who receives: `ses:Recipients`, a key of several values.

`ses:Recipients` holds To, Cc and Bcc of one message, at most fifty. Source: SES Developer Guide, "Sending authorization
policies"; IAM User Guide, "Multivalued context keys".
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import Json, moved, statement_of, under_operator, with_condition, with_conditions
from gatepost.lint.reach import (
    claim,
    compared,
    everything,
    exchanged,
    in_force,
    is_none,
    is_proved,
    narrowed,
    part,
    shown,
    somebody,
    undenied,
)
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import RECIPIENTS, TO_SOMEBODY, conditions_on
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import spelled
from gatepost.policy.model import Condition, Effect, Operator, Statement
from gatepost.policy.operators import COMPARISONS, NULL
from gatepost.reasoning.choices import carriers, spoken_of

ALL: Final = "ForAllValues"
ANY: Final = "ForAnyValue"
BOTH: Final = ["ses:SendEmail", "ses:SendRawEmail"]
OURS: Final = ("ses:Recipients", "*@example.com")
ONLY_OURS: Final = {**when("ForAllValues:StringLike", *OURS), **when("Null", "ses:Recipients", "false")}
Found = tuple[StatementTree, Statement, ConditionTree, Condition]


def _on_recipients(document: Document, effect: Effect, qualifier: str | None) -> Iterator[Found]:
    """The conditions on recipients, of statements of this effect, with this set prefix."""
    for tree in document.statements:
        if tree.statement is not None and tree.statement.effect is effect:
            for pair, condition in conditions_on(tree, RECIPIENTS):
                if condition.operator.qualifier == qualifier:
                    yield tree, tree.statement, pair, condition


# --- one of several is enough -------------------------------------------------------------------------------------------


@rule(
    "SES_RECIPIENTS_FORANY_ALLOW",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action=BOTH, Condition=when("ForAnyValue:StringLike", *OURS))),
    good=policy(allow(Action=BOTH, Condition=ONLY_OURS)),
    solved=True,
)
def recipients_forany_allow(document: Document, _setting: Setting) -> Iterator[Hit]:
    """One recipient who may be written to lets every other ride along.

    `ForAnyValue` holds as soon as one of the message's recipients matches. An Allow with it lets a message go to anybody, if only
    one of its addresses is a good one. Write `ForAllValues`, and beside it `"Null": {"ses:Recipients": "false"}`, for of no
    recipients all hold.
    """
    for tree, statement, pair, condition in _on_recipients(document, Effect.ALLOW, ANY):
        opposite = _opposite(condition.operator)
        if opposite is None:
            continue
        stray = narrowed(statement, replace(condition, operator=opposite))
        request = somebody(document).overlap(in_force(document), part(document, stray))
        if request is not None:
            yield Hit(
                pair.operator_at,
                "one matching recipient is enough: the message goes to all the others, too",
                shown(request, "allowed, though one of its recipients does not match"),
                _every_recipient(document, tree, pair, condition),
            )


def _opposite(operator: Operator) -> Operator | None:
    """The operator that holds of the values that this one does not match; None where there is none."""
    positive = operator.base.replace("Not", "", 1)
    negated = next((name for name in COMPARISONS if name != positive and name.replace("Not", "", 1) == positive), None)
    other = positive if "Not" in operator.base else negated
    return None if other is None else Operator(other, ANY)


def _every_recipient(document: Document, tree: StatementTree, pair: ConditionTree, condition: Condition) -> tuple[Fix, ...]:
    """`ForAllValues`, and `Null` beside it; proved to let no recipient through that does not match."""
    operator, opposite = Operator(condition.operator.base, ALL), _opposite(condition.operator)
    operators = tree.elements["Condition"].members()
    if opposite is None or any(name in operators and pair.key in operators[name].members() for name in (str(operator), NULL)):
        return ()

    def strict(conditions: Json) -> Json:
        changed = moved(conditions, pair, str(operator))
        changed.setdefault(NULL, {})[pair.key] = "false"
        return changed

    edits = (with_conditions(document, tree, strict),)
    fixed = statement_of(document, edits, tree.number)
    if fixed is None or tree.statement is None:
        return ()
    outside = exchanged(tree.statement, condition, replace(condition, operator=opposite))
    proved = is_none(document, lambda asker: asker.overlap(part(document, fixed), part(document, outside)))
    proof = "no message is allowed by it that has a recipient who does not match" if proved else ""
    return (Fix(f"write `{operator}`, and `{NULL}` beside it", edits, proof, changes_meaning=True),)


@rule(
    "SES_RECIPIENTS_FORALL_DENY",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action=BOTH), deny(Action=BOTH, Condition=when("ForAllValues:StringNotLike", *OURS))),
    good=policy(allow(Action=BOTH), deny(Action=BOTH, Condition=when("ForAnyValue:StringNotLike", *OURS))),
    solved=True,
)
def recipients_forall_deny(document: Document, _setting: Setting) -> Iterator[Hit]:
    """One harmless recipient defeats a Deny with `ForAllValues`.

    It holds only where every recipient matches, so a message to a forbidden address passes with a harmless one beside it. A Deny
    takes `ForAnyValue`: one forbidden recipient is enough.
    """
    for tree, statement, pair, condition in _on_recipients(document, Effect.DENY, ALL):
        one = replace(condition, operator=Operator(condition.operator.base, ANY))
        request = somebody(document).overlap(in_force(document), part(document, exchanged(statement, condition, one)))
        if request is not None:
            yield Hit(
                pair.operator_at,
                "this Deny holds only where every recipient matches: one more recipient who does not, and the message passes",
                shown(request, "allowed, though one of its recipients is forbidden"),
                _one_is_enough(document, tree, pair, condition),
            )


def _one_is_enough(document: Document, tree: StatementTree, pair: ConditionTree, condition: Condition) -> tuple[Fix, ...]:
    operator = Operator(condition.operator.base, ANY)
    edits = under_operator(document, tree, pair, str(operator))
    fixed = statement_of(document, edits, tree.number)
    if not edits or fixed is None or tree.statement is None:
        return ()
    forbidden = exchanged(tree.statement, condition, replace(condition, operator=operator))
    proved = is_none(document, lambda asker: asker.overlap(undenied(document, fixed), part(document, forbidden)))
    proof = "it denies every message with a recipient who matches" if proved else ""
    return (Fix(f"write `{operator}`", edits, proof, changes_meaning=True),)


# --- no recipients at all -----------------------------------------------------------------------------------------------


@rule(
    "SES_FORALL_MISSING_KEY",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action="ses:Send*", Condition=when("ForAllValues:StringLike", *OURS))),
    good=policy(allow(Action="ses:Send*", Condition=ONLY_OURS)),
    solved=True,
)
def forall_missing_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`ForAllValues` is true of a request that does not carry the key.

    Of no values all hold. So an Allow with it allows `ses:SendBulkEmail`, whose requests do not say their recipients, to anybody.
    Put `"Null": {"ses:Recipients": "false"}` beside it. Not reported where every action carries recipients, as `ses:SendEmail`
    and `ses:SendRawEmail` do: no message goes to nobody. A Deny with it fires on every call without the key: with `ses:*` also on
    `ses:GetSendQuota`.
    """
    for tree, statement, pair, condition in _on_recipients(document, Effect.ALLOW, ALL):
        without = narrowed(statement, compared(NULL, condition.key, "true"))
        others = replace(everything(document), effect=Effect.DENY, actions=TO_SOMEBODY)
        request = somebody(document).overlap(in_force(document), part(document, without, others))
        if request is not None:
            edits = with_condition(document, tree, NULL, pair.key, "false")
            fixed = statement_of(document, edits, tree.number)
            there = narrowed(statement, compared(NULL, condition.key, "false"))
            proved = fixed is not None and _same(document, fixed, there)
            proof = "it allows what it allowed, but for requests that do not say their recipients" if proved else ""
            yield Hit(
                pair.operator_at,
                "true also of requests that do not say their recipients",
                shown(request, f"allowed: it carries no {spelled(RECIPIENTS)}"),
                (Fix(f'put "{NULL}" beside it', edits, proof, changes_meaning=True),) if edits else (),
            )
    for _tree, statement, pair, _condition in _on_recipients(document, Effect.DENY, ALL):
        mask = carriers(RECIPIENTS) or 0
        beyond = [each for each in statement.actions or ("*",) if each == "*" or not each.lower().startswith("ses:send")]
        if beyond and spoken_of(statement) & ~mask:
            calls = replace(claim(statement), actions=("ses:Get*", "ses:List*"), not_actions=None)
            request = somebody(document).overlap(part(document, claim(statement)), part(document, calls))
            if request is not None:
                said = f"true also of calls without recipients, so `{request.action}` is denied as well"
                yield Hit(pair.operator_at, said, shown(request, f"denied: it carries no {spelled(RECIPIENTS)}"))


def _same(document: Document, one: Statement, other: Statement) -> bool:
    return is_proved(document, lambda asker: asker.equivalent(part(document, claim(one)), part(document, claim(other))))


# --- no prefix ------------------------------------------ ------------------------------------------------------------------


@rule(
    "SES_RECIPIENTS_NO_QUALIFIER",
    Severity.ERROR,
    bad=policy(allow(Action=BOTH), deny(Action=BOTH, Condition=when("StringLike", "ses:Recipients", "*@competitor.example"))),
    good=policy(
        allow(Action=BOTH),
        deny(Action=BOTH, Condition=when("ForAnyValue:StringLike", "ses:Recipients", "*@competitor.example")),
    ),
    solved=True,
    supersedes=("MISSING_QUALIFIER",),
)
def recipients_no_qualifier(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`ses:Recipients` is a set, and an operator without `ForAllValues` or `ForAnyValue` never holds of a set.

    Not even of a set of one. A Deny without the prefix denies no message that says its recipients, and an Allow allows none. To
    deny messages that have one such recipient write `ForAnyValue`; to allow those of which every recipient matches write
    `ForAllValues`, with `Null` beside it.
    """
    for effect in Effect:
        for tree, statement, pair, condition in _on_recipients(document, effect, None):
            allowing = effect is Effect.ALLOW
            fixes = (
                tuple(replace(fix, widens=True) for fix in _every_recipient(document, tree, pair, condition))
                if allowing
                else _one_is_enough(document, tree, pair, condition)
            )
            does = "allows" if allowing else "denies"
            prefix = ALL if allowing else ANY
            request = None
            if not allowing:
                one = replace(condition, operator=Operator(condition.operator.base, ANY))
                request = somebody(document).overlap(in_force(document), part(document, exchanged(statement, condition, one)))
            yield Hit(
                pair.key_at,
                f"`{pair.operator}` never holds of recipients, so {tree.name} {does} no message that says its recipients; "
                f"expected `{prefix}:{pair.operator}`",
                shown(request, "allowed, though this Deny names its recipient"),
                fixes,
            )
