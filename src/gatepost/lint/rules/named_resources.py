"""Rules on what a statement names: the wrong region, account, identity or type, an ARN where an action takes none.

What is not known of the setting (account, region, identities) is not guessed. Source: service authorization reference of SES; SES
Developer Guide, "Sending authorization policies" (what a policy of an identity may hold).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.examples import DOMAIN, allow, grant, policy
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import in_place_of, patched, rewritten, value_of
from gatepost.lint.reach import claim, grants, is_proved, part
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import names_ses
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import Action, action, actions, condition_key
from gatepost.policy.match import covers_action
from gatepost.policy.model import Effect, Statement
from gatepost.policy.pattern import glob, wild
from gatepost.policy.read import PolicyKind
from gatepost.policy.values import arn_parts

QUOTA: Final = "ses:GetSendQuota"
SET: Final = "arn:aws:ses:us-east-1:111122223333:configuration-set/news"
WILD: Final = ("*", "?", "$")
REGION, ACCOUNT_PART, NAMED = 3, 4, 5


def _ses_arns(document: Document) -> Iterator[tuple[StatementTree, Element, tuple[str, ...]]]:
    """The resources of SES that statements name, in their six parts."""
    for tree in document.statements:
        for entry in tree.entries("Resource", "NotResource"):
            parts = arn_parts(entry.text or "")
            if parts is not None and parts[2] == "ses":
                yield tree, entry, parts


def _severity(document: Document) -> Severity:
    """SES refuses a policy of an identity that names another one; in others the statement is merely idle."""
    return Severity.ERROR if document.kind is PolicyKind.RESOURCE else Severity.WARNING


def _is_literal(text: str) -> bool:
    return bool(text) and not any(mark in text for mark in WILD)


def _replaced(document: Document, entry: Element, parts: tuple[str, ...], at: int, value: str) -> tuple[Fix, ...]:
    arn = ":".join((*parts[:at], value, *parts[at + 1 :]))
    edits = (rewritten(document, entry, arn),)
    return (Fix(f"write `{arn}`", edits, changes_meaning=True),)


# --- another place ------------------------------------------------------------------------------------------------------


@rule(
    "SES_RESOURCE_WRONG_REGION",
    Severity.WARNING,
    bad=policy(allow(Resource=DOMAIN.replace("us-east-1", "eu-west-1"))),
    good=policy(allow(Resource=DOMAIN)),
)
def resource_wrong_region(document: Document, setting: Setting) -> Iterator[Hit]:
    """The ARN is of another region than the one that the policy is for.

    Identities are verified region by region: `identity/example.com` of `eu-west-1` is another one than that of `us-east-1`, and a
    statement about it says nothing of this one. A policy of an identity that names another is refused.
    """
    for _, entry, parts in _ses_arns(document):
        if setting.region is not None and _is_literal(parts[REGION]) and parts[REGION] != setting.region:
            yield Hit(
                entry.part((entry.text or "").index(f":{parts[REGION]}:") + 1, len(parts[REGION])),
                f"`{parts[REGION]}` is another region; this is `{setting.region}`",
                fixes=_replaced(document, entry, parts, REGION, setting.region),
                severity=_severity(document),
            )


@rule(
    "SES_RESOURCE_WRONG_ACCOUNT",
    Severity.WARNING,
    bad=policy(allow(Resource=DOMAIN.replace("111122223333", "999988887777"))),
    good=policy(allow(Resource=DOMAIN)),
)
def resource_wrong_account(document: Document, setting: Setting) -> Iterator[Hit]:
    """The ARN is of another account.

    An identity belongs to the account that has verified it. A sender who is to send as another account's identity does name that
    one's ARN, so look whether it is meant; most often it is left over from where the policy was copied.
    """
    for _, entry, parts in _ses_arns(document):
        account = parts[ACCOUNT_PART]
        if setting.account is not None and account.isdigit() and account != setting.account:
            yield Hit(
                entry.part((entry.text or "").index(f":{account}:") + 1, len(account)),
                f"`{account}` is another account; this is `{setting.account}`",
                fixes=_replaced(document, entry, parts, ACCOUNT_PART, setting.account),
                severity=_severity(document),
            )


@rule(
    "SES_RESOURCE_WRONG_IDENTITY",
    Severity.WARNING,
    bad=policy(allow(Resource=f"{DOMAIN}.example")),
    good=policy(allow(Resource=DOMAIN)),
)
def resource_wrong_identity(document: Document, setting: Setting) -> Iterator[Hit]:
    """The identity that is named is not verified here.

    A message is decided by the identity of its From address: the address where that is verified, else its domain. A statement
    about any other identity never speaks of a message.
    """
    if setting.identities is None:
        return
    known = {identity.lower() for identity in setting.identities}
    for _, entry, parts in _ses_arns(document):
        kind, _, name = parts[NAMED].partition("/")
        elsewhere = setting.region not in (None, parts[REGION]) or setting.account not in (None, parts[ACCOUNT_PART])
        if kind == "identity" and _is_literal(name) and name.lower() not in known and not elsewhere:
            near = f"; here are {', '.join(f'`{each}`' for each in sorted(known)[:3])}" if known else ""
            yield Hit(entry.at, f"`{name}` is not verified in this account and region{near}", severity=_severity(document))


# --- another type -------------------------------------------------------------------------------------------------------


@rule(
    "SES_RESOURCE_WRONG_TYPE",
    Severity.ERROR,
    bad=policy(allow(Resource=SET)),
    good=policy(allow(Resource=[DOMAIN, SET])),
)
def resource_wrong_type(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The action needs a resource of a type that no statement allows it on.

    A message is decided on its identity, and on the configuration set and the template that it names as well: each must be allowed.
    `ses:SendEmail` on a configuration set alone never sends, nor does `ses:SendTemplatedEmail` on an identity without a template.
    """
    if not grants(document) or document.kind is PolicyKind.RESOURCE:
        return
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.effect is not Effect.ALLOW or statement.resources is None or not names_ses(statement):
            continue
        for entry in tree.entries("Action"):
            known = action(entry.text or "")
            missing = None if known is None or known.service != "ses" else _missing_type(document, known)
            if known is not None and missing is not None:
                form = f"arn:aws:ses:REGION:ACCOUNT:{missing}/NAME"
                where = tree.elements["Resource"]
                said = f"`{entry.text}` needs a resource of the type {missing} (`{form}`), which no statement allows it on"
                yield Hit(where.at, said)


