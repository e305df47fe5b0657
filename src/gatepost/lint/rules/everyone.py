"""Rules on whom a policy lets in: everybody, whole accounts, everybody but some.

Source: SES Developer Guide, "Sending authorization"; IAM User Guide, "AWS JSON policy elements: Principal".
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.examples import ACCOUNT, ALICE, DOMAIN, allow, grant, policy, when
from gatepost.lint.finding import Edit, Fix, Severity
from gatepost.lint.patch import patched, rewritten
from gatepost.lint.reach import about, denies_of, grants, names_principals, part, shown, somebody, stranger
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import sends_of
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import actions, services
from gatepost.policy.match import speaks_of_action
from gatepost.policy.model import Effect, PrincipalType, Statement
from gatepost.policy.principal import Principal, is_account
from gatepost.policy.read import PolicyKind
from gatepost.policy.values import account_of, arn_parts
from gatepost.reasoning.undecidable import Undecidable

if TYPE_CHECKING:
    from gatepost.reasoning.questions import Asker

PARTNER: Final = "444455556666"
BINDING: Final = ("aws:principalarn", "aws:userid", "aws:username")


def allowing(document: Document) -> Iterator[tuple[StatementTree, Statement]]:
    """The Allows that grant something by themselves."""
    if grants(document):
        for tree in document.statements:
            if tree.statement is not None and tree.statement.effect is Effect.ALLOW:
                yield tree, tree.statement


def owner_of(statement: Statement, setting: Setting) -> str | None:
    """The account whose resources a statement speaks of: the one that its ARNs name, else the setting's."""
    named = {account_of(resource) for resource in statement.resources or ()}
    (account,) = named if len(named) == 1 else (None,)
    return account if account is not None and is_account(account) else setting.account


# --- everybody ----------------------------------------------------------------------------------------------------------


@rule(
    "SES_PRINCIPAL_EVERYONE",
    Severity.SECURITY_WARNING,
    bad=policy(grant(Principal="*")),
    good=policy(grant(Principal="*", Condition=when("StringEquals", "aws:PrincipalAccount", ACCOUNT))),
    kind=PolicyKind.RESOURCE,
    solved=True,
    supersedes=("GP_PUBLIC",),
)
def principal_everyone(document: Document, setting: Setting) -> Iterator[Hit]:
    """`"Principal": "*"` is everybody on earth, and not everybody in your account.

    Every AWS account may do what the statement allows as soon as its own policies let it: to send as your domain, with your
    reputation. `{"AWS": "*"}` says the same. Name who is meant: the account, a role, a user; or bind the caller by
    `aws:PrincipalAccount`, `aws:PrincipalOrgID` or `aws:PrincipalArn`. Conditions on the address or the time bind what is sent,
    not who sends.
    """
    if not names_principals(document) or document.policy is None:
        return
    for tree, statement in allowing(document):
        entry = everyone_in(tree)
        if entry is None:
            continue
        request = stranger(document).allows_anything(part(document, statement, *denies_of(document)))
        if request is None:
            continue
        owner = owner_of(statement, setting)
        meant = f'; if you mean your account, name it: `{{"AWS": "{owner}"}}`' if owner else ""
        what = "send as this identity" if sends_of(statement) else "do this"
        yield Hit(
            entry.at,
            f"`*` is everybody on earth: every AWS account may {what} as soon as its own policies allow it{meant}",
            shown(request, "allowed to an account that you never heard of"),
            () if owner is None else _named_account(document, tree, owner),
        )


def everyone_in(tree: StatementTree) -> Element | None:
    """The `*` of a Principal."""
    principal = tree.elements.get("Principal")
    if principal is None:
        return None
    if principal.text == "*":
        return principal
    named = principal.members().get(PrincipalType.AWS.value)
    return None if named is None else next((each for each in named.entries() if each.text == "*"), None)


def _named_account(document: Document, tree: StatementTree, account: str) -> tuple[Fix, ...]:
    principal = tree.elements["Principal"]
    everyone = everyone_in(tree)
    if everyone is None:
        return ()
    if everyone is principal or principal.members()[PrincipalType.AWS.value].is_list:
        edits: tuple[Edit, ...] = (rewritten(document, principal, {PrincipalType.AWS.value: account}),)
    else:
        edits = (Edit(everyone.at.start, everyone.at.end, f'"{account}"'),)
    proof = (
        f"nobody outside {account} is let in any more, and the policy says of everybody inside what it said before"
        " (whom their own policies must allow it as well)"
    )
    proved = _same_inside_nobody_outside(document, tree, edits, account)
    return (Fix(f"name the account {account}", edits, proof if proved else "", changes_meaning=True),)


def _same_inside_nobody_outside(document: Document, tree: StatementTree, edits: tuple[Edit, ...], account: str) -> bool:
    fixed = patched(document, edits).policy
    if fixed is None or tree.statement is None:
        return False
    old, new = part(document, tree.statement), part(document, fixed.statements[tree.number])
    outside = [*(f"arn:aws:iam::{PARTNER}:{each}" for each in ("root", "user/u", "role/r")), "ses.amazonaws.com", "*"]
    inside = [f"arn:aws:iam::{account}:{each}" for each in ("root", "user/u", "role/r")]
    inside += [f"arn:aws:sts::{account}:{each}" for each in ("assumed-role/r/s", "federated-user/f")]
    try:
        return all(_as(document, who).allows_anything(new) is None for who in outside) and all(
            _as(document, who).equivalent(old, new) for who in inside
        )
    except Undecidable:
        return False


