"""Rules on condition keys: whether there are such keys.

Keys are judged of the services that the catalogue knows in full, and the global ones; of others only whether there is such a
service. Source: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import ConditionTree, Document
from gatepost.lint.edits import instead
from gatepost.lint.examples import allow, policy, when
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.actions import meant_service
from gatepost.lint.setting import Setting
from gatepost.policy import catalogue
from gatepost.policy.errors import did_you_mean, nearest

FORMAT: Final = re.compile(r"[^\s:]+(?::[^\s:]+)*:\S(?:.*\S)?")
TAG_KEYS: Final = ("aws:PrincipalTag", "aws:RequestTag", "aws:ResourceTag", "iam:ResourceTag")
OLD_ARN_KEY: Final = "aws:arn"
# Keys that AWS has and that no request to this server carries. IAM User Guide, as of 2026.
OTHER_GLOBAL_KEYS: Final = (
    "aws:AssumedRoot", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:ChatbotSourceArn", "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:Ec2InstanceSourceVpc", "aws:SignInSessionArn", "aws:SourceVpcArn", "aws:ViaAWSMCPService", "aws:CalledViaAWSMCP",
    "aws:IsMcpServiceAction", "aws:PrincipalOrgMasterAccountId", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths",
)  # fmt: skip
OTHER_GLOBAL: Final = frozenset(name.lower() for name in OTHER_GLOBAL_KEYS)
NO_SERVICES: Final = ("aws", "saml")


@rule(
    "INVALID_CONDITION_KEY_FORMAT",
    Severity.ERROR,
    bad=policy(allow(Condition=when("StringEquals", "FromAddress", "a@example.com"))),
    good=policy(allow(Condition=when("StringEquals", "ses:FromAddress", "a@example.com"))),
    of_aws=True,
)
def invalid_condition_key_format(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A condition key without its service.

    Keys are written `service:Name`: `ses:FromAddress`, `aws:SourceIp`. A bare name is in no request, so a positive condition on it
    never holds and a negated one always does.
    """
    for _, condition in document.conditions():
        if not FORMAT.fullmatch(condition.key):
            names = tuple(name for name in catalogue.key_names() if name.partition(":")[2].lower() == condition.key.lower())
            near = names[0] if len(names) == 1 else None
            message = f"`{condition.key}` is no condition key; expected a service and a name such as `ses:FromAddress`"
            yield Hit(condition.key_at, message, fixes=instead(condition.key_at, near))


@rule(
    "INVALID_GLOBAL_CONDITION_KEY",
    Severity.ERROR,
    bad=policy(allow(Condition=when("IpAddress", "aws:SourceIP4", "203.0.113.0/24"))),
    good=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))),
    of_aws=True,
)
def invalid_global_condition_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """There is no such global key.

    Keys with `aws:` are AWS's own. One that does not exist is in no request, so a positive condition on it never holds and a
    negated one always does: a Deny may deny nothing, or everything.
    """
    for _, condition in document.conditions():
        key = condition.key.lower()
        if key.startswith("aws:") and not _is_known(condition) and key != OLD_ARN_KEY and not _lacks_tag(condition):
            yield _unknown(condition, "there is no global condition key", _global_names())


def _global_names() -> tuple[str, ...]:
    return (*(name for name in catalogue.key_names() if name.startswith("aws:")), *OTHER_GLOBAL_KEYS)


def _is_known(condition: ConditionTree) -> bool:
    return condition.known_key is not None or condition.key.lower() in OTHER_GLOBAL


def _unknown(condition: ConditionTree, what: str, names: tuple[str, ...]) -> Hit:
    near = nearest(condition.key, names)
    fixes = instead(condition.key_at, None if near is None or "$" in near else near)
    return Hit(condition.key_at, f"{what} `{condition.key}`{did_you_mean(condition.key, names)}", fixes=fixes)


@rule(
    "INVALID_SERVICE_CONDITION_KEY",
    Severity.ERROR,
    bad=policy(allow(Condition=when("StringEquals", "ses:From", "a@example.com"))),
    good=policy(allow(Condition=when("StringEquals", "ses:FromAddress", "a@example.com"))),
    of_aws=True,
)
def invalid_service_condition_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The service has no such key.

    It is in no request, so a positive condition on it never holds and a negated one always does. SES has `ses:FromAddress`,
    `ses:FromDisplayName`, `ses:FeedbackAddress`, `ses:Recipients` and a few more; there is no key for the subject or the reply
    address.
    """
    for _, condition in document.conditions():
        service = condition.key.partition(":")[0].lower()
        if service in catalogue.services() and not _is_known(condition) and not _lacks_tag(condition):
            names = tuple(name for name in catalogue.key_names() if name.startswith(f"{service}:"))
            yield _unknown(condition, f"`{service}` has no condition key", names)


@rule(
    "INVALID_SERVICE",
    Severity.ERROR,
    bad=policy(allow(Condition=when("StringEquals", "sess:FromAddress", "a@example.com"))),
    good=policy(allow(Condition=when("StringEquals", "ses:FromAddress", "a@example.com"))),
    of_aws=True,
)
def invalid_service(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A condition key of a service that there is not.

    It is in no request, so a positive condition on it never holds and a negated one always does. What an identity provider says
    of its users is written with the provider's domain: `accounts.google.com:sub`.
    """
    for _, condition in document.conditions():
        service, colon, name = condition.key.partition(":")
        if not colon or not FORMAT.fullmatch(condition.key) or any(mark in service for mark in "./") or ":" in name:
            continue
        near = None if service.lower() in NO_SERVICES or _is_known(condition) else meant_service(service)
        if near is not None:
            message = f"there is no service `{service}`; did you mean `{near}`?"
            yield Hit(condition.key_at, message, fixes=instead(condition.key_at, f"{near}:{name}"))


@rule(
    "MISSING_TAG_KEY_IN_CONDITION",
    Severity.ERROR,
    bad=policy(allow(Condition=when("StringEquals", "aws:PrincipalTag", "mail"))),
    good=policy(allow(Condition=when("StringEquals", "aws:PrincipalTag/team", "mail"))),
    of_aws=True,
)
def missing_tag_key_in_condition(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A condition on a tag that does not say which.

    Each tag is a key of its own: `aws:PrincipalTag/team` is the caller's tag `team`. Without its name the key is in no request.
    """
    for _, condition in document.conditions():
        if _lacks_tag(condition):
            plain = condition.key.rstrip("/")
            yield Hit(condition.key_at, f"`{condition.key}` names no tag; expected `{plain}/` and the tag's key")


def _lacks_tag(condition: ConditionTree) -> bool:
    return condition.key.lower().rstrip("/") in {key.lower() for key in TAG_KEYS}


@rule(
    "UNSUPPORTED_GLOBAL_CONDITION_KEY",
    Severity.ERROR,
    bad=policy(allow(Condition=when("ArnEquals", "aws:ARN", "arn:aws:iam::111122223333:role/Mailer"))),
    good=policy(allow(Condition=when("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/Mailer"))),
    of_aws=True,
)
def unsupported_global_condition_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`aws:ARN` is no more.

    No request carries it. The caller's ARN is `aws:PrincipalArn`; the ARN of what a service acts for is `aws:SourceArn`.
    """
    for _, condition in document.conditions():
        if condition.key.lower() == OLD_ARN_KEY:
            message = f"no request carries `{condition.key}`; write `aws:PrincipalArn`, or `aws:SourceArn`"
            yield Hit(condition.key_at, message, fixes=instead(condition.key_at, "aws:PrincipalArn"))
