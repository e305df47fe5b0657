"""Edits of a document: an entry or a member taken out with its comma, a value written anew."""

import json
from collections.abc import Collection

from gatepost.lint.document import ConditionTree, Element, StatementTree
from gatepost.lint.finding import At, Edit, Fix


def written(at: At, text: str) -> Edit:
    """This string in the place of a string or a key."""
    return Edit(at.start, at.end, json.dumps(text, ensure_ascii=False))


def instead(at: At, text: str | None) -> tuple[Fix, ...]:
    """The offer to write a string in the place of one that means nothing; none where it is not known which."""
    return () if text is None else (Fix(f"write `{text}`", (written(at, text),), changes_meaning=True),)


def with_operator(statement: StatementTree, condition: ConditionTree, name: str) -> tuple[Fix, ...]:
    """The offer to write another operator; none where it stands there already, or where other keys share the operator."""
    operators = statement.elements["Condition"].members()
    taken = any(other.lower() == name.lower() for other in operators)
    if taken or len(operators[condition.operator].members()) != 1:
        return ()
    return instead(condition.operator_at, name)


def without_entry(entries: Element, number: int) -> Edit:
    """A list without one of its entries (from 0)."""
    (edit,) = without_entries(entries, (number,))
    return edit


def without_entries(entries: Element, numbers: Collection[int]) -> tuple[Edit, ...]:
    """A list without these entries (from 0). The edits do not overlap."""
    nodes = entries.node.value
    assert isinstance(nodes, tuple)  # noqa: S101 -- only what is a list has entries to take out
    return _without([(node.start, node.end) for node in nodes], numbers)


def without_member(owner: Element, name: str) -> Edit:
    """An object without one of its members."""
    members = owner.node.value
    assert isinstance(members, dict)  # noqa: S101 -- only what is an object has members to take out
    spans = [(member.key_start, member.node.end) for member in members.values()]
    (edit,) = _without(spans, (list(members).index(name),))
    return edit


def with_first_member(owner: Element, name: str, text: str, source: str) -> Edit:
    """An object with a string as its first member, spaced as the one that follows; `source` is the document's text."""
    members = owner.node.value
    assert isinstance(members, dict)  # noqa: S101 -- only an object takes a member
    member = f"{json.dumps(name)}: {json.dumps(text)}"
    inside = owner.node.start + 1
    if not members:
        return Edit(inside, inside, member)
    following = next(iter(members.values())).key_start
    return Edit(following, following, f"{member},{source[inside:following] or ' '}")


def _without(spans: list[tuple[int, int]], numbers: Collection[int]) -> tuple[Edit, ...]:
    """Each of these taken out with the comma behind it; those at the end with the comma before them."""
    last = max((number for number in range(len(spans)) if number not in numbers), default=-1)
    edits = [Edit(spans[number][0], spans[number + 1][0], "") for number in sorted(numbers) if number < last]
    if last < len(spans) - 1:
        edits.append(Edit(spans[last][1] if last >= 0 else spans[0][0], spans[-1][1], ""))
    return tuple(edits)
