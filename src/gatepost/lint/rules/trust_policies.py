"""Rules on the trust policies of roles: what they take, and who may assume the role by which call.

Source: IAM User Guide, "Roles terms and concepts"; STS API Reference, AssumeRole…; Roles Anywhere User Guide, "Trust model".
"""

import re
from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.edits import without_entry, without_member
from gatepost.lint.examples import MAILER, policy, trust
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.principals import named
from gatepost.lint.setting import Setting
from gatepost.policy.match import covers_action
from gatepost.policy.model import PrincipalType
from gatepost.policy.read import PolicyKind
from gatepost.policy.values import arn_parts

FEDERATED: Final = PrincipalType.FEDERATED.value
SAML: Final = re.compile(r"arn:[a-z-]+:iam::\d{12}:saml-provider/[\w+=,.@-]+")
OIDC: Final = re.compile(r"arn:[a-z-]+:iam::\d{12}:oidc-provider/\S+")
DOMAIN_NAME: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
WITH_SAML, WITH_TOKEN, WITH_NEITHER = "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:assumerole"
ANYWHERE: Final = "rolesanywhere.amazonaws.com"
ANYWHERE_ACTIONS: Final = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")
SAML_OFFICE: Final = {"Federated": "arn:aws:iam::111122223333:saml-provider/Office"}
SESSION: Final = "arn:aws:sts::111122223333:assumed-role/Mailer/one"


def allows(statement: StatementTree, action: str) -> bool:
    """Whether a statement's `Action` covers an action (lower case)."""
    return any(entry.text is not None and covers_action(entry.text, action) for entry in statement.entries("Action"))


def trusting(document: Document) -> Iterator[StatementTree]:
    """The statements of a trust policy; none of another policy's."""
    return iter(document.statements if document.kind is PolicyKind.TRUST else ())


