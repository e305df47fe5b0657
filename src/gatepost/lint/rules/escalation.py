"""Rules on rights by which more rights are had: to change policies, to become somebody else, to be given keys.

After parliament's community rules; the ways are those that R. Gietzen collected ("AWS IAM Privilege Escalation", 2018).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.examples import DOMAIN, allow, policy
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.actions import covered
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import AccessLevel
from gatepost.policy.match import covers_action
from gatepost.policy.read import PolicyKind

# Each way: what must be allowed, and what is had by it.
WAYS: Final[Mapping[tuple[str, ...], str]] = {
    ("iam:CreatePolicyVersion",): "give a managed policy any content",
    ("iam:SetDefaultPolicyVersion",): "bring back an older, wider version of a policy",
    ("iam:CreateAccessKey",): "make keys of other users",
    ("iam:CreateLoginProfile",): "give other users a password",
    ("iam:UpdateLoginProfile",): "change the passwords of other users",
    ("iam:AttachUserPolicy",): "attach any policy to a user",
    ("iam:AttachGroupPolicy",): "attach any policy to a group",
    ("iam:AttachRolePolicy",): "attach any policy to a role",
    ("iam:PutUserPolicy",): "write any policy for a user",
    ("iam:PutGroupPolicy",): "write any policy for a group",
    ("iam:PutRolePolicy",): "write any policy for a role",
    ("iam:AddUserToGroup",): "join any group",
    ("iam:UpdateAssumeRolePolicy",): "let anybody assume a role",
    ("iam:DeleteUserPermissionsBoundary",): "take a user's boundary away",
    ("iam:DeleteRolePermissionsBoundary",): "take a role's boundary away",
    ("iam:PassRole", "ec2:RunInstances"): "run a machine with any role",
    ("iam:PassRole", "lambda:CreateFunction"): "run code with any role",
    ("iam:PassRole", "cloudformation:CreateStack"): "make a stack with any role",
    ("iam:PassRole", "glue:CreateDevEndpoint"): "run an endpoint with any role",
    ("iam:PassRole", "datapipeline:CreatePipeline"): "run a pipeline with any role",
    ("lambda:UpdateFunctionCode",): "change code that runs with another's rights",
}
LAST: Final = re.compile("[/:]")
OF_RESOURCES: Final = (
    "ses:PutIdentityPolicy", "ses:CreateEmailIdentityPolicy", "ses:UpdateEmailIdentityPolicy", "s3:PutBucketPolicy",
    "sns:AddPermission", "sns:SetTopicAttributes", "sqs:AddPermission", "sqs:SetQueueAttributes", "kms:PutKeyPolicy",
    "lambda:AddPermission", "secretsmanager:PutResourcePolicy", "ecr:SetRepositoryPolicy",
)  # fmt: skip
OF_CREDENTIALS: Final = (
    "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateServiceSpecificCredential",
    "iam:ResetServiceSpecificCredential", "sts:GetFederationToken", "sts:GetSessionToken",
    "ecr:GetAuthorizationToken", "redshift:GetClusterCredentials", "rds-db:connect", "cognito-identity:GetCredentialsForIdentity",
    "lightsail:GetInstanceAccessDetails", "codeartifact:GetAuthorizationToken", "connect:GetFederationToken",
)  # fmt: skip


def _freely(document: Document) -> Iterator[tuple[StatementTree, Element, str]]:
    """The actions that an identity's policy allows on resources that it does not name, each with its entry."""
    if document.kind is PolicyKind.IDENTITY:
        for statement in document.statements:
            if statement.effect == "Allow" and not statement.conditions() and _reaches_many(statement):
                for entry in statement.entries("Action"):
                    if entry.text is not None:
                        yield statement, entry, entry.text


def _reaches_many(statement: StatementTree) -> bool:
    if "NotResource" in statement.elements:
        return True
    names = (LAST.split(entry.text or "")[-1] for entry in statement.entries("Resource"))
    return any(name.startswith("*") for name in names)


