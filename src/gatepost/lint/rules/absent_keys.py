"""Rules on keys that the requests of an action do not carry, and on operators that say something else of an absent key.

Source: service authorization reference of SES.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import patched, rewritten, statement_of, under_operator, value_of
from gatepost.lint.reach import (
    allows_of,
    compared,
    everything,
    exchanged,
    grants,
    in_force,
    is_proved,
    narrowed,
    part,
    shown,
    somebody,
)
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import (
    ADDRESSES,
    DISPLAY_NAME,
    FEEDBACK,
    FROM,
    WHOLE_FAMILY,
    carries,
    conditions_on,
    is_negated,
    sends_of,
)
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import spelled
from gatepost.policy.match import covers_action
from gatepost.policy.model import Condition, Effect, Statement
from gatepost.policy.operators import NULL, holds_of_none
from gatepost.policy.request import Request
from gatepost.reasoning.choices import carriers, spoken_of

SENDS: Final = Statement(Effect.ALLOW, actions=(WHOLE_FAMILY,), resources=("*",))
READING: Final = ("ses:GetSend*", "ses:ListIdentities")
BOTH: Final = ["ses:SendEmail", "ses:SendRawEmail"]
NEWS: Final = when("StringLike", "ses:FromAddress", "news@example.com")

# --- keys that an action does not carry ---------------------------------------------------------------------------------


@rule(
    "SES_KEY_NOT_SET_BY_ACTION",
    Severity.SECURITY_WARNING,
    bad=policy(
        allow(Action="ses:Send*", Condition=NEWS),
        allow(Action="ses:SendBulkEmail"),
        deny(Action="ses:Send*", Condition=when("StringLike", "ses:FromAddress", "ceo@*")),
    ),
    good=policy(
        allow(Action=BOTH, Condition=NEWS),
        deny(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "ceo@*")),
    ),
    solved=True,
)
def key_not_set_by_action(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`ses:SendBulkEmail` says neither who is named as the sender nor who receives.

    Its requests carry no `ses:FromAddress` and no `ses:Recipients`, as the service authorization reference has it,
    `ses:SendBounce` no recipients. So a Deny with such a condition does not stop them, and an Allow with one does not allow them,
    unless the operator is a negated one: then it lets them all through. Deny these actions without the condition, or leave them
    out of the Allow. (That a reference lists no such key is the source of this rule; it has not been tried against AWS.)
    """
    if document.policy is None:
        return
    for tree in document.statements:
        statement = tree.statement
        if statement is None:
            continue
        for pair, condition in conditions_on(tree, *ADDRESSES):
            key = condition.key.lower()
            without = [name for name in sends_of(statement) if not carries(name, key)]
            within = [name for name in sends_of(statement) if carries(name, key)]
            if without and condition.operator.qualifier != "ForAllValues":
                yield from _not_set(document, tree, statement, pair, condition, (without, within))


def _not_set(
    document: Document,
    tree: StatementTree,
    statement: Statement,
    pair: ConditionTree,
    condition: Condition,
    sends: tuple[list[str], list[str]],
) -> Iterator[Hit]:
    without, within = sends
    key = spelled(condition.key.lower())
    passes = holds_of_none(condition.operator)
    if statement.effect is Effect.ALLOW and not passes:
        named = [
            name
            for name in without
            if any(covers_action(each, name.lower()) and not _many(each) for each in statement.actions or ())
        ]
        if named and (not within or grants(document)):
            said = f"`{named[0]}` carries no {key}, so this condition never holds of it and {tree.name} does not allow it"
            yield Hit(pair.key_at, said, severity=Severity.WARNING)
        return
    if passes and statement.effect is Effect.DENY:
        return
    forgotten = replace(exchanged(statement, condition), actions=tuple(without), not_actions=None)
    request = somebody(document).overlap(in_force(document), part(document, forgotten))
    if request is None:
        return
    if statement.effect is Effect.ALLOW:
        said = f"`{request.action}` carries no {key}, so this condition holds of it always, whatever is sent"
    else:
        said = f"`{request.action}` carries no {key}, so this Deny cannot stop it"
    yield Hit(pair.key_at, said, shown(request, f"allowed: the request carries no {key}"))


def _many(entry: str) -> bool:
    return "*" in entry or "?" in entry


# --- calls without the key ----------------------------------------------------------------------------------------------