@rule(
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
    Severity.ERROR,
    bad=policy(trust(Principal=None, NotPrincipal={"AWS": MAILER})),
    good=policy(trust()),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def role_trust_policy_syntax_error_notprincipal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A trust policy takes no `NotPrincipal`.

    It says who may become the role, so it names them: everybody but some is nobody's circle of trust.
    """
    for statement in trusting(document):
        element = statement.elements.get("NotPrincipal")
        if element is not None:
            yield Hit(element.key or element.at, "a trust policy takes no `NotPrincipal`; name who may assume the role")


@rule(
    "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    Severity.ERROR,
    bad=policy(trust(Principal="*")),
    good=policy(trust(Principal={"AWS": "111122223333"})),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def role_trust_policy_unsupported_wildcard_in_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`*` alone is no principal of a trust policy.

    Everybody on earth could become the role. IAM refuses the bare `*`; `{"AWS": "*"}` is taken, and is safe only with a condition
    such as `aws:PrincipalOrgID`.
    """
    for statement in trusting(document):
        element = statement.elements.get("Principal")
        if element is not None and element.text == "*":
            yield Hit(element.at, "a trust policy takes no bare `*`; name who may assume the role")


@rule(
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
    Severity.ERROR,
    bad=policy(trust(Resource=MAILER)),
    good=policy(trust()),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def role_trust_policy_syntax_error_resource(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A trust policy takes no `Resource`.

    It is about the one role that it hangs on, and IAM refuses it otherwise.
    """
    for statement in trusting(document):
        for name in ("Resource", "NotResource"):
            element = statement.elements.get(name)
            if element is not None:
                fix = Fix(f"leave out `{name}`", (without_member(statement.element, name),), changes_meaning=True)
                message = f"a trust policy takes no `{name}`: it is about its role"
                yield Hit(element.key or element.at, message, fixes=(fix,))


@rule(
    "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
    Severity.ERROR,
    bad=policy(trust(Principal={"Federated": "Office"}, Action="sts:AssumeRoleWithSAML")),
    good=policy(trust(Principal=SAML_OFFICE, Action="sts:AssumeRoleWithSAML")),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def invalid_federated_principal_syntax_in_role_trust_policy(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An identity provider that is not named as one.

    It is the ARN of a SAML or OpenID Connect provider of your account, or the domain of one that AWS knows itself, such as
    `accounts.google.com`.
    """
    for statement in trusting(document):
        for kind, entry in named(statement):
            text = entry.text
            if kind == FEDERATED and text is not None and not any(form.fullmatch(text) for form in (SAML, OIDC, DOMAIN_NAME)):
                yield Hit(
                    entry.at, f"`{text}` is no identity provider; expected its ARN, or a domain such as `accounts.google.com`"
                )


@rule(
    "MISMATCHED_ACTION_FOR_PRINCIPAL",
    Severity.ERROR,
    bad=policy(trust(Principal=SAML_OFFICE, Action="sts:AssumeRoleWithWebIdentity")),
    good=policy(trust(Principal=SAML_OFFICE, Action="sts:AssumeRoleWithSAML")),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def mismatched_action_for_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Those named cannot make the call that is allowed them.

    Whom a SAML provider vouches for calls `sts:AssumeRoleWithSAML`, whom an OpenID Connect provider vouches for calls
    `sts:AssumeRoleWithWebIdentity`, and users, roles and services call `sts:AssumeRole`. Any other pair never meets.
    """
    for statement in trusting(document):
        calls = {call for kind, entry in named(statement, "Principal") if (call := _call_of(kind, entry)) is not None}
        if not calls or statement.effect != "Allow":
            continue
        for entry in statement.entries("Action"):
            action = (entry.text or "").lower()
            if action in (WITH_SAML, WITH_TOKEN, WITH_NEITHER) and action not in calls:
                yield Hit(entry.at, f"none whom {statement.name} names can call `{entry.text}`")


def _call_of(kind: str, entry: Element) -> str | None:
    """The call by which a principal assumes a role; None where that cannot be told."""
    if kind != FEDERATED:
        return WITH_NEITHER
    if entry.text is None:
        return None
    return WITH_SAML if ":saml-provider/" in entry.text else WITH_TOKEN


@rule(
    "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
    Severity.ERROR,
    bad=policy(trust(Principal={"Service": ANYWHERE})),
    good=policy(trust(Principal={"Service": ANYWHERE}, Action=list(ANYWHERE_ACTIONS))),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def missing_action_for_roles_anywhere_trust_policy(document: Document, _setting: Setting) -> Iterator[Hit]:
    """IAM Roles Anywhere needs three actions to make a session.

    It assumes the role, tags the session and sets its source identity from the certificate; where one of the three is not allowed,
    no session is made.
    """
    for statement in trusting(document):
        if statement.effect != "Allow" or "Action" not in statement.elements:
            continue
        if any(entry.text == ANYWHERE for _, entry in named(statement, "Principal")):
            lacking = [action for action in ANYWHERE_ACTIONS if not allows(statement, action.lower())]
            if lacking:
                listed = ", ".join(f"`{action}`" for action in lacking)
                yield Hit(statement.elements["Action"].at, f"`{ANYWHERE}` also needs {listed}")


@rule(
    "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
    Severity.SUGGESTION,
    bad=policy(trust(Principal={"AWS": [MAILER, SESSION]})),
    good=policy(trust(Principal={"AWS": [MAILER]})),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def redundant_principal_in_role_trust_policy(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A session of a role that is named itself.

    The role's name stands for all its sessions already; the session beside it makes a reader look for a difference.
    """
    for statement in trusting(document):
        entries = [entry for kind, entry in named(statement, "Principal") if kind == PrincipalType.AWS.value]
        roles = {role for entry in entries if (role := _role(entry.text or "", "iam", "role")) is not None}
        for number, entry in enumerate(entries):
            role = _role(entry.text or "", "sts", "assumed-role")
            if role is not None and role in roles:
                message = f"`{entry.text}` is a session of the role `{role[1]}`, which is named itself"
                listed = statement.elements["Principal"].members()[PrincipalType.AWS.value]
                fix = Fix("leave out the session", (without_entry(listed, number),), changes_meaning=True)
                yield Hit(entry.at, message, fixes=(fix,))


def _role(arn: str, service: str, kind: str) -> tuple[str, str] | None:
    """The account and name of the role that an ARN is about."""
    parts = arn_parts(arn)
    if parts is None or parts[2] != service or not parts[5].startswith(f"{kind}/"):
        return None
    path = parts[5].split("/")
    return parts[4], path[1] if service == "sts" else path[-1]
