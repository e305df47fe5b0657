"""Rules on who is named as the sender: `ses:FromAddress` and `ses:FromDisplayName`, left open.

Source: SES Developer Guide, "Sending authorization policies".
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import Document
from gatepost.lint.examples import allow, policy, when
from gatepost.lint.finding import Severity
from gatepost.lint.reach import compared, denies_of, narrowed, part, shown, somebody
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import DISPLAY_NAME, FROM, carries, conditions_on, senders, sends_of
from gatepost.lint.setting import Setting
from gatepost.policy.model import Condition, Statement
from gatepost.policy.pattern import glob, is_star, wild
from gatepost.policy.values import arn_parts

NEWS: Final = when("StringLike", "ses:FromAddress", "news@example.com")
BOTH: Final = ["ses:SendEmail", "ses:SendRawEmail"]


# --- left open ----------------------------------------------------------------------------------------------------------


@rule(
    "SES_FROM_UNRESTRICTED",
    Severity.SUGGESTION,
    bad=policy(allow(Action=BOTH)),
    good=policy(allow(Action=BOTH, Condition=NEWS)),
    solved=True,
)
def from_unrestricted(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Whoever may send as a domain, and is not bound to an address, may send as any mailbox of it.

    A domain's identity speaks for all its addresses: a program that is to send newsletters may write as the chief executive, too.
    Bind it with a condition on `ses:FromAddress`, such as `"StringLike": {"ses:FromAddress": "news@example.com"}`, or name the
    identity of one address as the resource. A suggestion: a domain that one program uses needs no more. An administrator's
    `"Action": "*"` is not reported.
    """
    for tree, statement in senders(document):
        if not any(carries(name, FROM) for name in sends_of(statement)):
            continue
        if any(not _says_nothing(condition) for _, condition in conditions_on(tree, FROM)):
            continue
        domain = domain_of(statement)
        if domain is None:
            continue
        chief = narrowed(statement, compared("StringEquals", "ses:FromAddress", f"ceo@{domain}"))
        request = somebody(document).overlap(part(document, statement, *denies_of(document)), part(document, chief))
        if request is None:
            continue
        where = tree.elements.get("Condition", tree.elements.get("Resource", tree.element))
        yield Hit(
            where.key or where.at,
            f"{tree.name} does not bind the From address: any mailbox of {whose(statement, domain)} may be named as the sender",
            shown(request, "allowed, whoever is named as the sender"),
            notes=(f'bind it: "StringLike": {{"ses:FromAddress": "news@{domain}"}}',),
        )


def _says_nothing(condition: Condition) -> bool:
    return condition.operator.base == "StringLike" and any(map(is_star, condition.values))


def domain_of(statement: Statement) -> str | None:
    """A domain as which a statement lets one send; None where all its identities are addresses."""
    for resource in statement.resources or ("*",):
        if resource == "*":
            return "example.com"
        parts = arn_parts(resource)
        if parts is None or not glob(wild(parts[2]), "ses"):
            continue
        kind, _, name = parts[5].partition("/")
        if "@" not in name and glob(wild(kind), "identity"):
            return "example.com" if not name or "*" in name or "?" in name or "$" in name else name
    return None


def whose(statement: Statement, domain: str) -> str:
    """The domain, or every one, where the statement does not name it."""
    literal = any(resource.endswith(f"/{domain}") for resource in statement.resources or ())
    return domain if literal else "every domain that it may send from"


# --- the name beside the address ----------------------------------------------------------------------------------------


@rule(
    "SES_FROM_DISPLAYNAME_FREE",
    Severity.SUGGESTION,
    bad=policy(allow(Action=BOTH, Condition=NEWS)),
    good=policy(
        allow(Action=BOTH, Condition={"StringLike": {"ses:FromAddress": "news@example.com", "ses:FromDisplayName": "Our News"}})
    ),
    solved=True,
)
def from_displayname_free(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The address is bound, and the name beside it is not.

    Mail programs show the name and hide the address: `Your Chief Executive <news@example.com>` passes. Where that matters, bind
    `ses:FromDisplayName` as well. A suggestion: most senders are trusted with their name.
    """
    for tree, statement in senders(document):
        bound = [pair for pair, condition in conditions_on(tree, FROM) if not _says_nothing(condition)]
        if not bound or any(conditions_on(tree, DISPLAY_NAME)):
            continue
        chief = narrowed(statement, compared("StringEquals", "ses:FromDisplayName", "Chief Executive Officer"))
        request = somebody(document).overlap(part(document, statement, *denies_of(document)), part(document, chief))
        if request is not None:
            said = f"{tree.name} binds the address, not the name that people see beside it (`ses:FromDisplayName`)"
            yield Hit(bound[0].key_at, said, shown(request, "allowed, whatever name stands beside the address"))
