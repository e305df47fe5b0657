"""Rules on the elements of a statement: what must be there, what excludes what, `Effect` and `Sid`.

Source: IAM User Guide, "Grammar of the IAM JSON policy language"; Access Analyzer, "Policy check reference".
"""

from collections.abc import Iterator

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.edits import instead, written
from gatepost.lint.examples import allow, grant, policy
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.errors import did_you_mean, nearest
from gatepost.policy.read import SID, WITH_PRINCIPAL, WITHOUT_PRINCIPAL, PolicyKind, article, is_about_a_repository

EFFECTS = ("Allow", "Deny")


@rule("MISSING_EFFECT", Severity.ERROR, bad=policy(allow(Effect=None)), good=policy(allow()), of_aws=True)
def missing_effect(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A statement without `Effect` says neither yes nor no.

    There is no default: a statement that forgot its `Effect` is refused. Write `Allow` or `Deny`.
    """
    for statement in document.statements:
        if "Effect" not in statement.elements:
            yield Hit(statement.at, f"{statement.name} has no `Effect`; expected `Allow` or `Deny`")


@rule("INVALID_EFFECT", Severity.ERROR, bad=policy(allow(Effect="allow")), good=policy(allow()), of_aws=True)
def invalid_effect(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`Effect` is `Allow` or `Deny`, in exactly this spelling.

    `allow`, `ALLOW` or `Permit` are no effects, and the policy is refused.
    """
    for statement in document.statements:
        effect = statement.effect
        if effect is not None and effect not in EFFECTS:
            at = statement.elements["Effect"].at
            message = f"`{effect}` is no effect; expected `Allow` or `Deny`{did_you_mean(effect, EFFECTS)}"
            yield Hit(at, message, fixes=instead(at, nearest(effect, EFFECTS)))


@rule("MISSING_ACTION", Severity.ERROR, bad=policy(allow(Action=None)), good=policy(allow()), of_aws=True)
def missing_action(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A statement without `Action` speaks of nothing.

    It takes `Action`, or `NotAction` for all but those named, and in it at least one action. For every action write `*`.
    """
    yield from _missing(document, "Action", "an action such as `ses:SendEmail`")


@rule("MISSING_RESOURCE", Severity.ERROR, bad=policy(allow(Resource=None)), good=policy(allow()), of_aws=True)
def missing_resource(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A statement without `Resource` does not say on what.

    Every policy but a role's trust policy and that of a repository of ECR takes `Resource` or `NotResource`, and in it at least one
    ARN or `*`. Of mail it is the identity that sends: `arn:aws:ses:us-east-1:111122223333:identity/example.com`.
    """
    if document.kind is not PolicyKind.TRUST:
        yield from _missing(document, "Resource", "an ARN or `*`")


def _missing(document: Document, name: str, expected: str) -> Iterator[Hit]:
    for statement in document.statements:
        if name == "Resource" and document.kind is PolicyKind.RESOURCE and _is_about_a_repository(statement):
            continue
        there = [each for each in (name, f"Not{name}") if each in statement.elements]
        if not there:
            yield Hit(statement.at, f"{statement.name} has no `{name}`; expected {expected}")
        for each in there:
            if not any(True for _ in statement.entries(each)):
                yield Hit(statement.elements[each].at, f"`{each}` of {statement.name} is empty; expected {expected}")


def _is_about_a_repository(statement: StatementTree) -> bool:
    named = "Resource" in statement.elements or "NotResource" in statement.elements
    return not named and is_about_a_repository(entry.text for entry in statement.entries("Action"))


@rule(
    "MISSING_PRINCIPAL",
    Severity.ERROR,
    bad=policy(grant(Principal=None)),
    good=policy(grant()),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def missing_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A policy that hangs on a resource must say whom it speaks of.

    A policy of a user is about that user; one on an identity, or a role's trust policy, is about whomever `Principal` names: an
    account, a user, a role, a service.
    """
    if document.kind not in WITH_PRINCIPAL:
        return
    for statement in document.statements:
        there = [each for each in ("Principal", "NotPrincipal") if each in statement.elements]
        if not there:
            yield Hit(statement.at, f"{statement.name} has no `Principal`; expected whom it speaks of")
        for each in there:
            element = statement.elements[each]
            if element.is_object and not any(True for value in element.members().values() for _ in value.entries()):
                yield Hit(element.at, f"`{each}` of {statement.name} names nobody")


@rule(
    "UNSUPPORTED_PRINCIPAL",
    Severity.ERROR,
    bad=policy(grant()),
    good=policy(grant(Principal=None)),
    of_aws=True,
)
def unsupported_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A policy of a user, group or role takes no `Principal`.

    It is about whoever it is attached to. `Principal` belongs into policies on resources (`aws ses put-identity-policy`) and into
    trust policies; this document may be one of those, put at the wrong place.
    """
    if document.kind not in WITHOUT_PRINCIPAL or document.kind is PolicyKind.SCP:
        return
    for statement in document.statements:
        for name in ("Principal", "NotPrincipal"):
            element = statement.elements.get(name)
            if element is not None:
                yield Hit(
                    element.key or element.at,
                    f"{article(document.kind.value)} takes no `{name}`: it is about whom it is attached to",
                )


@rule(
    "UNSUPPORTED_ELEMENT_COMBINATION",
    Severity.ERROR,
    bad=policy(allow(NotAction="ses:PutIdentityPolicy")),
    good=policy(allow()),
    of_aws=True,
)
def unsupported_element_combination(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`Action` and `NotAction` exclude each other, and so do `Resource` and `NotResource`, `Principal` and `NotPrincipal`.

    The second of a pair does not take away from the first. To allow `ses:*` without some actions, write the Allow, and a Deny of
    those.
    """
    for statement in document.statements:
        for name in ("Action", "Resource", "Principal"):
            other = statement.elements.get(f"Not{name}")
            if other is not None and name in statement.elements:
                yield Hit(other.key or other.at, f"`{name}` and `Not{name}` exclude each other in {statement.name}")


# --- Sid ----------------------------------------------------------------------------------------------------------------


@rule("UNSUPPORTED_SID", Severity.ERROR, bad=policy(allow(Sid="Send mail")), good=policy(allow(Sid="SendMail")), of_aws=True)
def unsupported_sid(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A `Sid` of an identity's policy is of letters and digits alone.

    `Sid` is the statement's name, which denials and logs show. Blanks, dots and hyphens are refused in it.
    """
    if document.kind not in WITHOUT_PRINCIPAL:
        return
    for sid in _sids(document):
        if sid.text is not None and not SID.fullmatch(sid.text):
            plain = "".join(character for character in sid.text.title() if character.isascii() and character.isalnum())
            fix = Fix(f"write `{plain}`", (written(sid.at, plain),), proof="a `Sid` plays no part in any decision")
            taken = plain in {each.text for each in _sids(document)}
            yield Hit(sid.at, f"`{sid.text}` has more than letters and digits", fixes=() if taken or not plain else (fix,))


@rule("EMPTY_SID_VALUE", Severity.SUGGESTION, bad=policy(allow(Sid="")), good=policy(allow(Sid="SendMail")), of_aws=True)
def empty_sid_value(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An empty `Sid` names nothing.

    A name such as `DenyOutsideOffice` makes a denial readable: it stands in the answer and in the log. Write one, or leave `Sid`
    out.
    """
    for sid in _sids(document):
        if sid.text == "":
            yield Hit(sid.at, "`Sid` is empty; name the statement, or leave it out")


@rule(
    "UNIQUE_SIDS_REQUIRED",
    Severity.ERROR,
    bad=policy(allow(Sid="Send"), allow(Sid="Send", Action="ses:SendRawEmail")),
    good=policy(allow(Sid="Send"), allow(Sid="SendRaw", Action="ses:SendRawEmail")),
    of_aws=True,
)
def unique_sids_required(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Two statements of one name.

    Within a policy of IAM each `Sid` stands once; the policy is refused otherwise.
    """
    if document.kind in WITHOUT_PRINCIPAL or document.kind is PolicyKind.TRUST:
        yield from _twice(document)


@rule(
    "UNIQUE_SIDS_RECOMMENDED",
    Severity.WARNING,
    bad=policy(grant(Sid="Send"), grant(Sid="Send", Action="ses:SendRawEmail")),
    good=policy(grant(Sid="Send"), grant(Sid="SendRaw", Action="ses:SendRawEmail")),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def unique_sids_recommended(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Two statements of one name, which this kind of policy may have.

    But then a denial that names its statement does not say which of the two it was.
    """
    if document.kind in (PolicyKind.RESOURCE, PolicyKind.RCP):
        yield from _twice(document)


def _twice(document: Document) -> Iterator[Hit]:
    seen: set[str] = set()
    for sid in _sids(document):
        if sid.text in seen:
            yield Hit(sid.at, f"`{sid.text}` is the name of an earlier statement")
        elif sid.text:
            seen.add(sid.text)


def _sids(document: Document) -> Iterator[Element]:
    return (statement.elements["Sid"] for statement in document.statements if "Sid" in statement.elements)
