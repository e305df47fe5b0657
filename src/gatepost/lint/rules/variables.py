"""Rules on policy variables: how they are written, and where they are any.

Source: IAM User Guide, "IAM policy elements: Variables and tags".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from gatepost.lint.document import Document, Element
from gatepost.lint.edits import instead
from gatepost.lint.examples import ACCOUNT, Json, allow, policy, when
from gatepost.lint.finding import At, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.model import VERSION_2008, VERSION_2012
from gatepost.policy.variables import ARN_PARTS, CHARACTERS

OPENED: Final = re.compile(r"\$\{([^{}]*)(\}?)")
KEY_AND_DEFAULT: Final = re.compile(r"\s*([^,']*?)\s*(?:,(.*))?", re.DOTALL)
OWN_ADDRESS: Final = f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/${{aws:username}}@example.com"


def _own(variable: str) -> Json:
    return policy(allow(Condition=when("StringLike", "ses:FromAddress", f"{variable}@example.com")))


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands from `${` on: up to its brace, or up to where the brace is missing."""

    inside: str
    closed: bool
    element: Element
    at: At

    @property
    def key(self) -> str:
        """What stands before the comma."""
        found = KEY_AND_DEFAULT.fullmatch(self.inside)
        return found.group(1) if found else self.inside

    @property
    def default(self) -> str | None:
        """What stands behind the comma; None where there is none."""
        return self.inside.partition(",")[2].strip() if "," in self.inside else None

    @property
    def is_character(self) -> bool:
        """Whether it is `${*}`, `${?}` or `${$}`."""
        return self.inside in CHARACTERS

    @property
    def text(self) -> str:
        """As it is written."""
        return f"${{{self.inside}{'}' if self.closed else ''}"


def _opened(element: Element) -> Iterator[Opened]:
    text = element.text
    if text is not None and "${" in text:
        for found in OPENED.finditer(text):
            yield Opened(found.group(1), bool(found.group(2)), element, element.part(found.start(), len(found.group())))


def _in_place(document: Document) -> Iterator[Opened]:
    """Where variables may stand: in resources and the values of conditions, of a policy of the newer version."""
    version = document.elements.get("Version")
    if version is None or version.text != VERSION_2012:
        return
    for statement in document.statements:
        for entry in statement.entries("Resource", "NotResource"):
            yield from _opened(entry)
        for condition in statement.conditions():
            for entry in condition.entries:
                yield from _opened(entry)


