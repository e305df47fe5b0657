"""Rules on `Action` and `NotAction`: whether there are such actions, and whether the policy can speak of them.

Of services that the catalogue does not know in full it knows the names of the actions.
Source: Service Authorization Reference.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.edits import instead
from gatepost.lint.examples import allow, policy, trust
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy import catalogue
from gatepost.policy.errors import nearest
from gatepost.policy.match import covers_action
from gatepost.policy.read import ACTION, PolicyKind

ELEMENTS: Final = ("Action", "NotAction")
OTHER_NAMES: Final = dict.fromkeys(("sesv2", "email", "mail", "mailmanager", "smtp", "email-smtp"), "ses")
OF_TRUST: Final = (
    "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:SetContext", "sts:SetSourceIdentity",
    "sts:TagSession",
)  # fmt: skip


@lru_cache(maxsize=4096)
def covered(pattern: str) -> tuple[catalogue.Action, ...] | None:
    """The known actions that an entry covers; None where its service is not known in full, or it names none."""
    service = pattern.partition(":")[0].lower()
    if service not in catalogue.services() or ":" not in pattern:
        return None
    if not has_wildcard(pattern):
        known = catalogue.action(pattern)
        return () if known is None else (known,)
    return tuple(action for action in catalogue.actions(service) if covers_action(pattern, f"{service}:{action.name.lower()}"))


def has_wildcard(text: str) -> bool:
    """Whether a text has `*` or `?` in it."""
    return "*" in text or "?" in text


def _entries(document: Document, *elements: str) -> Iterator[tuple[StatementTree, Element, str]]:
    for statement, entry in document.entries(*elements or ELEMENTS):
        if entry.text is not None:
            yield statement, entry, entry.text


@rule(
    "INVALID_ACTION",
    Severity.ERROR,
    bad=policy(allow(Action="ses:SendMail")),
    good=policy(allow()),
    of_aws=True,
)
def invalid_action(document: Document, _setting: Setting) -> Iterator[Hit]:
    """There is no such action.

    The statement says nothing of it, so an Allow allows less and a Deny denies less than it seems to. Actions are written
    `service:Name`, such as `ses:SendRawEmail`; with `*` or `?` at least one action must match. SES has one prefix, `ses:`, for both
    versions of its API.
    """
    for _, entry, text in _entries(document):
        if not ACTION.fullmatch(text):
            if not _odd_service(text):
                yield Hit(entry.at, f"`{text}` is no action; expected `*`, or a service and a name such as `ses:SendEmail`")
        elif not _names_any(text):
            service = text.partition(":")[0].lower()
            names = tuple(f"{service}:{name}" for name in catalogue.action_names(service))
            near = None if has_wildcard(text) else nearest(text, names)
            message = f"{_none(text, service)}{'' if near is None else f'; did you mean `{near}`?'}"
            yield Hit(entry.part(len(service) + 1, len(text) - len(service) - 1), message, fixes=instead(entry.at, near))


@lru_cache(maxsize=4096)
def _names_any(pattern: str) -> bool:
    """Whether an entry covers an action of its service; also where there is no such service, for AWS makes new ones."""
    service, _, name = pattern.lower().partition(":")
    names = catalogue.action_names(service)
    if not names or name == "*":
        return True
    return any(covers_action(pattern, f"{service}:{each.lower()}") for each in names)


def _none(text: str, service: str) -> str:
    return f"`{text}` matches no action of `{service}`" if has_wildcard(text) else f"`{service}` has no action `{text}`"


@rule(
    "INVALID_SERVICE_IN_ACTION",
    Severity.ERROR,
    bad=policy(allow(Action="sess:SendEmail")),
    good=policy(allow()),
    of_aws=True,
)
def invalid_service_in_action(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An action of a service that there is not.

    What stands before the colon is the service's prefix, in one piece and without wildcards: `ses`, also for what the API calls
    `sesv2`, `email` or Mail Manager. A prefix that is like none is not judged, for AWS makes new services.
    """
    for _, entry, text in _entries(document):
        service, colon, _ = text.partition(":")
        if not colon or not service:
            continue
        if _odd_service(text):
            yield Hit(entry.part(0, len(service)), f"`{service}` has a wildcard: an action names its service in full")
        elif ACTION.fullmatch(text) and (near := meant_service(service)) is not None:
            message = f"there is no service `{service}`; did you mean `{near}`?"
            yield Hit(entry.part(0, len(service)), message, fixes=instead(entry.at, near + text[len(service) :]))


@lru_cache(maxsize=1024)
def meant_service(prefix: str) -> str | None:
    """The service that a prefix stands for that is nobody's; None where it is one, or like none: AWS makes new ones."""
    if catalogue.is_service(prefix):
        return None
    return OTHER_NAMES.get(prefix.lower()) or nearest(prefix, catalogue.prefixes())


def _odd_service(text: str) -> bool:
    service, colon, _ = text.partition(":")
    return bool(colon) and has_wildcard(service)


@rule(
    "UNSUPPORTED_ACTION_IN_POLICY",
    Severity.ERROR,
    bad=policy(trust(Action="ses:SendEmail")),
    good=policy(trust()),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def unsupported_action_in_policy(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An action that such a policy cannot speak of.

    A role's trust policy is asked for the calls of STS that assume the role, and for nothing else; what the role may do stands in
    the policies that are attached to it. A policy on an identity of SES is asked for actions of SES alone.
    """
    for statement, entry, text in _entries(document, "Action"):
        if document.kind is PolicyKind.TRUST and ACTION.fullmatch(text):
            if not any(covers_action(text, action.lower()) for action in OF_TRUST):
                yield Hit(entry.at, f"`{text}` is no action by which a role is assumed")
        elif document.kind is PolicyKind.RESOURCE and _on_identities(statement):
            service = text.partition(":")[0].lower()
            if service not in ("ses", "*") and catalogue.is_service(service):
                yield Hit(entry.at, f"`{text}` is no action of SES, and {statement.name} is about an identity of SES")


def _on_identities(statement: StatementTree) -> bool:
    resources = [entry.text or "" for entry in statement.entries("Resource")]
    return bool(resources) and all(":ses:" in text and ":identity/" in text for text in resources)
