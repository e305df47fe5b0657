"""Rules on handing roles to services: `iam:PassRole` and `iam:CreateServiceLinkedRole` on more roles than are meant.

Each of the two comes in six forms, as Access Analyzer tells them: by what of the statement reaches too far.
Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service", "Create a service-linked role".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gatepost.lint.arns import read_arn
from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.examples import MAILER, Json, allow, policy
from gatepost.lint.finding import At, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.actions import has_wildcard
from gatepost.lint.setting import Setting
from gatepost.policy.match import covers_action
from gatepost.policy.operators import holds_of_none
from gatepost.policy.pattern import glob, wild
from gatepost.policy.read import PolicyKind

ANY_SERVICE: Final = "~.amazonaws.com"  # a service that nobody names
LINKED: Final = "arn:aws:iam::*:role/aws-service-role/ses.amazonaws.com/*"


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a statement reaches too far: which action covers the call, and which resources."""

    suffix: str
    by: str  # "named", "wildcard", "NotAction"
    on: str  # "NotResource", "star"
    words: str


REACHES: Final = (
    Reach("NOT_RESOURCE", "named", "NotResource", "every role that `NotResource` does not list"),
    Reach("STAR_IN_ACTION_AND_NOT_RESOURCE", "wildcard", "NotResource", "every role that `NotResource` does not list"),
    Reach("NOT_ACTION_AND_NOT_RESOURCE", "NotAction", "NotResource", "every role that `NotResource` does not list"),
    Reach("STAR_IN_RESOURCE", "named", "star", "every role"),
    Reach("STAR_IN_ACTION_AND_RESOURCE", "wildcard", "star", "every role"),
    Reach("STAR_IN_RESOURCE_AND_NOT_ACTION", "NotAction", "star", "every role"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that hands a role to a service. `bound_by` is the key that binds the service, `any_role` one that nobody names."""

    prefix: str
    severity: Severity
    action: str
    bound_by: str
    good_resource: str
    any_role: str
    title: str
    why: str


CALLS: Final = (
    Call(
        "PASS_ROLE",
        Severity.SECURITY_WARNING,
        "iam:PassRole",
        "iam:PassedToService",
        MAILER,
        "role/~",
        "may hand {} to a service.",
        "A service acts with the rights of the role that it is given. Whoever may pass a role that is mightier than they are, may "
        "do all that this role may. Name the roles in `Resource`, and bind the service with `iam:PassedToService`: by a positive "
        "operator, without `IfExists`, and by names, for `*` and `*.amazonaws.com` are every service.",
    ),
    Call(
        "CREATE_SLR",
        Severity.WARNING,
        "iam:CreateServiceLinkedRole",
        "iam:AWSServiceName",
        LINKED,
        "role/aws-service-role/~.amazonaws.com/~",
        "may make the service-linked role of any service.",
        "A service-linked role lets its service act in the account. Name the roles in `Resource` (`…role/aws-service-role/…`), or bind "
        "the service with `iam:AWSServiceName`: by a positive operator, without `IfExists`, and by names, for `*` and "
        "`*.amazonaws.com` are every service.",
    ),
)
WHO: Final = {
    "named": "A statement",
    "wildcard": "A statement with a wildcard in its action",
    "NotAction": "A statement with `NotAction`",
}


def _covering(statement: StatementTree, action: str, by: str) -> At | None:
    """Where the statement covers an action in this way."""
    if by == "NotAction":
        listed = [entry.text or "" for entry in statement.entries("NotAction")]
        element = statement.elements.get("NotAction")
        covered = any(covers_action(pattern, action) for pattern in listed)
        return None if element is None or covered else element.key or element.at
    for entry in statement.entries("Action"):
        text = entry.text or ""
        if covers_action(text, action) and has_wildcard(text) is (by == "wildcard"):
            return entry.at
    return None


def _reached(statement: StatementTree, call: Call, on: str) -> At | None:
    """Where the statement reaches roles that it does not name."""
    if on == "NotResource":
        element = statement.elements.get("NotResource")
        return None if element is None else element.key or element.at
    for entry in statement.entries("Resource"):
        arn = read_arn(entry.text or "")
        if entry.text == "*" or (arn is not None and glob(wild(arn.resource), call.any_role)):
            return entry.at
    return None


def _declare(call: Call, reach: Reach) -> None:
    def check(document: Document, _setting: Setting) -> Iterator[Hit]:
        if document.kind is not PolicyKind.IDENTITY:
            return
        for statement in document.statements:
            if statement.effect != "Allow" or _bound(statement, call.bound_by):
                continue
            at, on = _covering(statement, call.action.lower(), reach.by), _reached(statement, call, reach.on)
            if at is not None and on is not None:
                yield Hit(at, f"{statement.name} allows `{call.action}` on {reach.words}", also=(on,))

    check.__doc__ = f"{WHO[reach.by]} {call.title.format(reach.words)}\n\n{call.why}"
    good = policy(allow(Action=call.action, Resource=call.good_resource))
    rule(f"{call.prefix}_WITH_{reach.suffix}", call.severity, bad=policy(_bad(call, reach)), good=good, of_aws=True)(check)


def _bound(statement: StatementTree, key: str) -> bool:
    """Whether a condition names services: one that also holds without the key, or of any service, binds none."""
    return any(each.key.lower() == key.lower() and _binds(each) for each in statement.conditions())


def _binds(condition: ConditionTree) -> bool:
    comparison, operator = condition.comparison, condition.read_operator
    if comparison is None or operator is None or comparison.negated or holds_of_none(operator):
        return False
    return not comparison.wildcards or not any(glob(wild(entry.scalar or ""), ANY_SERVICE) for entry in condition.entries)


def _bad(call: Call, reach: Reach) -> Json:
    action = "iam:*" if reach.by == "wildcard" else call.action
    return allow(
        Action=None if reach.by == "NotAction" else action,
        NotAction="ses:*" if reach.by == "NotAction" else None,
        Resource="*" if reach.on == "star" else None,
        NotResource=None if reach.on == "star" else "arn:aws:iam::111122223333:role/Admin",
    )


for _call in CALLS:
    for _reach in REACHES:
        _declare(_call, _reach)