@rule("MISSING_BRACE_IN_VARIABLE", Severity.ERROR, bad=_own("${aws:username"), good=_own("${aws:username}"), of_aws=True)
def missing_brace_in_variable(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A variable that is not closed.

    Without its `}` it is plain text, which no request matches. For a literal dollar sign before a brace write `${$}`.
    """
    for opened in _in_place(document):
        if not opened.closed:
            yield Hit(opened.at, f"`{opened.text}` lacks its closing `}}`, so it is plain text")


@rule("EMPTY_VARIABLE", Severity.ERROR, bad=_own("${}"), good=_own("${aws:username}"), of_aws=True)
def empty_variable(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A variable that names no key.

    `${}` stands for nothing, so it is plain text, which no request matches.
    """
    for opened in _in_place(document):
        if opened.closed and not opened.key and not opened.is_character:
            yield Hit(opened.at, f"`{opened.text}` names no key; expected one such as `${{aws:username}}`")


@rule(
    "UNSUPPORTED_SPACE_IN_VARIABLE",
    Severity.ERROR,
    bad=_own("${aws: username}"),
    good=_own("${aws:username}"),
    of_aws=True,
)
def unsupported_space_in_variable(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A blank in the name of a variable's key.

    No key has one, so nothing stands for the variable and the statement matches nothing. A tag's own key may have blanks.
    """
    for opened in _in_place(document):
        name, slash, _ = opened.key.partition("/")
        padded = not slash and opened.default is None and opened.inside != opened.inside.strip()
        if opened.closed and opened.key and (" " in name or padded):
            yield Hit(opened.at, f"`{opened.text}` has a blank in the name of its key")


@rule(
    "MISSING_QUOTE_IN_VARIABLE",
    Severity.ERROR,
    bad=_own("${aws:PrincipalTag/team, none}"),
    good=_own("${aws:PrincipalTag/team, 'none'}"),
    of_aws=True,
)
def missing_quote_in_variable(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A variable's default without its quotes.

    What stands for a key that is absent is written in single quotes behind a comma: `${aws:PrincipalTag/team, 'none'}`. Otherwise
    the whole is plain text.
    """
    for opened in _in_place(document):
        default = opened.default
        if opened.closed and default is not None and not (len(default) > 1 and default[0] == default[-1] == "'"):
            yield Hit(
                opened.at,
                f"`{default}` is a default without single quotes; write `${{{opened.key}, '{default.strip(chr(39))}'}}`",
            )


@rule(
    "INVALID_VARIABLE_FOR_OPERATOR",
    Severity.ERROR,
    bad=policy(allow(Condition=when("DateLessThan", "aws:CurrentTime", "${aws:PrincipalTag/until}"))),
    good=policy(allow(Condition=when("StringLike", "ses:FromAddress", "${aws:username}@example.com"))),
    of_aws=True,
)
def invalid_variable_for_operator(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A variable where the operator knows none.

    Only String and Arn operators fill variables in. Dates, numbers, addresses and booleans are compared with what is written, which
    here is no such value.
    """
    for _, condition in document.conditions():
        operator = condition.read_operator
        if operator is not None and (condition.comparison is None or not condition.comparison.variables):
            for entry in condition.entries:
                for opened in _opened(entry):
                    yield Hit(opened.at, f"`{condition.operator}` fills in no variables; `{opened.text}` stays as it is")


@rule(
    "VARIABLE_UNSUPPORTED_IN_VERSION",
    Severity.ERROR,
    bad={**policy(allow(Resource=OWN_ADDRESS)), "Version": VERSION_2008},
    good=policy(allow(Resource=OWN_ADDRESS)),
    of_aws=True,
)
def variable_unsupported_in_version(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A variable in a policy of the older version.

    There `${aws:username}` is plain text, which no request matches: an Allow allows nobody, and a Deny denies nobody. Write
    `"Version": "2012-10-17"`.
    """
    version = document.elements.get("Version")
    if version is not None and version.text != VERSION_2008:
        return
    fixes = () if version is None else instead(version.at, VERSION_2012)
    for statement in document.statements:
        values = (entry for condition in statement.conditions() for entry in condition.entries)
        for entry in chain(statement.entries("Resource", "NotResource"), values):
            for opened in _opened(entry):
                if opened.closed and (":" in opened.key or opened.is_character):
                    message = f"`{opened.text}` is plain text in a policy that is not of version `{VERSION_2012}`"
                    yield Hit(opened.at, message, fixes=fixes)


@rule(
    "VARIABLE_UNSUPPORTED_IN_ELEMENT",
    Severity.ERROR,
    bad=policy(allow(Resource="arn:aws:ses:${aws:RequestedRegion}:111122223333:identity/example.com")),
    good=policy(allow(Resource=OWN_ADDRESS)),
    of_aws=True,
)
def variable_unsupported_in_element(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A variable where none is filled in.

    Variables stand in the values of conditions, and in resources behind the fifth colon. In actions, principals and the other parts
    of an ARN they are plain text; for a region or an account write `*`.
    """
    for _, entry in document.entries("Action", "NotAction", "Sid", "Effect", "Principal", "NotPrincipal"):
        for element in entry.members().values() if entry.is_object else (entry,):
            for part in element.entries():
                for opened in _opened(part):
                    yield Hit(opened.at, f"`{opened.text}` is no variable here: it stays as it is")
    for _, entry in document.entries("Resource", "NotResource"):
        text = entry.text or ""
        head = len(":".join(text.split(":", ARN_PARTS - 1)[: ARN_PARTS - 1]))
        for found in OPENED.finditer(text) if text.startswith("arn:") else ():
            if found.start() < head:
                at = entry.part(found.start(), len(found.group()))
                yield Hit(at, f"`{found.group()}` is no variable in this part of an ARN: it stays as it is")
