"""Rules on values without quotes, which JSON and YAML read as another text than the one that stands there.

Source: YAML 1.1, "Language-Independent Types"; AWS CloudFormation User Guide, "CloudFormation template formats".
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import Document, Element
from gatepost.lint.examples import allow, policy, when
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.json_reader import Number
from gatepost.policy.principal import is_account

ACCOUNTS: Final = ("aws:sourceaccount", "aws:principalaccount", "aws:resourceaccount")
BOOLEANS: Final = ("Bool", "Null")


@rule(
    "GP_VALUE_NOT_QUOTED",
    Severity.ERROR,
    bad=policy(allow(Condition=when("StringEquals", "aws:SourceAccount", 1402433619))),
    good=policy(allow(Condition=when("StringEquals", "aws:SourceAccount", "012345670123"))),
)
def value_not_quoted(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A value without quotes that is read as another text.

    YAML 1.1, which CloudFormation reads, takes an account of octal digits such as `012345670123` for the number 1402433619, and
    `yes`, `no`, `on` and `off` for booleans; a key such as `Null` is no text at all, and the template is refused. A JSON number
    loses its leading zeros. Put such values and keys in quotes.
    """
    for element, operator in _elements(document):
        spelled = document.spellings.get(element.node.start)
        if spelled is not None and operator not in BOOLEANS:
            yield Hit(element.at, f"YAML reads `{spelled}` as {_reading(element)}: write it in quotes")
        if element.key is not None and (key := document.spellings.get(element.key.start)) is not None:
            yield Hit(
                element.key, f"YAML reads the key `{key}` as no text, so that the template is refused: write it in quotes"
            )
    for _, condition in document.conditions():
        for entry in condition.entries if condition.key.lower() in ACCOUNTS else ():
            if isinstance(entry.node.value, Number) and not is_account(entry.node.value.text):
                said = (
                    f"`{entry.node.value.text}` is no account: a number has no leading zeros; write the twelve digits in quotes"
                )
                yield Hit(entry.at, said)


def _reading(element: Element) -> str:
    text = element.text
    return f"the boolean `{element.scalar}`" if text is None else f"the number {text}"


def _elements(document: Document) -> Iterator[tuple[Element, str]]:
    """Each value with the operator of the condition in which it stands; empty where it stands in none."""
    if document.root is not None and document.spellings:
        yield from _within(document.root, (), "")


def _within(element: Element, path: tuple[str, ...], operator: str) -> Iterator[tuple[Element, str]]:
    yield element, operator
    for name, member in element.members().items():
        inside = name.rpartition(":")[2].removesuffix("IfExists") if path[-1:] == ("Condition",) else operator
        yield from _within(member, (*path, name), inside)
    for entry in element.entries() if element.is_list else ():
        yield from _within(entry, path, operator)
