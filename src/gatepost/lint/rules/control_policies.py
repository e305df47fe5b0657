"""Rules on the policies of an organization: service control policies and resource control policies.

Source: Organizations User Guide, "SCP syntax" (the whole language of IAM since 2025-09-19) and "RCP syntax".
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.examples import control, deny, policy, when
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.operators import holds_when_absent
from gatepost.policy.read import PolicyKind

SERVICE_CALLS: Final = "aws:principalisawsservice"
PRINCIPAL_KEYS: Final = (
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltag",
)  # fmt: skip
SOURCE_KEYS: Final = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
OURS: Final = "o-a1b2c3d4e5"


@rule(
    "SCP_SYNTAX_ERROR_PRINCIPAL",
    Severity.ERROR,
    bad=policy(deny(Principal="*")),
    good=policy(deny(Condition=when("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Mailer"))),
    kind=PolicyKind.SCP,
    of_aws=True,
)
def scp_syntax_error_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A service control policy takes no `Principal`.

    It binds everybody in the accounts below it. To spare some, compare `aws:PrincipalArn` in a condition.
    """
    if document.kind is PolicyKind.SCP:
        yield from _elements(document, ("Principal", "NotPrincipal"), "a service control policy takes no `{}`")


@rule(
    "RCP_SYNTAX_ERROR_PRINCIPAL",
    Severity.ERROR,
    bad=policy(control(Principal={"AWS": "111122223333"})),
    good=policy(control()),
    kind=PolicyKind.RCP,
    of_aws=True,
)
def rcp_syntax_error_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A resource control policy names `*` alone.

    It binds whoever comes. To speak of some, compare `aws:PrincipalAccount` or `aws:PrincipalOrgID` in a condition.
    """
    if document.kind is not PolicyKind.RCP:
        return
    yield from _elements(document, ("NotPrincipal",), "a resource control policy takes no `{}`")
    for statement in document.statements:
        principal = statement.elements.get("Principal")
        if principal is None or principal.text == "*" or not (principal.is_object or principal.text):
            continue
        values = principal.members()
        everybody = list(values) == ["AWS"] and all(entry.text == "*" for entry in values["AWS"].entries())
        if not everybody:
            yield Hit(principal.at, "a resource control policy names `*` alone as its `Principal`")


@rule(
    "RCP_SYNTAX_ERROR_ALLOW",
    Severity.ERROR,
    bad=policy(control(Effect="Allow")),
    good=policy(control()),
    kind=PolicyKind.RCP,
    of_aws=True,
)
def rcp_syntax_error_allow(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A resource control policy only denies.

    What it does not deny stays as the other policies say; the one Allow is that of `RCPFullAWSAccess`, which is AWS's own.
    """
    if document.kind is PolicyKind.RCP:
        for statement in document.statements:
            if statement.effect == "Allow":
                yield Hit(statement.elements["Effect"].at, f"{statement.name} allows; a resource control policy only denies")


