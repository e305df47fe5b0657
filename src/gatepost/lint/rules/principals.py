"""Rules on `Principal` and `NotPrincipal`: who can be named, and how.

Source: IAM User Guide, "AWS JSON policy elements: Principal", "IAM identifiers".
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.edits import instead
from gatepost.lint.examples import ALICE, grant, policy
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.errors import did_you_mean, nearest
from gatepost.policy.model import PrincipalType
from gatepost.policy.read import AWS_PRINCIPAL, PRINCIPAL_TYPES, WITH_PRINCIPAL, PolicyKind

ELEMENTS: Final = ("Principal", "NotPrincipal")
AWS: Final = PrincipalType.AWS.value
ROLE_ID, USER_ID = "AROA", "AIDA"


def named(statement: StatementTree, *elements: str) -> Iterator[tuple[str, Element]]:
    """The principals that a statement names, each with the key under which it stands; `*` alone stands under `AWS`."""
    for name in elements or ELEMENTS:
        element = statement.elements.get(name)
        if element is None:
            continue
        if element.text == "*":
            yield AWS, element
        for kind, value in element.members().items():
            for entry in value.entries():
                yield kind, entry


def names_services_alone(statement: StatementTree) -> bool:
    """Whether nobody but services is a principal: their calls carry what the service writes, not what its customers do."""
    return {kind for kind, _ in named(statement, "Principal")} == {PrincipalType.SERVICE.value}


def _named(document: Document) -> Iterator[tuple[str, Element, str]]:
    """Whom the statements name, where the kind of policy takes principals of any kind."""
    if document.kind in (PolicyKind.RESOURCE, PolicyKind.TRUST):
        for statement in document.statements:
            for kind, entry in named(statement):
                if entry.text is not None:
                    yield kind, entry, entry.text


@rule(
    "INVALID_PRINCIPAL_FORMAT",
    Severity.ERROR,
    bad=policy(grant(Principal={"AWS": "alice"})),
    good=policy(grant()),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def invalid_principal_format(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A principal that is named in no way that IAM knows.

    `Principal` is an object such as `{"AWS": "arn:aws:iam::111122223333:user/alice"}`. Under `AWS` stand account IDs of twelve
    digits, the ARNs of users, roles and sessions, unique IDs, or `*` for everybody. A group is no principal. `"*"` stands alone
    for everybody too, every other string needs its key.
    """
    if document.kind not in WITH_PRINCIPAL:
        return
    for statement in document.statements:
        for name in ELEMENTS:
            element = statement.elements.get(name)
            if element is not None and not element.is_object and element.text != "*":
                yield Hit(element.at, f'`{name}` takes `*`, or an object such as `{{"AWS": "{ALICE}"}}`')
    for kind, entry, text in _named(document):
        if kind == AWS and text != "*" and not ("*" in text or "?" in text) and not AWS_PRINCIPAL.fullmatch(text):
            message = f"`{text}` is no principal; expected an account ID, or the ARN of a user, role or session"
            yield Hit(entry.at, message)


