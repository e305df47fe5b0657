"""Rules on whether a statement's resources fit its actions. SES's own are told by the rules on mail.

After parliament. Judged for the services that the catalogue knows in full.
Source: Service Authorization Reference, the resource types of each action.
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.arns import read_arn
from gatepost.lint.document import Document, StatementTree
from gatepost.lint.examples import ALICE, allow, policy
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.actions import covered
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import Action, resource_arn
from gatepost.policy.read import PolicyKind

SES: Final = "ses"
BUCKET: Final = "arn:aws:s3:::mail/public/*"


@rule(
    "RESOURCE_MISMATCH",
    Severity.WARNING,
    bad=policy(allow(Action="iam:GetUser", Resource="arn:aws:iam::111122223333:role/Mailer")),
    good=policy(allow(Action="iam:GetUser", Resource=ALICE)),
)
def resource_mismatch(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An action that is never on a resource that the statement names.

    `iam:GetUser` is on users: a statement of it about roles never applies. An action on no resource at all, such as
    `iam:GetAccountSummary`, needs `*`. `iam:ListUsers` and its like are asked about all of a kind under a path, `…:user/`.
    """
    for statement in document.statements:
        resources = [entry.text or "" for entry in statement.entries("Resource")]
        arns = [read_arn(text) for text in resources]
        if not resources or None in arns:
            continue
        for entry in statement.entries("Action"):
            actions = covered(entry.text or "")
            if not actions or actions[0].service == SES:
                continue
            if not any(_is_on(action, resources) for action in actions):
                needs = "these resources" if any(action.resource_types for action in actions) else "any ARN; write `*`"
                yield Hit(entry.at, f"`{entry.text}` is never on {needs}")


def _is_on(action: Action, resources: list[str]) -> bool:
    """Whether an action can be on one of these resources: the same service, and the same kind as far as it is written."""
    for resource_type in action.resource_types:
        form = read_arn(resource_arn(action.service, resource_type))
        for text in resources:
            arn = read_arn(text)
            if form is None or arn is None or not arn.is_fixed("service"):
                return True
            kind = form.head if form.head and "$" not in form.head else None
            if arn.service == form.service and (kind is None or not arn.is_fixed_head or arn.head == kind):
                return True
    return False


@rule(
    "RESOURCE_STAR",
    Severity.SUGGESTION,
    bad=policy(allow(Action="iam:DeleteUser")),
    good=policy(allow(Action="iam:DeleteUser", Resource=ALICE)),
)
def resource_star(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Actions on all resources that could be allowed on some.

    Each of these actions is on a resource that the statement can name, so `*` gives more than needed, and what is made tomorrow
    too.
    """
    for statement in document.statements if document.kind is PolicyKind.IDENTITY else ():
        stars = [entry for entry in statement.entries("Resource") if entry.text == "*"]
        if statement.effect == "Allow" and stars and not statement.conditions() and _all_on_resources(statement):
            yield Hit(stars[0].at, f"every action of {statement.name} is on resources that can be named instead of `*`")


def _all_on_resources(statement: StatementTree) -> bool:
    known = [covered(entry.text or "") for entry in statement.entries("Action")]
    return bool(known) and all(actions and all(any(each.resource_types.values()) for each in actions) for actions in known)


@rule(
    "NOTRESOURCE_WITH_ALLOW",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action="s3:GetObject", Resource=None, NotResource="arn:aws:s3:::mail/private/*")),
    good=policy(allow(Action="s3:GetObject", Resource=BUCKET)),
)
def notresource_with_allow(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An Allow on all resources but those named.

    Everything that is made later is allowed too, in other accounts as well. Name what is allowed in `Resource`.
    """
    for statement in document.statements:
        element = statement.elements.get("NotResource")
        if element is None or statement.effect != "Allow" or "Action" not in statement.elements:
            continue
        if not any((entry.text or "*").startswith(("*", f"{SES}:")) for entry in statement.entries("Action")):
            yield Hit(element.key or element.at, f"{statement.name} allows every resource that `NotResource` does not list")
