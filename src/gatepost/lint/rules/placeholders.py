"""Rules on what was never filled in: placeholders of manuals, and what web pages and word processors make of a text."""

import re
from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import Document, Element
from gatepost.lint.edits import written
from gatepost.lint.examples import allow, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting

# A web page hides addresses from robots as `[email protected]`, with a script that shows them; copied, the hint remains.
HIDDEN: Final = re.compile(r"\[?\s*e-?mail[\s\u00a0]*(?:address[\s\u00a0]*)?(?:protected|hidden|redacted)\s*\]?", re.IGNORECASE)
LETTERED_IP: Final = re.compile(r"(?=.*[a-z])(?:[a-z]{1,3}|\d{1,3})(?:\.(?:[a-z]{1,3}|\d{1,3})){3}(?:/\d+)?", re.IGNORECASE)
SAME_LETTER: Final = re.compile(r"([a-z])\1*", re.IGNORECASE)
BRACKETED: Final = re.compile(r"<[A-Za-z][\w .:-]*>|\{\{[^{}]*\}\}|(?<!\$)\{[A-Z][A-Z_ -]+\}|\[[A-Z][A-Z_ -]+\]")
SHOUTED: Final = re.compile(
    r"\b(?:YOUR|MY|INSERT|REPLACE|CHANGE|ENTER)[-_ ]?[A-Z_ -]*(?:ACCOUNT|REGION|DOMAIN|EMAIL|ADDRESS|NAME|ID|IP|ME|HERE)\b"
    r"|\b(?:TODO|FIXME|CHANGEME|ACCOUNT[-_]?ID|AWS_ACCOUNT_ID)\b"
)
X_ACCOUNT: Final = re.compile(r":(?:x{12}|X{12}|0{12})(?::|$)|^(?:x{12}|X{12}|0{12})$")
EXAMPLE_ID: Final = re.compile(r"\bA(?:KIA|IDA|ROA|SIA|GPA|NPA|IPA)[A-Z0-9]{5,}EXAMPLE[A-Z0-9]*\b")
TYPESET: Final = {
    "\u00a0": "no-break space", "\u2018": "typographic quote", "\u2019": "typographic quote", "\u201c": "typographic quote",
    "\u201d": "typographic quote", "\u201e": "typographic quote", "\u00ab": "typographic quote", "\u00bb": "typographic quote",
    "\u200b": "invisible space", "\u00ad": "soft hyphen", "\ufeff": "byte order mark", "\u2013": "dash", "\u2014": "dash",
}  # fmt: skip
PLAIN: Final = {"\u00a0": " ", "\u200b": "", "\u00ad": "", "\ufeff": "", "\u2013": "-", "\u2014": "-"}
DOCUMENTED_ACCOUNT: Final = "123456789012"
VALUES: Final = ("Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")


def is_placeholder(value: str) -> bool:
    """Whether a value stands for another one that was to be filled in."""
    return placeholder(value) is not None


def placeholder(value: str) -> str | None:
    """What kind of placeholder a value is; None where it is none."""
    if HIDDEN.search(value):
        return "what a web page shows in place of an address, not an address"
    if LETTERED_IP.fullmatch(value) and all(part.isdigit() or SAME_LETTER.fullmatch(part) for part in re.split(r"[./]", value)):
        return "no address: its letters were to be filled in"
    if X_ACCOUNT.search(value):
        return "no account: twelve digits were to be filled in"
    if EXAMPLE_ID.search(value):
        return "an ID of AWS's own examples"
    if BRACKETED.search(value) or SHOUTED.search(value):
        return "a placeholder that was never filled in"
    return None


@rule(
    "SES_PLACEHOLDER_VALUE",
    Severity.ERROR,
    bad=policy(allow(Condition=when("StringEquals", "ses:FromAddress", "[email\u00a0protected]"))),
    good=policy(allow(Condition=when("StringEquals", "ses:FromAddress", "news@example.com"))),
    supersedes=("TYPE_MISMATCH_IP_RANGE",),
)
def placeholder_value(document: Document, setting: Setting) -> Iterator[Hit]:
    """A value that stands for another one, and was never filled in.

    Web pages show `[email protected]` where an address stood, to hide it from robots; manuals write `xx.xxx.xx.xxx`, `<ACCOUNT>`
    or `AIDACKCEVSQ6C2EXAMPLE`. Copied into a policy they match nothing: an Allow allows nobody, and a Deny denies nobody.
    Typographic quotes and no-break spaces come from word processors, and match themselves alone. `123456789012` is the account of
    AWS's manuals; it is suggested to look at, for policies that are meant for AWS.
    """
    for statement in document.statements:
        for name in VALUES:
            if name in statement.elements:
                for entry in _texts(statement.elements[name]):
                    yield from _found(entry, setting)


def _texts(element: Element) -> Iterator[Element]:
    if element.is_object:
        for member in element.members().values():
            yield from _texts(member)
    elif element.is_list:
        for entry in element.entries():
            yield from _texts(entry)
    elif element.text is not None:
        yield element


def _found(entry: Element, setting: Setting) -> Iterator[Hit]:
    value = entry.text or ""
    kind = placeholder(value)
    if kind is not None:
        yield Hit(entry.at, f"`{_legible(value)}` is {kind}")
        return
    typeset = next((letter for letter in value if letter in TYPESET), None)
    if typeset is not None:
        plain = "".join(PLAIN.get(letter, "") if letter in TYPESET else letter for letter in value).strip()
        said = f"a {TYPESET[typeset]} (U+{ord(typeset):04X}) stands in `{_legible(value)}`; expected `{plain}`"
        at = entry.part(value.index(typeset), 1)
        yield Hit(at, said, fixes=(Fix(f"write `{plain}`", (written(entry.at, plain),), changes_meaning=True),))
    elif setting.aws_mode and setting.account != DOCUMENTED_ACCOUNT and _of_documents(value):
        said = f"`{DOCUMENTED_ACCOUNT}` is the account of AWS's manuals; is it yours?"
        yield Hit(entry.part(value.index(DOCUMENTED_ACCOUNT), 12), said, severity=Severity.SUGGESTION)


def _legible(value: str) -> str:
    return "".join(" " if letter == "\u00a0" else letter for letter in value)


def _of_documents(value: str) -> bool:
    return value == DOCUMENTED_ACCOUNT or f":{DOCUMENTED_ACCOUNT}:" in value
