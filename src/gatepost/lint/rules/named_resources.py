"""Rules on what a statement names: the wrong region, account or identity, and what SES refuses.

What is not known of the setting (account, region, identities) is not guessed. Source: SES Developer Guide,
"Sending authorization policies" (what a policy of an identity may hold).
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.examples import DOMAIN, allow, grant, policy
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import rewritten
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import actions, condition_key
from gatepost.policy.match import covers_action
from gatepost.policy.read import PolicyKind
from gatepost.policy.values import arn_parts

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
