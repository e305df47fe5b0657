"""Rules on patterns of addresses that let other domains through.

Source: SES Developer Guide, "Sending authorization policies".
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import Document, Element
from gatepost.lint.edits import written
from gatepost.lint.examples import allow, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.reach import compared, exchanged, in_force, part, shown, somebody
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import FROM, conditions_on, lets_through
from gatepost.lint.setting import Setting
from gatepost.policy.model import Condition, Statement

BOTH: Final = ["ses:SendEmail", "ses:SendRawEmail"]
LIKE: Final = ("StringLike", "StringNotLike")
Found = tuple[Statement, Condition, Element, str]

# --- loose patterns -----------------------------------------------------------------------------------------------------


def _loose(document: Document, *, at_sign: bool) -> Iterator[Found]:
    """The patterns of addresses that let something through, with an `@` written in them or without, but not `*` alone."""
    if document.policy is None:
        return
    for tree in document.statements:
        for pair, condition in conditions_on(tree, FROM):
            statement = tree.statement
            if statement is None or (
                not condition.operator.base.startswith("StringLike") and (condition.operator.base != "StringNotLike")
            ):
                continue
            if not lets_through(statement, condition):
                continue
            for entry, value in zip(pair.element.entries(), condition.values, strict=True):
                if value.strip("*") and ("@" in value) is at_sign:
                    yield statement, condition, entry, value


@rule(
    "SES_FROM_LOOSE_WILDCARD",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "marketing*example.com"))),
    good=policy(allow(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "marketing*@example.com"))),
    solved=True,
)
def from_loose_wildcard(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A wildcard that runs over the `@` lets other domains through.

    `*example.com` matches `x@evilexample.com`, and `marketing*example.com` matches `marketing@evilexample.com`, for a star is any
    run of characters, the `@` among them. Write the `@`: `*@example.com`, `marketing*@example.com`.
    """
    for statement, condition, entry, value in _loose(document, at_sign=False):
        head, star, tail = value.rpartition("*")
        if not star or not tail:
            continue
        domain = tail.lstrip(".")
        mend = f"{head}*@{domain}"
        other = f"{head.strip('*') or 'x'}@evil{domain}" if tail == domain else f"x@evil.{domain}"
        yield from _slipping(document, statement, condition, entry, value, (other, domain, mend))


@rule(
    "SES_FROM_OTHER_DOMAIN",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "billing@*"))),
    good=policy(allow(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "billing@*.example.com"))),
    solved=True,
)
def from_other_domain(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A wildcard at the domain's own name lets other domains through.

    `billing@*` is that mailbox of every domain from which the account may send, and `x@*example.com` is of `evilexample.com` too.
    Write the domain out; for its subdomains put a dot behind the star: `*@*.example.com`. It is not told where the statement
    names its identities without wildcards, for then these bind the domain.
    """
    for statement, condition, entry, value in _loose(document, at_sign=True):
        domain = value.rpartition("@")[2]
        if _names_identities(statement) or not ("*" in domain or "?" in domain) or domain.startswith("*."):
            continue
        tail = domain.rpartition("*")[2]
        mailbox = value.rpartition("@")[0].replace("*", "x").replace("?", "x")
        other = f"{mailbox}@{domain.replace('*', 'evil' if tail else 'evil.example').replace('?', 'x')}"
        mend = f"{value.rpartition('@')[0]}@{tail}" if domain.count("*") == 1 and tail and "?" not in tail else ""
        yield from _slipping(document, statement, condition, entry, value, (other, tail, mend))


def _names_identities(statement: Statement) -> bool:
    return all("*" not in each and "?" not in each and "$" not in each for each in statement.resources or ("*",))


def _slipping(
    document: Document,
    statement: Statement,
    condition: Condition,
    entry: Element,
    value: str,
    told: tuple[str, str, str],
) -> Iterator[Hit]:
    """The hit, where a message from such an address is allowed. `told`: the address, the domain that is meant, what to write.

    What to write is offered without proof: whether subdomains are meant as well, the pattern does not say.
    """
    other, domain, mend = told
    asked = compared("StringEquals", condition.key, other)
    request = somebody(document).overlap(in_force(document), part(document, exchanged(statement, condition, asked)))
    if request is None:
        return
    yield Hit(
        entry.at,
        f"`{value}` also matches `{other}`" + (f"; expected `{mend}`" if mend else ""),
        shown(request, f"allowed, though `{other}` is no address of {domain or 'yours'}"),
        (Fix(f"write `{mend}`", (written(entry.at, mend),), changes_meaning=True),) if mend else (),
    )
