"""Sending as policies see it: the family of actions that send mail, and the statements that speak of them.

Source: service authorization reference of SES (`policy.catalogue`); SES Developer Guide, "Controlling access".
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.finding import At
from gatepost.lint.reach import grants
from gatepost.policy.catalogue import action
from gatepost.policy.match import speaks_of_action
from gatepost.policy.model import Condition, Effect, Statement
from gatepost.policy.operators import COMPARISONS, NULL
from gatepost.policy.pattern import glob, wild

FAMILY: Final = (
    "ses:SendEmail", "ses:SendRawEmail", "ses:SendTemplatedEmail", "ses:SendBulkTemplatedEmail", "ses:SendBulkEmail",
    "ses:SendBounce", "ses:SendCustomVerificationEmail",
)  # fmt: skip
WHOLE_FAMILY: Final = "ses:Send*"
FROM: Final = "ses:fromaddress"
DISPLAY_NAME: Final = "ses:fromdisplayname"
FEEDBACK: Final = "ses:feedbackaddress"
RECIPIENTS: Final = "ses:recipients"
ADDRESSES: Final = (FROM, FEEDBACK, RECIPIENTS)
# IAM User Guide, "AWS global condition context keys": in every request.
ALWAYS_THERE: Final = ("aws:currenttime", "aws:epochtime", "aws:requestedregion", "aws:securetransport", "aws:viaawsservice")


@lru_cache(maxsize=1024)
def carries(name: str, key: str) -> bool:
    """Whether a request for an action carries a key (lower case) of SES."""
    known = action(name)
    return known is not None and any(key == listed.lower() for listed in known.condition_keys)


TO_SOMEBODY: Final = tuple(name for name in FAMILY if carries(name, RECIPIENTS))  # SES refuses a message to nobody


def always_carries(name: str, key: str) -> bool:
    """Whether no request for an action lacks a key (lower case): every message has a sender, and those it says it goes to."""
    return key in ALWAYS_THERE or (key in (FROM, RECIPIENTS) and carries(name, key))


def sends_of(statement: Statement) -> tuple[str, ...]:
    """Which of the family a statement speaks of."""
    if not _may_speak_of_ses(statement):
        return ()
    return tuple(name for name in FAMILY if speaks_of_action(statement, name.lower()))


def names_ses(statement: Statement) -> bool:
    """Whether its `Action` names SES, and not just everything."""
    return any(entry[:4].lower() == "ses:" for entry in statement.actions or ())


def speaks_of_ses(document: Document, at: At) -> bool:
    """Whether the statement in which a place is may be about SES; of a place in none, whether any statement may."""
    inside = [each for each in document.statements if each.at.start <= at.start and at.end <= each.at.end]
    return any(map(_is_about_ses, inside or document.statements))


def _is_about_ses(tree: StatementTree) -> bool:
    """Whether its actions may be of SES, on resources that may be; what is not written excludes nothing."""
    actions, resources = ([entry.text or "" for entry in tree.entries(name)] for name in ("Action", "Resource"))
    return (not actions or any(map(_may_be_ses, actions))) and (not resources or any(map(_is_in_ses, resources)))


def _may_be_ses(action: str) -> bool:
    service, colon, _ = action.lower().partition(":")
    return glob(wild(service), "ses") or (not colon and "*" in service)


def _is_in_ses(resource: str) -> bool:
    service = resource.split(":")[2:3]
    return not service or "$" in resource.partition(":ses:")[0] or glob(wild(service[0].lower()), "ses")


def senders(document: Document) -> Iterator[tuple[StatementTree, Statement]]:
    """The Allows by which somebody is to send mail. An administrator's `*` is none: there the sender is the least of it."""
    if grants(document):
        for tree in document.statements:
            statement = tree.statement
            if statement is not None and statement.effect is Effect.ALLOW and names_ses(statement) and sends_of(statement):
                yield tree, statement


def conditions_on(tree: StatementTree, *keys: str) -> Iterator[tuple[ConditionTree, Condition]]:
    """The conditions that compare one of these keys (lower case) with something."""
    for written, condition in tree.read_conditions():
        if condition.key.lower() in keys and condition.operator.base != NULL:
            yield written, condition


def is_negated(condition: Condition) -> bool:
    """Whether the operator (any but `Null`) is of the `…Not…` kind."""
    return COMPARISONS[condition.operator.base].negated


def lets_through(statement: Statement, condition: Condition) -> bool:
    """Whether what the values match is what may pass: an Allow of these, or a Deny of all but these."""
    return (statement.effect is Effect.ALLOW) is not is_negated(condition)


def _may_speak_of_ses(statement: Statement) -> bool:
    if statement.actions is None:
        return statement.not_actions is not None
    return any(entry[:4].lower() == "ses:" or entry[:1] in "*?" for entry in statement.actions)