def _beyond_oneself(document: Document) -> Iterator[tuple[StatementTree, Element]]:
    """The actions that an identity's policy allows, but for those on the caller's own user alone."""
    for statement in document.statements if document.kind is PolicyKind.IDENTITY else ():
        own = ["${aws:username}" in (entry.text or "") for entry in statement.entries("Resource")]
        if statement.effect == "Allow" and not (own and all(own)):
            yield from ((statement, entry) for entry in statement.entries("Action"))


def _is_whole(pattern: str) -> bool:
    """Whether an entry is all of a service, or everything: an administrator's, and so by intent."""
    return pattern == "*" or pattern.endswith(":*")


@rule(
    "PRIVILEGE_ESCALATION",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action="iam:PutUserPolicy")),
    good=policy(allow(Action="iam:PutUserPolicy", Resource="arn:aws:iam::111122223333:user/newsletter")),
)
def privilege_escalation(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A right by which every other right is had.

    Whoever may write policies, attach them, or run something with another's role is an administrator, whatever else the policy
    says. Name the users or roles that it is about, bind it with `iam:PermissionsBoundary`, or leave it out.
    """
    allowed = [(entry, text) for _, entry, text in _freely(document)]
    if any(text in ("*", "iam:*") for _, text in allowed):
        return
    for actions, gain in WAYS.items():
        by = [next((pair for pair in allowed if covers_action(pair[1], action.lower())), None) for action in actions]
        found = [pair for pair in by if pair is not None]
        if len(found) == len(actions):
            listed = " and ".join(f"`{action}`" for action in actions)
            yield Hit(found[0][0].at, f"with {listed} one may {gain}, and so gain every right")


@rule(
    "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action="ses:PutIdentityPolicy")),
    good=policy(allow(Action="ses:UpdateEmailIdentityPolicy", Resource=DOMAIN)),
)
def resource_policy_privilege_escalation(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A right to open resources to anybody.

    Whoever may write the policy of a resource may let in whom they like, strangers too. Name the resources, or leave it to those
    who administer them.
    """
    for _, entry, text in _freely(document):
        opened = [action for action in OF_RESOURCES if covers_action(text, action.lower())]
        if opened and not _is_whole(text):
            yield Hit(entry.at, f"with `{opened[0]}` one writes the policies of resources, and may let anybody in")


@rule(
    "PERMISSIONS_MANAGEMENT_ACTIONS",
    Severity.SUGGESTION,
    bad=policy(allow(Action=["ses:SendEmail", "ses:DeleteIdentityPolicy"])),
    good=policy(allow()),
)
def permissions_management_actions(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An action that changes who may do what.

    Such actions belong to few people, in a policy of their own, so that a look at it shows who they are.
    """
    told: set[int] = set()
    for statement, entry in _beyond_oneself(document):
        managing = [each for each in covered(entry.text or "") or () if each.access_level is AccessLevel.PERMISSIONS_MANAGEMENT]
        if managing and not _is_whole(entry.text or "") and statement.number not in told:
            told.add(statement.number)
            yield Hit(
                entry.at, f"{statement.name} allows `{managing[0].service}:{managing[0].name}`, which changes who may do what"
            )


@rule(
    "CREDENTIALS_EXPOSURE",
    Severity.SUGGESTION,
    bad=policy(allow(Action="iam:CreateAccessKey")),
    good=policy(allow(Action="iam:ListAccessKeys")),
)
def credentials_exposure(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An action whose answer holds credentials.

    Whoever may call it can carry the keys away and use them elsewhere. Keep it out of policies that are not about credentials.
    """
    for _, entry in _beyond_oneself(document):
        text = entry.text or ""
        given = [action for action in OF_CREDENTIALS if covers_action(text, action.lower())]
        if given and not _is_whole(text):
            yield Hit(entry.at, f"the answer to `{given[0]}` holds credentials")
