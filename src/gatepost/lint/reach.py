"""What a document's statements reach: the questions of `reasoning`, asked of a document or of a part of it.

A rule that needs a proof asks for `anybody`: every caller, every value. A rule that needs an example asks for `somebody`, of whom
all is known that policies ask about a caller. Only the yes of that question counts: somebody else might have said yes where this
one says no.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gatepost.lint.document import Document
from gatepost.lint.finding import Witness
from gatepost.policy.model import NOWHERE, Condition, Effect, Operator, Policy, PrincipalEntry, PrincipalType, Statement
from gatepost.policy.principal import Principal
from gatepost.policy.read import PolicyKind
from gatepost.policy.request import Request
from gatepost.policy.values import arn_parts
from gatepost.reasoning.undecidable import Undecidable

if TYPE_CHECKING:
    from gatepost.reasoning.questions import Asker

NAMING_PRINCIPALS: Final = (PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RCP)
GRANTING: Final = (PolicyKind.IDENTITY, PolicyKind.RESOURCE, PolicyKind.SESSION, PolicyKind.ANY)
SOMEONE: Final = "111122223333"
STRANGER: Final = "444455556666"
ACCOUNT: Final = re.compile(r"(?<!\d)\d{12}(?!\d)")
VARIABLE: Final = re.compile(r"\$\{\s*([^,'\s{}]+)")
ABOUT_THE_CALLER: Final = ("aws:principal", "aws:userid", "aws:username")
Known = Mapping[str, str | tuple[str, ...] | None]


# --- parts of a document ------------------------------------------------------------------------------------------------


def names_principals(document: Document) -> bool:
    """Whether its statements say to whom they speak."""
    return document.kind in NAMING_PRINCIPALS


def grants(document: Document) -> bool:
    """Whether its Allows grant something by themselves; those of a boundary or a control policy only limit."""
    return document.policy is not None and document.kind in GRANTING


def part(document: Document, *statements: Statement) -> Policy:
    """These statements as a policy of the document's version."""
    version = Policy(()).version if document.policy is None else document.policy.version
    return Policy(statements, version)


def claim(statement: Statement) -> Statement:
    """The requests that a statement speaks of, as an Allow."""
    return replace(statement, effect=Effect.ALLOW)


def narrowed(statement: Statement, *conditions: Condition) -> Statement:
    """The requests that a statement speaks of, where these conditions hold as well."""
    return replace(claim(statement), conditions=(*statement.conditions, *conditions))


def exchanged(statement: Statement, condition: Condition, *others: Condition) -> Statement:
    """The requests that a statement would speak of with other conditions, or none, in the place of one."""
    kept = tuple(each for each in statement.conditions if each is not condition)
    return replace(claim(statement), conditions=(*kept, *others))


def compared(operator: str, key: str, *values: str, qualifier: str | None = None) -> Condition:
    """A condition of a question."""
    return Condition(Operator(operator, qualifier), key, values, NOWHERE)


def everything(document: Document) -> Statement:
    """An Allow of every request that the document may be asked."""
    anybody = (PrincipalEntry(PrincipalType.AWS, "*"),) if names_principals(document) else None
    return Statement(Effect.ALLOW, principals=anybody, actions=("*",), resources=("*",))


def allows_of(document: Document) -> tuple[Statement, ...]:
    """Its Allows."""
    return tuple(each for each in _statements(document) if each.effect is Effect.ALLOW)


def denies_of(document: Document) -> tuple[Statement, ...]:
    """Its Denies."""
    return tuple(each for each in _statements(document) if each.effect is Effect.DENY)


def in_force(document: Document) -> Policy:
    """The policy; beside everything else allowed where it only denies, for another one must allow then."""
    allows = allows_of(document) or (everything(document),)
    return part(document, *allows, *denies_of(document))


def undenied(document: Document, *denies: Statement) -> Policy:
    """All that these Denies leave."""
    return part(document, everything(document), *denies)


def _statements(document: Document) -> tuple[Statement, ...]:
    return () if document.policy is None else document.policy.statements


# --- who is asked -------------------------------------------------------------------------------------------------------