def _as(document: Document, arn: str) -> "Asker":
    from gatepost.reasoning.questions import Asker, Side  # noqa: PLC0415 -- the solver is an extra

    caller = Principal.of(arn)
    text = document.text.lower()
    known = {key: value for key, value in about(caller).items() if key.lower() in text}
    return Asker(Side.RESOURCE, caller, known)


@rule(
    "SES_PRINCIPAL_WHOLE_ACCOUNT",
    Severity.SUGGESTION,
    bad=policy(grant(Principal={"AWS": PARTNER})),
    good=policy(grant(Principal={"AWS": f"arn:aws:iam::{PARTNER}:role/Mailer"}), grant(Principal={"AWS": ACCOUNT})),
    kind=PolicyKind.RESOURCE,
    supersedes=("GP_CROSS_ACCOUNT",),
)
def principal_whole_account(document: Document, setting: Setting) -> Iterator[Hit]:
    """Another account's number, or its root ARN, lets in whomever its administrators allow.

    Twelve digits and `arn:aws:iam::444455556666:root` say the same: the account as a whole, every user and role in it now and
    later. Name the one role that is to send, or bind it by `aws:PrincipalArn`. A suggestion: it is how accounts share an identity.
    Your own account's number lets in nobody by itself, so it is not reported.
    """
    if not names_principals(document) or document.kind is PolicyKind.TRUST:
        return
    for tree, statement in allowing(document):
        if any(condition.key.lower() in BINDING for condition in statement.conditions):
            continue
        owner = owner_of(statement, setting)
        aws = tree.elements["Principal"].members().get("AWS") if "Principal" in tree.elements else None
        for entry in () if aws is None else aws.entries():
            account = _whole_account(entry.text or "")
            if account is not None and account != owner:
                yield Hit(entry.at, f"`{entry.text}` is every user and role of account {account} that its administrators allow")


def _whole_account(value: str) -> str | None:
    if is_account(value):
        return value
    parts = arn_parts(value)
    return parts[4] if parts is not None and parts[5] == "root" else None


# --- all but some -------------------------------------------------------------------------------------------------------


@rule(
    "SES_NOTPRINCIPAL_ALLOW",
    Severity.SECURITY_WARNING,
    bad=policy(grant(Principal=None, NotPrincipal={"AWS": ALICE})),
    good=policy(grant()),
    kind=PolicyKind.RESOURCE,
    solved=True,
    supersedes=("ALLOW_WITH_NOT_PRINCIPAL", "GP_PUBLIC"),
)
def notprincipal_allow(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An Allow with `NotPrincipal` lets in everybody on earth but those named.

    Whoever is left out is let in, in every account, and anonymous callers too. Name in `Principal` who is meant, and shut out the
    others by a Deny.
    """
    for tree, statement in allowing(document):
        if "NotPrincipal" in tree.elements:
            request = stranger(document).allows_anything(part(document, statement, *denies_of(document)))
            if request is not None:
                where = tree.elements["NotPrincipal"]
                said = "an Allow to everybody on earth but these; name in `Principal` who is meant"
                yield Hit(where.key or where.at, said, shown(request, "allowed to an account that you never heard of"))


@rule(
    "SES_NOTACTION_ALLOW",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action=None, NotAction="ses:Delete*")),
    good=policy(allow(Action="ses:Send*", Condition=when("StringLike", "ses:FromAddress", "*@example.com"))),
    solved=True,
)
def notaction_allow(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An Allow with `NotAction` allows every action but those named, of every service, those to come as well.

    `"NotAction": "ses:Delete*"` allows `iam:CreateUser` too. Name in `Action` what is meant; to take something away from a wider
    Allow, write a Deny.
    """
    for tree, statement in allowing(document):
        if "NotAction" not in tree.elements or not sends_of(statement):
            continue
        request = somebody(document).allows_anything(part(document, statement, *denies_of(document)))
        if request is None:
            continue
        counted = {service: _counted(statement, service) for service in ("ses", "iam")}
        of = " and ".join(f"{count} actions of {service.upper()}" for service, count in counted.items() if count)
        others = len(services()) - len(counted)
        where = tree.elements["NotAction"]
        yield Hit(
            where.key or where.at,
            f"allows all but these: {of}, of {others} more services that are known in full, and of all others",
            shown(request, "allowed, though no action is named"),
        )


def _counted(statement: Statement, service: str) -> int:
    return sum(speaks_of_action(statement, f"{service}:{action.name}".lower()) for action in actions(service))


@rule(
    "SES_NOTRESOURCE_ALLOW",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Resource=None, NotResource=DOMAIN)),
    good=policy(allow(Resource=DOMAIN)),
    solved=True,
)
def notresource_allow(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An Allow with `NotResource` allows the action on everything but those named, also on what is verified later.

    Every other identity of the account may be sent from. Name in `Resource` the identities that are meant.
    """
    for tree, statement in allowing(document):
        if "NotResource" in tree.elements and (statement.not_actions is not None or sends_of(statement)):
            request = somebody(document).allows_anything(part(document, statement, *denies_of(document)))
            if request is not None:
                where = tree.elements["NotResource"]
                said = "allows this on every resource but these, also on identities that are verified later"
                yield Hit(where.key or where.at, said, shown(request, "allowed, though no resource is named"))
