"""Rules on what says nothing that does not stand there already.

Whether one entry covers another is decided exactly (`reasoning.globs`); whether whole statements do is asked of the solver,
elsewhere.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from gatepost.lint.document import ConditionTree, Document, Element, StatementTree
from gatepost.lint.edits import without_entries
from gatepost.lint.examples import DOMAIN, allow, grant, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.actions import has_wildcard
from gatepost.lint.setting import Setting
from gatepost.policy.json_reader import Node, Number
from gatepost.policy.pattern import ANY, STAR, Matcher, is_literal, matcher, wild
from gatepost.policy.read import PolicyKind
from gatepost.policy.values import read_number
from gatepost.reasoning.globs import Glob, text_in
from gatepost.reasoning.undecidable import Undecidable
from gatepost.words.listing import listed

EMPTY: Final = "an empty list"
BEFORE_WILD: Final = re.compile(f"[{STAR}{ANY}]")


def covers(pattern: str, other: str) -> bool:
    """Whether a pattern matches every text that another matches. What cannot be decided is not said to be covered."""
    before, _, _ = _split(pattern)
    return other.startswith(before) and _covers(pattern, other)


@lru_cache(maxsize=8192)
def _split(pattern: str) -> tuple[str, str, Matcher]:
    """What stands before the first wildcard, the pattern in the package's own form, and its test."""
    wide = wild(pattern)
    return BEFORE_WILD.split(wide, maxsplit=1)[0], wide, matcher(wide)


def _covers(pattern: str, other: str) -> bool:
    _, wide, matches = _split(pattern)
    _, narrow, _ = _split(other)
    if is_literal(narrow):
        return matches(narrow)
    if is_literal(wide):
        return False
    try:
        return text_in(frozenset((Glob(narrow),)), frozenset((Glob(wide),))) is None
    except Undecidable:
        return False


