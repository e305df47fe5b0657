"""A document with something changed, written as its neighbours are: on one line or on several, with their indentation.

`edits` takes out and renames; here is what adds, and what writes a whole element anew.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import chain, count
from typing import Any, Final

from gatepost.lint.document import ConditionTree, Document, Element, StatementTree
from gatepost.lint.edits import written
from gatepost.lint.finding import Edit
from gatepost.policy.model import Statement

Json = dict[str, Any]  # an object of the document, as JSON values
INDENT: Final = re.compile(r"\n([ \t]+)\S")
INLINE: Final = re.compile(r'[\[{][ \t]*["\w]')  # something begins behind a bracket on its own line
WIDEST: Final = 110
NOTHING: Final[Mapping[str, str]] = {}


def patched(document: Document, edits: Iterable[Edit]) -> Document:
    """The document after these edits, none of which overlap."""
    text = document.text
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return Document(text, document.kind)


def statement_of(document: Document, edits: Iterable[Edit], number: int) -> Statement | None:
    """What a statement says after these edits; None where the document is no policy then."""
    policy = patched(document, edits).policy
    return None if policy is None else policy.statements[number]


def value_of(document: Document, element: Element) -> Any:  # noqa: ANN401 -- any JSON value
    """An element as JSON values."""
    return json.loads(document.text[element.at.start : element.at.end])


# --- conditions ---------------------------------------------------------------------------------------------------------


def with_condition(document: Document, tree: StatementTree, operator: str, key: str, value: object) -> tuple[Edit, ...]:
    """A statement with one condition more; no edits where the operator compares the key already."""
    if "Condition" not in tree.elements:
        return (_with_member(document, tree.element, "Condition", {operator: {key: value}}),)
    condition = tree.elements["Condition"]
    operators = condition.members()
    if operator in operators:
        there = key in operators[operator].members()
        return () if there else (_with_member(document, operators[operator], key, value),)
    return (_with_member(document, condition, operator, {key: value}),)


def under_operator(document: Document, tree: StatementTree, condition: ConditionTree, operator: str) -> tuple[Edit, ...]:
    """A statement whose condition stands under another operator; no edits where that one compares the key already."""
    operators = tree.elements["Condition"].members()
    if operator in operators and condition.key in operators[operator].members():
        return ()
    if operator not in operators and len(operators[condition.operator].members()) == 1:
        return (written(condition.operator_at, operator),)
    return (with_conditions(document, tree, lambda conditions: moved(conditions, condition, operator)),)


def moved(conditions: Json, condition: ConditionTree, operator: str) -> Json:
    """The conditions with one under another operator."""
    value = conditions[condition.operator].pop(condition.key)
    conditions.setdefault(operator, {})[condition.key] = value
    return {name: keys for name, keys in conditions.items() if keys}


def with_conditions(document: Document, tree: StatementTree, change: Callable[[Json], Json]) -> Edit:
    """A statement whose whole `Condition` is written anew."""
    element = tree.elements["Condition"]
    return rewritten(document, element, change(value_of(document, element)))


# --- elements and statements --------------------------------------------------------------------------------------------


def rewritten(document: Document, element: Element, value: object) -> Edit:
    """An element with another value."""
    return Edit(element.at.start, element.at.end, _Style(document, element).text(value, _margin(document, element.at.start)))


def in_place_of(document: Document, tree: StatementTree, *statements: Json) -> Edit:
    """These statements where one was; what they share with it stays as it is written."""
    margin = _margin(document, tree.at.start)
    style = _Style(document, tree.element)
    written = {
        name: (value_of(document, each), document.text[each.at.start : each.at.end]) for name, each in tree.elements.items()
    }
    texts = [
        style.text(statement, margin, {name: text for name, (value, text) in written.items() if statement.get(name) == value})
        for statement in statements
    ]
    between = f",\n{margin}" if "\n" in document.text else f",{style.gap}"
    joined = between.join(texts)
    alone = not document.elements["Statement"].is_list and len(statements) > 1
    return Edit(tree.at.start, tree.at.end, f"[{joined}]" if alone else joined)


def free_sid(document: Document, wanted: str) -> str:
    """A Sid that no statement has yet."""
    taken = {tree.elements["Sid"].text for tree in document.statements if "Sid" in tree.elements}
    return next(sid for sid in chain((wanted,), (f"{wanted}{number}" for number in count(2))) if sid not in taken)


def _with_member(document: Document, owner: Element, name: str, value: object) -> Edit:
    """An object with a member more, after its last, spaced as that one is from what stands before it."""
    members = list(owner.members().values())
    style = _Style(document, owner)
    inside = owner.at.start + 1
    if not members:
        return Edit(inside, inside, f"{json.dumps(name)}:{style.gap}{style.text(value, '')}")
    last = members[-1]
    key = last.key or last.at
    before = document.text[inside if len(members) == 1 else members[-2].at.end : key.start].lstrip(",")
    space = before if "\n" in before else style.gap
    text = _Style(document, last).text(value, _margin(document, key.start))
    return Edit(last.at.end, last.at.end, f",{space}{json.dumps(name)}:{style.gap}{text}")


def _margin(document: Document, offset: int) -> str:
    """The indentation of a line."""
    line = document.text[document.text.rfind("\n", 0, offset) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


class _Style:
    """How an element is written: on one line or on several, with or without a space after commas and colons."""

    def __init__(self, document: Document, element: Element) -> None:
        text = document.text[element.at.start : element.at.end]
        found = INDENT.search(document.text)
        self._unit = found.group(1) if found else "  "
        self._one_line = "\n" not in text
        self._inline = INLINE.search(text) is not None
        self.gap = " " if '": ' in document.text or not document.text else ""

    def text(self, value: object, margin: str, as_written: Mapping[str, str] = NOTHING) -> str:
        """A value in this style, on a line of this indentation; members that are written already stay so."""
        flat = json.dumps(value, separators=(f",{self.gap}", f":{self.gap}"), ensure_ascii=False)
        if self._one_line or not isinstance(value, dict | list) or not value:
            return flat
        return self._spread(value, margin, as_written)

    def _spread(self, value: Any, margin: str, as_written: Mapping[str, str] = NOTHING) -> str:  # noqa: ANN401 -- any JSON value
        inner = margin + self._unit
        if isinstance(value, dict):
            members = {name: as_written.get(name) or self._part(each, inner, len(name)) for name, each in value.items()}
            lines = [f"{json.dumps(name)}: {text}" for name, text in members.items()]
        else:
            lines = [self._part(each, inner, 0) for each in value]
        opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
        return f"{opening}\n{inner}{f',{chr(10)}{inner}'.join(lines)}\n{margin}{closing}"

    def _part(self, value: Any, margin: str, used: int) -> str:  # noqa: ANN401 -- any JSON value
        flat = json.dumps(value, ensure_ascii=False)
        if not isinstance(value, dict | list) or not value or (self._inline and len(margin) + used + len(flat) <= WIDEST):
            return flat
        return self._spread(value, margin)
