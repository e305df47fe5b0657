"""Rules on services as principals: how they are named, and how they are kept from acting for a stranger.

Source: IAM User Guide, "AWS service principals", "The confused deputy problem".
"""

import re
from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.examples import grant, policy, when
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.principals import named, names_services_alone
from gatepost.lint.setting import Setting
from gatepost.policy.model import PrincipalType
from gatepost.policy.operators import holds_when_absent
from gatepost.policy.read import PolicyKind

SERVICE: Final = PrincipalType.SERVICE.value
NAME: Final = re.compile(
    r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:amazonaws\.(?:com|com\.cn|eu)|amazon\.com|aws\.(?:com|internal)|s?c2s\.[a-z.]+)"
)
SERVICE_KEYS: Final = (
    "iam:passedtoservice",
    "iam:awsservicename",
    "aws:principalservicename",
    "sts:awsservicename",
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:principalservicenameslist",
)
SOURCE_KEYS: Final = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
SOURCES: Final = "`aws:SourceAccount`, `aws:SourceArn`, `aws:SourceOrgID` or `aws:SourceOrgPaths`"
REFERER: Final = "aws:referer"
OF_PEOPLE: Final = (
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltag",
    "aws:userid", "aws:username", "aws:multifactorauthpresent", "aws:multifactorauthage",
)  # fmt: skip
COGNITO: Final = {"Service": "cognito-idp.amazonaws.com"}


def _key(text: str) -> str:
    return text.lower().partition("/")[0]


@rule(
    "INVALID_SERVICE_PRINCIPAL_FORMAT",
    Severity.ERROR,
    bad=policy(
        grant(Principal={"Service": "Cognito-IDP"}, Condition=when("StringEquals", "aws:SourceAccount", "111122223333"))
    ),
    good=policy(grant(Principal=COGNITO, Condition=when("StringEquals", "aws:SourceAccount", "111122223333"))),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def invalid_service_principal_format(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A service that is not named as services are.

    As a principal, and as the value of keys such as `iam:PassedToService`, a service has a name like `cognito-idp.amazonaws.com`,
    all in lower case. Another spelling names no service, and the statement never applies.
    """
    for entry in _service_names(document):
        text = entry.text
        if text is not None and not any(mark in text for mark in "*?$") and not NAME.fullmatch(text):
            yield Hit(entry.at, f"`{text}` is no name of a service; expected one such as `cognito-idp.amazonaws.com`")


def _service_names(document: Document) -> Iterator[Element]:
    if document.kind in (PolicyKind.RESOURCE, PolicyKind.TRUST):
        for statement in document.statements:
            yield from (entry for kind, entry in named(statement) if kind == SERVICE)
    for _, condition in document.conditions():
        if condition.key.lower() in SERVICE_KEYS and condition.comparison is not None:
            yield from condition.entries


@rule(
    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
    Severity.SECURITY_WARNING,
    bad=policy(grant(Principal=COGNITO)),
    good=policy(grant(Principal=COGNITO, Condition=when("StringEquals", "aws:SourceAccount", "111122223333"))),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def restrict_access_to_service_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A service may act here for any of its customers.

    Anybody on earth can make the service send on their behalf: the service is allowed, whoever stands behind it. Say for whom with
    `aws:SourceAccount` or `aws:SourceArn`, which the service fills in.
    """
    for statement, entry, keys in _granted_to_services(document):
        if not keys.intersection((*SOURCE_KEYS, REFERER)):
            yield Hit(
                entry.at, f"{statement.name} lets `{entry.text}` act for any of its customers; add a condition on {SOURCES}"
            )


@rule(
    "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    Severity.SUGGESTION,
    bad=policy(grant(Principal=COGNITO, Condition=when("StringEquals", "aws:Referer", "111122223333"))),
    good=policy(grant(Principal=COGNITO, Condition=when("StringEquals", "aws:SourceAccount", "111122223333"))),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def recommended_condition_key_for_service_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`aws:Referer` is what the caller says, not what the service knows.

    A few services once put the account there. `aws:SourceAccount` and `aws:SourceArn` are made for it, and no caller can write
    them.
    """
    for statement, entry, keys in _granted_to_services(document):
        if REFERER in keys and not keys.intersection(SOURCE_KEYS):
            yield Hit(entry.at, f"{statement.name} binds `{entry.text}` by `aws:Referer`; bind it by {SOURCES}")


def _granted_to_services(document: Document) -> Iterator[tuple[StatementTree, Element, set[str]]]:
    """Each service that a resource's policy allows something, with the keys that bind it."""
    if document.kind is not PolicyKind.RESOURCE:
        return
    for statement in document.statements:
        if statement.effect == "Allow":
            keys = {_key(condition.key) for condition in statement.conditions()}
            for kind, entry in named(statement, "Principal"):
                if kind == SERVICE:
                    yield statement, entry, keys


@rule(
    "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    Severity.ERROR,
    bad=policy(grant(Principal=COGNITO, Condition=when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))),
    good=policy(grant(Principal=COGNITO, Condition=when("StringEquals", "aws:SourceOrgID", "o-a1b2c3d4e5"))),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def unsupported_condition_key_for_service_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A condition on what services do not have.

    A service that calls is in no account and no organization, has no tags and no name of a user. A condition that asks for these
    never holds of it, so the statement never applies. `aws:SourceAccount` and `aws:SourceOrgID` say for whom it acts.
    """
    if document.kind is not PolicyKind.RESOURCE:
        return
    for statement in document.statements:
        if not names_services_alone(statement):
            continue
        for condition in statement.conditions():
            operator = condition.read_operator
            if operator is None or condition.comparison is None or _key(condition.key) not in OF_PEOPLE:
                continue
            if not holds_when_absent(operator) and operator.qualifier != "ForAllValues":
                yield Hit(condition.key_at, f"a service carries no `{condition.key}`, so {statement.name} never applies")