@rule(
    "INVALID_PRINCIPAL_KEY",
    Severity.ERROR,
    bad=policy(grant(Principal={"Aws": ALICE})),
    good=policy(grant()),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def invalid_principal_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A principal of a kind that there is not.

    The kinds are `AWS`, `Service`, `Federated` and `CanonicalUser`, in this spelling. Under any other key nobody is named.
    """
    if document.kind not in WITH_PRINCIPAL:
        return
    for statement in document.statements:
        for name in ELEMENTS:
            for kind, value in statement.elements[name].members().items() if name in statement.elements else ():
                if kind not in PRINCIPAL_TYPES and value.key is not None:
                    message = f"`{kind}` is no kind of principal{did_you_mean(kind, PRINCIPAL_TYPES)}"
                    yield Hit(value.key, message, fixes=instead(value.key, nearest(kind, PRINCIPAL_TYPES)))


@rule(
    "UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    Severity.ERROR,
    bad=policy(grant(Principal={"AWS": "arn:aws:iam::111122223333:user/*"})),
    good=policy(grant(Principal={"AWS": "111122223333"})),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def unsupported_wildcard_in_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A wildcard in a part of a principal.

    `*` is a principal only as a whole, and then means everybody. For the users of an account name the account; for a family of
    roles name the account and compare `aws:PrincipalArn` with `ArnLike` in a condition.
    """
    for kind, entry, text in _named(document):
        if "*" not in text and "?" not in text:
            continue
        if text != "*":
            start = min(text.find(mark) for mark in "*?" if mark in text)
            yield Hit(entry.part(start, 1), f"`{text}` has a wildcard: a principal is named whole, or everybody is with `*`")
        elif kind not in (AWS, PrincipalType.SERVICE.value):
            yield Hit(entry.at, f"`*` is no principal of the kind `{kind}`")


@rule(
    "ALLOW_WITH_NOT_PRINCIPAL",
    Severity.SECURITY_WARNING,
    bad=policy(grant(Principal=None, NotPrincipal={"AWS": ALICE})),
    good=policy(grant(Effect="Deny", Principal=None, NotPrincipal={"AWS": ALICE})),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def allow_with_not_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An Allow for everybody but those named.

    That is every other account on earth, and whoever asks without signing in. Name those who may in `Principal`; to shut somebody
    out, add a Deny for them.
    """
    for statement in document.statements:
        element = statement.elements.get("NotPrincipal")
        if element is not None and statement.effect == "Allow":
            yield Hit(element.key or element.at, f"{statement.name} allows everybody on earth except whom `NotPrincipal` lists")


@rule(
    "INVALID_ROLE_REFERENCE",
    Severity.WARNING,
    bad=policy(grant(Principal={"AWS": "AROADBQP57FF2AEXAMPLE"})),
    good=policy(grant(Principal={"AWS": "arn:aws:iam::111122223333:role/Mailer"})),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def invalid_role_reference(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A role by its unique ID.

    Often such an ID is what is left of a role that was deleted: a role of the same name that is made anew has another one and is
    not meant. Write the role's ARN.
    """
    yield from _by_id(document, ROLE_ID, "role")


@rule(
    "INVALID_USER_REFERENCE",
    Severity.WARNING,
    bad=policy(grant(Principal={"AWS": "AIDACKCEVSQ6C2EXAMPLE"})),
    good=policy(grant()),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def invalid_user_reference(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A user by the unique ID.

    Often such an ID is what is left of a user who was deleted: a user of the same name who is made anew has another one and is not
    meant. Write the user's ARN.
    """
    yield from _by_id(document, USER_ID, "user")


def _by_id(document: Document, prefix: str, noun: str) -> Iterator[Hit]:
    for kind, entry, text in _named(document):
        if kind == AWS and text.startswith(prefix) and AWS_PRINCIPAL.fullmatch(text):
            yield Hit(entry.at, f"`{text}` is the unique ID of a {noun}, perhaps of one who is gone; write the {noun}'s ARN")


@rule(
    "FEDERATED_PRINCIPAL_NOT_SUPPORTED",
    Severity.ERROR,
    bad=policy(grant(Principal={"Federated": "arn:aws:iam::111122223333:saml-provider/Office"})),
    good=policy(grant(Principal={"AWS": "arn:aws:iam::111122223333:role/Office"})),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def federated_principal_not_supported(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An identity provider as principal outside of a trust policy.

    Whom a provider vouches for assumes a role first, and calls as a session of that role. So the provider stands in the role's
    trust policy, and a policy on a resource names the role.
    """
    if document.kind is PolicyKind.RESOURCE:
        for kind, entry, text in _named(document):
            if kind == PrincipalType.FEDERATED.value:
                yield Hit(
                    entry.at, f"`{text}` is an identity provider, which only a role's trust policy can name; name the role here"
                )
