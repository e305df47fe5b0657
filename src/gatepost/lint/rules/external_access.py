"""Rules on whom a resource's policy lets in from outside its account.

What Access Analyzer finds for other resources, of identities of SES too. Source: `claims.public`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.examples import ACCOUNT, grant, policy, when
from gatepost.lint.finding import At, Severity, Witness
from gatepost.lint.reach import denies_of, names_principals, part, shown, stranger
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.everyone import allowing, everyone_in, owner_of
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind
from gatepost.reasoning.undecidable import Undecidable

if TYPE_CHECKING:
    from gatepost.claims.public import ExternalAccess

PARTNER: Final = "arn:aws:iam::444455556666:role/Campaigns"
PERHAPS_PUBLIC: Final = when("IpAddress", "aws:SourceIp", "203.0.113.0/24")


@rule(
    "GP_PUBLIC",
    Severity.SECURITY_WARNING,
    bad=policy(grant(Principal="*", Condition=PERHAPS_PUBLIC)),
    good=policy(grant(Principal="*", Condition=when("StringEquals", "aws:PrincipalAccount", ACCOUNT))),
    kind=PolicyKind.RESOURCE,
    solved=True,
)
def public(document: Document, setting: Setting) -> Iterator[Hit]:
    """The policy lets in somebody of whom it says nothing.

    Proved by a request of a caller whose account and organization no statement names. What AWS calls public, and looks for in many
    resources but not in identities of SES. An address says where a caller is, not who: `aws:SourceIp` does not make it private.
    """
    if not any(everyone_in(tree) or "NotPrincipal" in tree.elements for tree, _ in allowing(document)):
        return
    if _owner(document, setting) is None:
        yield from _open_to_a_stranger(document)
        return
    for tree, access in _outsiders(document, setting):
        if access.is_public:
            said = f"public: {_actions(access)} by whoever asks"
            yield Hit(_place(tree, access), said, (Witness(access.witness, "allowed to a stranger"),))


def _open_to_a_stranger(document: Document) -> Iterator[Hit]:
    """Each Allow to everybody that lets a stranger in, whoever owns the resource."""
    for tree, statement in allowing(document):
        entry = everyone_in(tree)
        request = None if entry is None else stranger(document).allows_anything(part(document, statement, *denies_of(document)))
        if entry is not None and request is not None:
            yield Hit(entry.at, f"public: `{request.action}` by whoever asks", shown(request, "allowed to a stranger"))


@rule(
    "GP_CROSS_ACCOUNT",
    Severity.SUGGESTION,
    bad=policy(grant(Principal={"AWS": PARTNER})),
    good=policy(grant()),
    kind=PolicyKind.RESOURCE,
    solved=True,
)
def cross_account(document: Document, setting: Setting) -> Iterator[Hit]:
    """Another account is let in.

    That is what sending authorization is for, so it is a suggestion to look whether this account, and these actions, are meant
    still. A request that shows it is given for each.
    """
    try:
        outsiders = [each for each in _outsiders(document, setting) if not each[1].is_public]
    except Undecidable:
        return  # what is not decided is not suggested
    for tree, access in outsiders:
        said = f"`{access.principal}` of another account is let in: {_actions(access)}"
        yield Hit(_place(tree, access), said, (Witness(access.witness, "allowed to another account"),))


def _outsiders(document: Document, setting: Setting) -> Iterator[tuple[StatementTree, "ExternalAccess"]]:
    """What each statement grants outside the account that owns the resource; nothing where that is not known."""
    if not names_principals(document) or document.policy is None or document.kind is PolicyKind.RCP:
        return
    owner = _owner(document, setting)
    if owner is None:
        return
    # The solver is an extra, and lint starts without it.
    try:
        from gatepost.claims.public import external_access  # noqa: PLC0415 -- as said
    except ImportError:
        raise Undecidable("the solver is not installed: pip install 'gatepost[prove]'") from None
    for access in external_access(document.policy, owner):
        yield document.statements[access.statement], access


def _owner(document: Document, setting: Setting) -> str | None:
    """The account that owns the resource; None where it is not known, or not one."""
    owners = {owner_of(statement, setting) for _, statement in allowing(document)} - {None}
    return owners.pop() if len(owners) == 1 else None


def _actions(access: "ExternalAccess") -> str:
    names = [f"`{name}`" for name in access.actions]
    if not names:
        return f"`{access.witness.action}`"
    return " and ".join(names) if len(names) < 3 else f"{names[0]} and {len(names) - 1} more actions"


def _place(tree: StatementTree, access: "ExternalAccess") -> At:
    """The principal that lets the outsider in."""
    principal = tree.elements.get("Principal")
    if principal is None:
        where = tree.elements.get("NotPrincipal", tree.element)
        return where.key or where.at
    everyone = everyone_in(tree)
    if everyone is not None:
        return everyone.at
    account = access.principal
    entries = (entry for named in principal.members().values() for entry in named.entries())
    found = next((entry for entry in entries if _names(entry, account)), principal)
    return found.at


def _names(entry: Element, principal: str) -> bool:
    text = entry.text or ""
    return text == principal or f"::{principal}:root" in text