@rule(
    "SES_NEGATED_MISSING",
    Severity.WARNING,
    bad=policy(
        allow(Action="ses:*"), deny(Action="ses:*", Condition=when("StringNotLike", "ses:FromAddress", "*@example.com"))
    ),
    good=policy(
        allow(Action="ses:*"), deny(Action="ses:Send*", Condition=when("StringNotLike", "ses:FromAddress", "*@example.com"))
    ),
    solved=True,
)
def negated_missing(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A negated condition holds of every call that does not carry its key.

    "Deny `ses:*` unless From is ours" denies `ses:GetSendQuota` and `ses:ListIdentities` too: they have no From, and what is
    absent is not like anything. Let the Deny speak of `ses:Send*` alone.
    """
    if document.policy is None:
        return
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.effect is not Effect.DENY:
            continue
        for pair, condition in conditions_on(tree, *ADDRESSES, DISPLAY_NAME):
            mask = carriers(condition.key.lower()) or 0
            wide = [
                each
                for each in statement.actions or ()
                if each == "*" or (each.lower().startswith("ses:") and _goes_beyond(each))
            ]
            if condition.operator.qualifier or not is_negated(condition) or not spoken_of(statement) & ~mask or not wide:
                continue
            request = _call(document, narrowed(statement, compared(NULL, condition.key, "true")))
            if request is not None:
                yield Hit(
                    pair.key_at,
                    f"calls without {spelled(condition.key.lower())} are denied as well, such as `{request.action}`",
                    shown(request, f"denied: it carries no {spelled(condition.key.lower())}"),
                    _sends_alone(document, tree, wide),
                )


def _call(document: Document, denied: Statement) -> Request | None:
    """A call that is denied and would be allowed, and sends nothing: one that reads, where there is one."""
    allows = part(document, *(allows_of(document) or (everything(document),)))
    others = (replace(SENDS, actions=None, not_actions=READING, effect=Effect.DENY), replace(SENDS, effect=Effect.DENY))
    found = (somebody(document).overlap(allows, part(document, denied, each)) for each in others)
    return next((request for request in found if request is not None), None)


def _goes_beyond(entry: str) -> bool:
    return _many(entry) and not entry.lower().startswith("ses:send")


def _sends_alone(document: Document, tree: StatementTree, wide: list[str]) -> tuple[Fix, ...]:
    element = tree.elements["Action"]
    entries = value_of(document, element)
    listed = entries if isinstance(entries, list) else [entries]
    kept = list(dict.fromkeys(WHOLE_FAMILY if each in wide else each for each in listed))
    edits = (rewritten(document, element, kept if len(kept) > 1 else kept[0]),)
    fixed = patched(document, edits).policy
    if fixed is None or tree.statement is None:
        return ()
    new = fixed.statements[tree.number]
    sends = replace(everything(document), actions=(WHOLE_FAMILY,))
    old = part(document, sends, tree.statement)
    same = is_proved(document, lambda asker: asker.equivalent(old, part(document, sends, new)))
    proof = "of what sends mail it denies the same as before, and of other calls nothing" if same else ""
    return (Fix("let the Deny speak of `ses:Send*` alone", edits, proof, changes_meaning=True),)


# --- prefixes on keys of one value --------------------------------------------------------------------------------------


@rule(
    "SES_SINGLE_KEY_QUALIFIER",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action=BOTH, Condition=when("ForAllValues:StringLike", "ses:FromAddress", "*@example.com"))),
    good=policy(allow(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "*@example.com"))),
    solved=True,
    supersedes=("FORALLVALUES_WITH_SINGLE_VALUED_KEY",),
)
def single_key_qualifier(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`ForAllValues` and `ForAnyValue` do not belong to a key of one value.

    There is one From address. `ForAllValues` is true where it is absent, so an Allow with it lets `ses:SendBulkEmail` through,
    which carries none; `ForAnyValue` on a negated operator is false there, so a Deny lets it through. Write the operator without
    a prefix.
    """
    for tree in document.statements:
        for pair, condition in conditions_on(tree, FROM, FEEDBACK, DISPLAY_NAME):
            if condition.operator.qualifier is None or tree.statement is None or not sends_of(tree.statement):
                continue
            plain = replace(condition.operator, qualifier=None)
            edits = under_operator(document, tree, pair, str(plain))
            fixed = statement_of(document, edits, tree.number)
            absent = condition.operator.qualifier == "ForAllValues"
            said = "true where it is absent" if absent else "false where it is absent" if is_negated(condition) else "needless"
            key = spelled(condition.key.lower())
            there = compared(NULL, condition.key, "false")
            proved = fixed is not None and _same(document, narrowed(tree.statement, there), narrowed(fixed, there))
            widens = tree.statement.effect is Effect.ALLOW and is_negated(condition) and not absent
            proof = f"it speaks of the same requests, of those that carry {key}" if proved else ""
            yield Hit(
                pair.key_at,
                f"{key} has one value: `{condition.operator.qualifier}` is {said}; expected `{plain}`",
                fixes=(Fix(f"write `{plain}`", edits, proof, changes_meaning=True, widens=widens),) if edits else (),
            )


def _same(document: Document, one: Statement, other: Statement) -> bool:
    return is_proved(document, lambda asker: asker.equivalent(part(document, one), part(document, other)))