def covering(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Each entry that another covers, with one that does and that no other covers; of equal ones the first stays."""
    first: dict[str, int] = {}
    wide = [number for number, text in enumerate(texts) if first.setdefault(text, number) == number and has_wildcard(text)]
    by: dict[int, int] = {}
    for number, text in enumerate(texts):
        other = first[text] if first[text] != number else _covering_one(texts, wide, number)
        if other is not None:
            by[number] = other
    for number, other in by.items():
        while other in by:
            other = by[other]  # noqa: PLW2901 -- whatever covers the one that covers, covers
        yield number, other


def _covering_one(texts: Sequence[str], wide: Sequence[int], number: int) -> int | None:
    """One of the `wide` entries that covers another; of two that cover each other the first."""
    text = texts[number]
    for other in wide:
        if other != number and covers(texts[other], text) and not (other > number and covers(text, texts[other])):
            return other
    return None


def _redundant(document: Document, names: tuple[str, ...], read: Callable[[str], str], noun: str) -> Iterator[Hit]:
    for statement in document.statements:
        for name in names:
            element = statement.elements.get(name)
            entries = tuple(statement.entries(name))
            if element is None or len(entries) < 2 or any(entry.text is None for entry in entries):
                continue
            written = [entry.text or "" for entry in entries]
            for stays, covered in _groups([read(text) for text in written], written).items():
                idle = listed([f"`{text}`" for text in dict.fromkeys(written[number] for number in covered)])
                is_copy = all(read(written[number]) == read(written[stays]) for number in covered)
                proof = f"every {noun} that {idle} covers is covered by `{written[stays]}`, which stays"
                fix = Fix(f"leave out {idle}", without_entries(element, covered), proof)
                first, *others = (entries[number].at for number in (*covered, stays))
                message = f"{idle} stands here {_times(len(covered) + 1)}" if is_copy else f"`{written[stays]}` covers {idle}"
                yield Hit(first, message, fixes=(fix,), also=tuple(others))


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def _groups(texts: Sequence[str], written: Sequence[str]) -> dict[int, list[int]]:
    """The entries that are covered, by the entry that covers them and stays."""
    groups: dict[int, list[int]] = {}
    for number, other in covering(texts):
        # what a variable stands for is another matter for each caller
        if texts[number] == texts[other] or "${" not in written[number] + written[other]:
            groups.setdefault(other, []).append(number)
    return groups


@rule(
    "REDUNDANT_ACTION",
    Severity.SUGGESTION,
    bad=policy(allow(Action=["ses:Send*", "ses:SendEmail"])),
    good=policy(allow(Action=["ses:SendEmail", "ses:SendRawEmail"])),
    of_aws=True,
)
def redundant_action(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An action that another entry of the list covers.

    It reads as if the statement were about those few actions alone. Leave it out, or leave out the wildcard if only these were
    meant.
    """
    yield from _redundant(document, ("Action", "NotAction"), str.lower, "action")


@rule(
    "REDUNDANT_RESOURCE",
    Severity.SUGGESTION,
    bad=policy(allow(Resource=["arn:aws:ses:*:111122223333:identity/*", DOMAIN])),
    good=policy(allow(Resource=[DOMAIN])),
    of_aws=True,
)
def redundant_resource(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A resource that another entry of the list covers.

    It reads as if the statement were about those few resources alone. Leave it out, or leave out the wildcard if only these were
    meant.
    """
    yield from _redundant(document, ("Resource", "NotResource"), str, "resource")


@rule(
    "REDUNDANT_STATEMENT",
    Severity.SUGGESTION,
    bad=policy(grant(Sid="A"), grant(Sid="B")),
    good=policy(grant(Sid="A"), grant(Sid="B", Action="ses:SendRawEmail")),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
    supersedes=("GP_ALLOW_REDUNDANT", "GP_DENY_NO_EFFECT_HERE"),
)
def redundant_statement(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A statement that stands there twice.

    Whoever changes one of the two later changes nothing. Leave one out.
    """
    alike: dict[object, list[StatementTree]] = {}
    for statement in document.statements:
        meaning = frozenset((name, _value(element.node)) for name, element in statement.elements.items() if name != "Sid")
        alike.setdefault(meaning, []).append(statement)
    for first, *others in alike.values():
        if others:
            names = listed([each.name for each in others])
            edits = without_entries(document.elements["Statement"], [each.number for each in others])
            fix = Fix(f"leave out {names}", edits, f"{first.name} says the same")
            message = f"{names} say{'' if len(others) > 1 else 's'} the same as {first.name}"
            yield Hit(others[0].at, message, fixes=(fix,), also=(*(each.at for each in others[1:]), first.at))


def _value(node: Node) -> object:
    """What is written, but for the order of lists and of members, which plays no part."""
    match node.value:
        case tuple():
            if len(node.value) == 1:
                return _value(node.value[0])
            return frozenset(_value(each) for each in node.value) or EMPTY
        case dict():
            return "{", frozenset((name, _value(member.node)) for name, member in node.value.items())
        case Number():
            return node.value.text
        case bool():
            return "true" if node.value else "false"
    return node.value


@rule(
    "REDUNDANT_CONDITION_VALUE_NUM",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("NumericLessThan", "aws:MultiFactorAuthAge", "2700", "3600"))),
    good=policy(allow(Condition=when("NumericLessThan", "aws:MultiFactorAuthAge", "3600"))),
    of_aws=True,
)
def redundant_condition_value_num(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Several bounds, of which one decides.

    The values of a list are alternatives, so of upper bounds the greatest decides, and of lower ones the least. Write that one,
    or the other if it was meant.
    """
    for _, condition in document.conditions():
        deciding = _deciding(condition)
        if deciding is None:
            continue
        idle = [(number, entry) for number, entry in enumerate(condition.entries) if entry is not deciding]
        names, bound = listed([f"`{entry.scalar}`" for _, entry in idle]), deciding.scalar
        proof = f"whatever `{condition.operator}` holds of with {names}, it holds of with `{bound}`, which stays"
        fix = Fix(f"leave out {names}", without_entries(condition.element, [number for number, _ in idle]), proof)
        message = f"`{bound}` decides, and {names} beside it play{'' if len(idle) > 1 else 's'} no part"
        yield Hit(idle[0][1].at, message, fixes=(fix,), also=(*(entry.at for _, entry in idle[1:]), deciding.at))


def _deciding(condition: ConditionTree) -> Element | None:
    """The bound that the others make no difference to; None where that cannot be said."""
    name = "" if condition.comparison is None else condition.comparison.name
    if not name.startswith(("NumericLess", "NumericGreater")) or len(condition.entries) < 2:
        return None
    numbers = [(number, entry) for entry in condition.entries if (number := read_number(entry.scalar or "")) is not None]
    if len(numbers) < len(condition.entries):
        return None
    pick = max if name.startswith("NumericLess") else min
    return pick(numbers, key=lambda pair: pair[0])[1]
