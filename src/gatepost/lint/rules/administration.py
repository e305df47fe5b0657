"""Rules on what a sender should not be able to do: change who may send, verify identities, read mail, or grant itself more.

Source: service authorization references of SES and IAM.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.examples import allow, policy
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import rewritten, statement_of, value_of
from gatepost.lint.reach import denies_of, is_proved, part, shown, somebody
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import WHOLE_FAMILY, senders
from gatepost.lint.setting import Setting
from gatepost.policy.match import covers_action
from gatepost.policy.model import Effect, Statement

SENDER: Final = ["ses:Send*", "ses:Get*", "ses:List*"]
ADMINISTRATION: Final = {
    "ses:PutIdentityPolicy": "decide who sends as an identity",
    "ses:CreateEmailIdentityPolicy": "decide who sends as an identity",
    "ses:UpdateEmailIdentityPolicy": "decide who sends as an identity",
    "ses:DeleteIdentityPolicy": "decide who sends as an identity",
    "ses:DeleteEmailIdentityPolicy": "decide who sends as an identity",
    "ses:VerifyEmailIdentity": "verify identities to send as",
    "ses:VerifyDomainIdentity": "verify identities to send as",
    "ses:CreateEmailIdentity": "verify identities to send as",
    "ses:DeleteIdentity": "delete identities",
    "ses:DeleteEmailIdentity": "delete identities",
    "ses:PutSuppressedDestination": "decide who gets no mail any more",
    "ses:DeleteSuppressedDestination": "write again to who bounced or complained",
    "ses:UpdateAccountSendingEnabled": "stop and start the account's mail",
    "ses:PutAccountSendingAttributes": "stop and start the account's mail",
    "ses:CreateReceiptRule": "have incoming mail delivered elsewhere",
    "ses:UpdateReceiptRule": "have incoming mail delivered elsewhere",
    "iam:PutUserPolicy": "grant itself anything",
    "iam:PutRolePolicy": "grant itself anything",
    "iam:PutGroupPolicy": "grant itself anything",
    "iam:AttachUserPolicy": "grant itself anything",
    "iam:AttachRolePolicy": "grant itself anything",
    "iam:AttachGroupPolicy": "grant itself anything",
    "iam:AddUserToGroup": "grant itself anything",
    "iam:CreatePolicyVersion": "grant itself anything",
    "iam:SetDefaultPolicyVersion": "grant itself anything",
    "iam:UpdateAssumeRolePolicy": "let anybody assume a role",
    "iam:CreateAccessKey": "make keys for others",
}


@rule(
    "SES_ADMIN_IN_SENDER_POLICY",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action=["ses:SendEmail", "ses:SendRawEmail", "ses:PutIdentityPolicy"])),
    good=policy(allow(Action=["ses:SendEmail", "ses:SendRawEmail", "ses:GetSendQuota", "ses:GetSendStatistics"])),
    solved=True,
)
def admin_in_sender_policy(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Who may send may also change who sends, or grant itself more.

    The keys of a program that sends mail lie on many machines. With `ses:PutIdentityPolicy` its thief lets others send as your
    domain, with `ses:CreateReceiptRule` reads your mail, with `iam:PutUserPolicy` does anything. Grant a sender `ses:Send*`, and
    `ses:GetSendQuota`, `ses:GetSendStatistics` where it watches itself; keep administration in another role. A suggestion where all of
    SES is granted openly, `ses:*` on `*`: so administrators have it.
    """
    if not any(senders(document)) or document.policy is None:
        return
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.effect is not Effect.ALLOW:
            continue
        for entry in tree.entries("Action"):
            covered = _administration(entry.text or "")
            if not covered or entry.text == "*":
                continue
            may = replace(statement, actions=covered, not_actions=None)
            request = somebody(document).allows_anything(part(document, may, *denies_of(document)))
            if request is not None:
                yield Hit(
                    entry.at,
                    _said(entry.text or "", covered, request.action),
                    shown(request, "allowed to whoever holds this sender's keys"),
                    _sending_and_reading(document, tree, entry),
                    severity=Severity.SUGGESTION if _is_administrator(statement, entry) else None,
                )


def _is_administrator(statement: Statement, entry: Element) -> bool:
    """Whether a statement openly grants all of SES: who is to have it is no sender by mistake."""
    return (entry.text or "").lower() == "ses:*" and statement.resources == ("*",)


def _administration(entry: str) -> tuple[str, ...]:
    return tuple(name for name in ADMINISTRATION if covers_action(entry, name.lower()))


def _said(entry: str, covered: tuple[str, ...], found: str) -> str:
    does = ADMINISTRATION.get(found, ADMINISTRATION[covered[0]])
    if entry.lower() == found.lower():
        return f"a sender may also {does}"
    more = f", and {len(covered) - 1} more actions of the kind" if len(covered) > 1 else ""
    return f"`{entry}` is more than sending: with `{found}` a sender may also {does}{more}"


def _sending_and_reading(document: Document, tree: StatementTree, entry: Element) -> tuple[Fix, ...]:
    """A whole `ses:*` made what a sender needs: to send, and to read."""
    if (entry.text or "").lower() != "ses:*" or tree.statement is None:
        return ()
    element = tree.elements["Action"]
    value = value_of(document, element)
    others = [each for each in (value if isinstance(value, list) else [value]) if each != entry.text]
    edits = (rewritten(document, element, [*SENDER, *others]),)
    new = statement_of(document, edits, tree.number)
    if new is None:
        return ()
    proof = "it allows nothing that it did not, every send that it did, and no administration of SES"
    proved = _is_a_senders(document, tree.statement, new)
    return (Fix("allow to send and to read", edits, proof if proved else "", changes_meaning=True),)


def _is_a_senders(document: Document, old: Statement, new: Statement) -> bool:
    administration = tuple(name for name in ADMINISTRATION if name.startswith("ses:"))
    sends, forbidden = replace(old, actions=(WHOLE_FAMILY,)), replace(old, actions=administration)
    return is_proved(
        document,
        lambda asker: (
            asker.narrower(part(document, new), part(document, old))
            and asker.narrower(part(document, sends), part(document, new))
            and asker.overlap(part(document, new), part(document, forbidden)) is None
        ),
    )