def anybody(document: Document, known: Known | None = None) -> "Asker":
    """The questions about every caller, and every value but those known."""
    return _asker(document, None, known or {})


def somebody(document: Document, known: Known | None = None) -> "Asker":
    """The questions about an example caller. Their yes is exact."""
    values: dict[str, str | tuple[str, ...] | None] = {}
    if asks_about_the_caller(document):
        text = document.text.lower()
        caller = _example(document)
        values |= {key: value for key, value in about(caller).items() if key.lower() in text}
        lowered = {key.lower() for key in values}
        values |= {key: "someone" for key in VARIABLE.findall(text) if key not in lowered}
        return _asker(document, caller, values | dict(known or {}))
    return _asker(document, None, known or {})


def found(document: Document, ask: Callable[["Asker"], Request | None]) -> Request | None:
    """A request that answers a question; None where it is proved that there is none. Undecidable where neither is."""
    if asks_about_the_caller(document):
        request = ask(somebody(document))
        if request is not None:
            return request
    return ask(anybody(document))


def asks_about_the_caller(document: Document) -> bool:
    """Whether the answer may differ by what a caller is called: there are variables, or keys that belong to the caller."""
    text = document.text.lower()
    return "${" in text or any(prefix in text for prefix in ABOUT_THE_CALLER)


def stranger(document: Document) -> "Asker":
    """The questions about a user of an account, and an organization, that no policy has in mind."""
    who = Principal.of(f"arn:aws:iam::{STRANGER}:user/someone-else")
    elsewhere: dict[str, str | tuple[str, ...] | None] = {"aws:PrincipalOrgID": "o-elsewhere"}
    elsewhere |= dict.fromkeys(("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceVpc", "aws:SourceVpce"))
    text = document.text.lower()
    known = {key: value for key, value in {**about(who), **elsewhere}.items() if key.lower() in text}
    return _asker(document, who, known)


def about(caller: Principal) -> Known:
    """What the keys say that belong to a user."""
    return {
        "aws:PrincipalArn": caller.arn, "aws:PrincipalAccount": caller.account, "aws:PrincipalType": "User",
        "aws:userid": "AIDAQAAAAAAAAAAAAAAAA", "aws:username": caller.name or None, "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalServiceName": None, "aws:PrincipalServiceNamesList": None,
    }  # fmt: skip


def _example(document: Document) -> Principal:
    """A user of the first account that the document names as a principal, else of the first that it names at all."""
    for statement in _statements(document):
        for entry in statement.principals or ():
            if entry.type is PrincipalType.AWS and entry.value != "*":
                parts = arn_parts(entry.value)
                account = entry.value if parts is None else parts[4]
                if account.isdigit():
                    named = parts is not None and parts[5].startswith("user/")
                    partition = "aws" if parts is None else parts[1]
                    return Principal.of(entry.value if named else f"arn:{partition}:iam::{account}:user/someone")
    account_named = ACCOUNT.search(document.text)
    return Principal.of(f"arn:aws:iam::{SOMEONE if account_named is None else account_named.group()}:user/someone")


def _asker(document: Document, caller: Principal | None, known: Known) -> "Asker":
    # The solver is an extra, and lint starts without it.
    try:
        from gatepost.reasoning.questions import Asker, Side  # noqa: PLC0415 -- as said
    except ImportError:
        raise Undecidable("the solver is not installed: pip install 'gatepost[prove]'") from None
    return Asker(Side.RESOURCE if names_principals(document) else Side.IDENTITY, caller, dict(known))


# --- answers ------------------------------------------------------------------------------------------------------------


def is_proved(document: Document, ask: Callable[["Asker"], bool]) -> bool:
    """Whether what is asked about everybody is so; not where it is not decided."""
    try:
        return ask(anybody(document))
    except Undecidable:
        return False


def is_none(document: Document, ask: Callable[["Asker"], Request | None]) -> bool:
    """Whether it is proved that no request answers a question; not where it is not decided."""
    try:
        return found(document, ask) is None
    except Undecidable:
        return False


def shown(request: Request | None, says: str) -> tuple[Witness, ...]:
    """The witness that an answer gives, if it gives one."""
    return () if request is None else (Witness(request, says),)
