"""Rules on actions beside condition keys that those actions do not carry.

Source: Service Authorization Reference, the condition keys of each action; IAM User Guide, "Pass session tags in STS".
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import ConditionTree, Document, Element, StatementTree
from gatepost.lint.examples import allow, deny, policy, trust, when
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.actions import covered
from gatepost.lint.setting import Setting
from gatepost.policy import catalogue
from gatepost.policy.match import covers_action
from gatepost.policy.operators import holds_of_none
from gatepost.policy.read import PolicyKind


@rule(
    "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
    Severity.ERROR,
    bad=policy(
        allow(Action=["ses:SendEmail", "ses:ListIdentities"], Condition=when("StringLike", "ses:FromAddress", "*@example.com"))
    ),
    good=policy(
        allow(Action=["ses:SendEmail", "ses:SendRawEmail"], Condition=when("StringLike", "ses:FromAddress", "*@example.com"))
    ),
    of_aws=True,
)
def unsupported_action_for_condition_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An action in a statement whose condition asks what that action never tells.

    A request carries only the keys of its action: listing identities has no From address. There a positive condition never holds,
    so an Allow does not allow it and a Deny does not deny it; a negated one always holds. Put the action into a statement of its
    own.
    """
    for statement, condition in document.conditions():
        operator, known = condition.read_operator, condition.known_key
        service, _, name = condition.key.lower().partition(":")
        if condition.comparison is None or operator is None or known is None or "/" in name:
            continue
        if service == "sts" or service not in catalogue.services() or operator.if_exists:
            continue  # a session's tags and source are asked together with the role: their keys are in one request
        holds = "always holds" if holds_of_none(operator) else "never holds"
        for entry in statement.entries("Action"):
            action = catalogue.action(entry.text or "")
            if action is not None and known.name.lower() not in map(str.lower, action.condition_keys):
                message = f"`{entry.text}` carries no `{known.name}`, so the condition {holds} of it"
                yield Hit(entry.at, message)