@rule(
    "RCP_SYNTAX_ERROR_NOTACTION",
    Severity.ERROR,
    bad=policy(control(Action=None, NotAction="ses:GetSendQuota")),
    good=policy(control()),
    kind=PolicyKind.RCP,
    of_aws=True,
)
def rcp_syntax_error_notaction(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A resource control policy takes no `NotAction`.

    Write the actions that it is to deny in `Action`, each with its service, such as `ses:*`.
    """
    if document.kind is PolicyKind.RCP:
        yield from _elements(document, ("NotAction",), "a resource control policy takes no `{}`; write `Action`")


@rule(
    "RCP_SYNTAX_ERROR_ACTION",
    Severity.ERROR,
    bad=policy(control(Action="*")),
    good=policy(control(Action="ses:*")),
    kind=PolicyKind.RCP,
    of_aws=True,
)
def rcp_syntax_error_action(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`*` alone is no action of a resource control policy.

    It reaches only the resources of services that know such policies, so each action names its service: `ses:*`.
    """
    if document.kind is PolicyKind.RCP:
        for _, entry in document.entries("Action"):
            if entry.text == "*":
                yield Hit(entry.at, "a resource control policy names a service in each action, such as `ses:*`")


def _elements(document: Document, names: tuple[str, ...], message: str) -> Iterator[Hit]:
    for statement in document.statements:
        for name in names:
            element = statement.elements.get(name)
            if element is not None:
                yield Hit(element.key or element.at, message.format(name))


# --- conditions that services meet too ------------------------------------------------------------------------------------


@rule(
    "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY",
    Severity.WARNING,
    bad=policy(control(Condition=when("StringNotEqualsIfExists", "aws:PrincipalOrgID", OURS))),
    good=policy(
        control(
            Condition={
                **when("StringNotEqualsIfExists", "aws:PrincipalOrgID", OURS),
                **when("BoolIfExists", "aws:PrincipalIsAWSService", "false"),
            }
        )
    ),
    kind=PolicyKind.RCP,
    of_aws=True,
)
def rcp_missing_related_principal_condition_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Deny by whose account it is also hits the services that work for you.

    A service that calls is in no account, so a condition that asks for yours holds of it too, and bounces and notifications stop.
    Add `"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}`.
    """
    for statement, condition in _binding(document, PRINCIPAL_KEYS):
        if _compares(statement, SERVICE_CALLS) is None:
            message = (
                f"`{condition.key}` is compared for services too, which have none; spare them with `aws:PrincipalIsAWSService`"
            )
            yield Hit(condition.key_at, message)


@rule(
    "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY",
    Severity.WARNING,
    bad=policy(
        control(
            Condition={
                **when("StringNotEqualsIfExists", "aws:SourceOrgID", OURS),
                **when("Null", "aws:SourceAccount", "false"),
            }
        )
    ),
    good=policy(
        control(
            Condition={
                **when("StringNotEqualsIfExists", "aws:SourceOrgID", OURS),
                **when("Null", "aws:SourceAccount", "false"),
                **when("Bool", "aws:PrincipalIsAWSService", "true"),
            }
        )
    ),
    kind=PolicyKind.RCP,
    of_aws=True,
)
def rcp_missing_related_service_principal_condition_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Deny by the source of a service's call also hits people.

    People's calls have no source, so a condition that asks for yours holds of them too. Add
    `"BoolIfExists": {"aws:PrincipalIsAWSService": "true"}`.
    """
    for statement, condition in _binding(document, SOURCE_KEYS):
        if _compares(statement, SERVICE_CALLS) is None:
            message = f"`{condition.key}` is compared for people too, who have none; bind it to `aws:PrincipalIsAWSService`"
            yield Hit(condition.key_at, message)


@rule(
    "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK",
    Severity.WARNING,
    bad=policy(
        control(
            Condition={
                **when("StringNotEqualsIfExists", "aws:SourceOrgID", OURS),
                **when("Bool", "aws:PrincipalIsAWSService", "true"),
            }
        )
    ),
    good=policy(
        control(
            Condition={
                **when("StringNotEqualsIfExists", "aws:SourceOrgID", OURS),
                **when("Null", "aws:SourceAccount", "false"),
                **when("Bool", "aws:PrincipalIsAWSService", "true"),
            }
        )
    ),
    kind=PolicyKind.RCP,
    of_aws=True,
)
def rcp_missing_service_condition_key_null_check(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Deny by the source of a service's call also hits calls that tell no source.

    Not every service says for whom it acts; without the key a negated condition holds, and the call is denied. Add
    `"Null": {"aws:SourceAccount": "false"}`, so that only calls with a source are judged by it.
    """
    for statement, condition in _binding(document, SOURCE_KEYS):
        if not any(_null(statement, key) for key in ("aws:sourceaccount", "aws:sourcearn")):
            message = f'calls without `{condition.key}` are denied too; add `"Null": {{"aws:SourceAccount": "false"}}`'
            yield Hit(condition.key_at, message)


def _binding(document: Document, keys: tuple[str, ...]) -> Iterator[tuple[StatementTree, ConditionTree]]:
    """The conditions of a resource control policy on these keys that hold also of a request without the key."""
    if document.kind is PolicyKind.RCP:
        for statement, condition in document.conditions():
            operator = condition.read_operator
            if condition.key.lower().partition("/")[0] in keys and operator is not None and holds_when_absent(operator):
                yield statement, condition


def _compares(statement: StatementTree, key: str) -> ConditionTree | None:
    return next((each for each in statement.conditions() if each.key.lower() == key), None)


def _null(statement: StatementTree, key: str) -> bool:
    return any(each.operator == "Null" and each.key.lower() == key for each in statement.conditions())