def _missing_type(document: Document, known: Action) -> str | None:
    """A type that the action needs, and that no Allow of it names."""
    statements = document.policy.statements if document.policy else ()
    allows = [each for each in statements if each.effect is Effect.ALLOW and _speaks(each, known)]
    for kind, needed in known.resource_types.items():
        if needed and not any(_names_type(each, kind) for each in allows):
            return kind
    return None


def _speaks(statement: Statement, known: Action) -> bool:
    name = f"ses:{known.name.lower()}"
    return statement.actions is None or any(covers_action(each, name) for each in statement.actions)


def _names_type(statement: Statement, kind: str) -> bool:
    """Whether some resource of a type is named, or may be."""
    for resource in statement.resources or ("*",):
        parts = arn_parts(resource)
        if parts is None:
            return True  # `*`, or what other rules tell
        named = parts[NAMED].partition("/")[0]
        if glob(wild(parts[2]), "ses") and (any(mark in named for mark in WILD) or named == kind):
            return True
    return statement.not_resources is not None


@rule(
    "SES_ACTION_WITHOUT_RESOURCE_LEVEL",
    Severity.ERROR,
    bad=policy(allow(Action=["ses:SendEmail", "ses:SendRawEmail", QUOTA], Resource=DOMAIN)),
    good=policy(allow(Action=["ses:SendEmail", "ses:SendRawEmail"], Resource=DOMAIN), allow(Action=QUOTA)),
    solved=True,
)
def action_without_resource_level(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The action is on no resource, so a statement that names one never speaks of it.

    Statistics, quotas, lists and all administration of version 1 (`ses:GetSendQuota`, `ses:ListIdentities`,
    `ses:PutIdentityPolicy`) are asked of `*`. An Allow of them on an identity's ARN allows nothing, and a Deny denies nothing.
    Give them a statement of their own, with `"Resource": "*"`.
    """
    if document.kind is PolicyKind.RESOURCE:
        return
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.resources is None or any(_may_be_star(each) for each in statement.resources):
            continue
        idle = [entry for entry in tree.entries("Action") if _takes_no_resource(entry.text or "")]
        for entry in idle:
            does = "allows" if statement.effect is Effect.ALLOW else "denies"
            said = f'`{entry.text}` is on no resource: with an ARN {tree.name} never {does} it; expected `"Resource": "*"`'
            yield Hit(entry.at, said, fixes=_on_everything(document, tree, [each.text or "" for each in idle]))


def _may_be_star(resource: str) -> bool:
    return glob(wild(resource), "*") or "$" in resource


def _takes_no_resource(entry: str) -> bool:
    """Whether the entry covers actions of SES, and none on a resource."""
    if entry[:4].lower() != "ses:":
        return False
    covered = [each for each in actions("ses") if covers_action(entry, f"ses:{each.name.lower()}")]
    return bool(covered) and not any(each.resource_types for each in covered)


def _on_everything(document: Document, tree: StatementTree, idle: list[str]) -> tuple[Fix, ...]:
    """The actions on no resource in a statement of their own; proved to leave the others as they were."""
    statement = value_of(document, tree.element)
    listed = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    kept = [each for each in listed if each not in idle]
    moved = {**statement, "Action": idle if len(idle) > 1 else idle[0], "Resource": "*"}
    if kept:
        if "Sid" in moved:
            moved["Sid"] = f"{moved['Sid']}OnAll"
        rest = {**statement, "Action": kept if len(kept) > 1 else kept[0]}
        edits = (in_place_of(document, tree, rest, moved),)
    else:
        edits = (rewritten(document, tree.elements["Resource"], "*"),)
    fixed = patched(document, edits).policy
    if fixed is None or tree.statement is None:
        return ()
    new = fixed.statements[tree.number : tree.number + (2 if kept else 1)]
    meant = (replace(tree.statement, actions=tuple(idle), resources=("*",)), *((tree.statement,) if kept else ()))
    one, other = part(document, *map(claim, new)), part(document, *map(claim, meant))
    proved = is_proved(document, lambda asker: asker.equivalent(one, other))
    proof = "the other actions as before; these under the same conditions, on `*`" if proved else ""
    return (Fix('give them a statement with `"Resource": "*"`', edits, proof, changes_meaning=True),)


# --- what SES refuses in a policy of an identity ------------------------------------------------------------------------


@rule(
    "SES_RESOURCE_POLICY_BAD_ACTION",
    Severity.ERROR,
    bad=policy(grant(Action=["ses:SendEmail", "ses:PutIdentityPolicy"])),
    good=policy(grant(Action=["ses:SendEmail", "ses:SendRawEmail", "ses:GetEmailIdentity"])),
    kind=PolicyKind.RESOURCE,
)
def resource_policy_bad_action(document: Document, _setting: Setting) -> Iterator[Hit]:
    """SES refuses the policy of an identity that speaks of what is not done with an identity.

    It takes the actions that send as the identity or manage it, and conditions on keys of SES and of all AWS. Anything else is
    answered with `InvalidPolicy` when it is put.
    """
    if document.kind is not PolicyKind.RESOURCE or not any(True for _ in _ses_arns(document)):
        return
    for tree in document.statements:
        for entry in tree.entries("Action", "NotAction"):
            if not _is_on_identities(entry.text or ""):
                said = f"`{entry.text}` is not done with an identity; expected an action such as `ses:SendRawEmail`"
                yield Hit(entry.at, said)
        for pair, condition in tree.read_conditions():
            key = condition.key.lower()
            if condition_key(key) is None or not key.startswith(("aws:", "ses:")):
                yield Hit(pair.key_at, f"SES refuses the condition key `{condition.key}`; expected one of `ses:` or `aws:`")


def _is_on_identities(entry: str) -> bool:
    return any("identity" in each.resource_types for each in actions("ses") if covers_action(entry, f"ses:{each.name.lower()}"))