@rule(
    "MISSING_ACTION_FOR_CONDITION_KEY",
    Severity.ERROR,
    bad=policy(trust(Condition=when("StringLike", "sts:SourceIdentity", "*"))),
    good=policy(
        trust(Action=["sts:AssumeRole", "sts:SetSourceIdentity"], Condition=when("StringLike", "sts:SourceIdentity", "*"))
    ),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def missing_action_for_condition_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A condition on what only another action may set.

    A session gets its source identity by `sts:SetSourceIdentity` and its tags by `sts:TagSession`, which must be allowed beside
    `sts:AssumeRole`; else no session has them, and the condition never holds.
    """
    for statement, condition in document.conditions():
        needed = _setter(condition.key.lower())
        if needed is None or statement.effect != "Allow" or condition.comparison is None or condition.comparison.negated:
            continue
        actions = [entry.text or "" for entry in statement.entries("Action")]
        assumes = any(covers_action(action, "sts:assumerole") for action in actions)
        if assumes and not any(covers_action(action, needed.lower()) for action in actions):
            yield Hit(condition.key_at, f"`{condition.key}` is set by `{needed}` alone, which {statement.name} does not allow")


def _setter(key: str) -> str | None:
    if key == "sts:sourceidentity":
        return "sts:SetSourceIdentity"
    return "sts:TagSession" if key in ("sts:transitivetagkeys", "aws:tagkeys") or key.startswith("aws:requesttag/") else None


# --- actions and tags -----------------------------------------------------------------------------------------------------


OF_RESOURCES: Final = "aws:resourcetag/"


def _untagged(statement: StatementTree) -> Iterator[tuple[ConditionTree, Element, bool]]:
    """Each condition on the tags of a resource, with each action beside it that has no resource to be tagged.

    The last says whether the condition holds of such an action, as negated ones and those with `IfExists` do.
    """
    for condition in statement.conditions():
        operator = condition.read_operator
        if condition.comparison is None or operator is None or not condition.key.lower().startswith(OF_RESOURCES):
            continue
        for entry in statement.entries("Action"):
            actions = covered(entry.text or "")
            if actions and not any(action.resource_types for action in actions):
                yield condition, entry, holds_of_none(operator)


@rule(
    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    Severity.SECURITY_WARNING,
    bad=policy(deny(Action="ses:DeleteIdentity", Condition=when("StringEquals", "aws:ResourceTag/team", "mail"))),
    good=policy(deny(Action="ses:DeleteEmailIdentity", Condition=when("StringEquals", "aws:ResourceTag/team", "mail"))),
    of_aws=True,
)
def deny_with_unsupported_tag_condition_key_for_service(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Deny by a tag, of an action that is on no resource.

    There is nothing that could have the tag, so the condition does not hold and the statement does not deny the action. Deny it
    in a statement without the condition. Not reported where the condition holds of a missing tag (`StringNotEquals`,
    `…IfExists`): there the action is denied.
    """
    for statement in document.statements:
        if statement.effect == "Deny":
            for condition, entry, holds in _untagged(statement):
                if not holds:
                    said = f"`{entry.text}` is on no resource that could have the tag of `{condition.key}`"
                    yield Hit(entry.at, f"{said}: {statement.name} never denies it")


@rule(
    "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    Severity.SUGGESTION,
    bad=policy(allow(Action="ses:DeleteIdentity", Condition=when("StringEquals", "aws:ResourceTag/team", "mail"))),
    good=policy(allow(Action="ses:DeleteEmailIdentity", Condition=when("StringEquals", "aws:ResourceTag/team", "mail"))),
    of_aws=True,
)
def allow_with_unsupported_tag_condition_key_for_service(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An Allow by a tag, of an action that is on no resource.

    There is nothing that could have the tag. So a positive condition never holds, and the action is not allowed; a negated one,
    or one with `IfExists`, always holds, and the tag binds nothing. Allow the action in a statement without the condition.
    """
    for statement in document.statements:
        if statement.effect == "Allow":
            for condition, entry, holds in _untagged(statement):
                said = f"`{entry.text}` is on no resource that could have the tag of `{condition.key}`"
                yield Hit(entry.at, f"{said}: the condition {'always' if holds else 'never'} holds of it")


@rule(
    "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    Severity.SECURITY_WARNING,
    bad=policy(
        deny(
            Action=None,
            NotAction="ses:SendEmail",
            Condition=when("StringNotEquals", "aws:ResourceTag/team", "mail"),
        )
    ),
    good=policy(deny(Action="ses:DeleteEmailIdentity", Condition=when("StringNotEquals", "aws:ResourceTag/team", "mail"))),
    of_aws=True,
)
def deny_notaction_with_unsupported_tag_condition_key_for_service(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Deny of all actions but some, by a tag.

    Many of these actions are on no resource, or on one that has no tags. There a positive condition never holds and the Deny does
    not apply; a negated one always holds, and all of them are denied. Name the actions in `Action`.
    """
    yield from _not_action_by_tag(document, "Deny")


@rule(
    "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    Severity.SUGGESTION,
    bad=policy(allow(Action=None, NotAction="ses:SendEmail", Condition=when("StringEquals", "aws:ResourceTag/team", "mail"))),
    good=policy(allow(Action="ses:DeleteEmailIdentity", Condition=when("StringEquals", "aws:ResourceTag/team", "mail"))),
    of_aws=True,
)
def allow_notaction_with_unsupported_tag_condition_key_for_service(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An Allow of all actions but some, by a tag.

    Of actions on no resource, or on one that has no tags, a positive condition never holds and a negated one always does, and which
    these are the statement does not say. Name the actions in `Action`.
    """
    yield from _not_action_by_tag(document, "Allow")


def _not_action_by_tag(document: Document, effect: str) -> Iterator[Hit]:
    for statement, condition in document.conditions():
        is_by_tag = condition.key.lower().startswith(OF_RESOURCES)
        if is_by_tag and "NotAction" in statement.elements and statement.effect == effect:
            always = "always" if _holds_untagged(condition) else "never"
            message = f"{statement.name} speaks of actions on what has no tags too: there `{condition.operator}` {always} holds"
            yield Hit(condition.key_at, message)


def _holds_untagged(condition: ConditionTree) -> bool:
    operator = condition.read_operator
    if operator is None or condition.comparison is None:
        return any((entry.scalar or "").lower() == "true" for entry in condition.entries)
    return holds_of_none(operator)
