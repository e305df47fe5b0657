"""JSON to a tree and back. In files around policies, keys that differ by case alone are different keys."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from gatepost.policy.errors import PolicyError
from gatepost.policy.json_reader import Member, Node, Number, Source, read_data
from gatepost.sources.found import SourceError
from gatepost.sources.text import Builder, Text, replaced, text_at
from gatepost.sources.tree import Field, Fields, Items, Scalar, Tree

ESCAPE: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[0-9a-fA-F]{4}|\\u[0-9a-fA-F]{4}|\\.")
ESCAPED: Final = re.compile(r'[\x00-\x1f"\\]')
INDENT: Final = "  "


def read_tree(text: Text, file: str) -> Tree:
    """The tree of a JSON text; SourceError at the place in the file where it is none."""
    source = Source(text.text)
    try:
        return _tree(read_data(source), text)
    except PolicyError as error:
        raise SourceError(file, error.problem, *text.place(source.offset(error.line, error.column))) from None


def _tree(node: Node, text: Text) -> Tree:
    place = text.place(node.start)
    match node.value:
        case str():
            return _string(text, node.start, node.end)
        case tuple():
            return Items(tuple(_tree(each, text) for each in node.value), place)
        case dict():
            return Fields(_Members(node.value, text), place)
        case bool() | Number() | None:
            return Scalar(text.part(node.start, node.end), place, is_word=True)


class _Members(Mapping[str, Field]):
    """The members of an object, each made when it is asked for: of a plan, little is."""

    def __init__(self, members: Mapping[str, Member], text: Text) -> None:
        self._members = members
        self._text = text
        self._made: dict[str, Field] = {}

    def __getitem__(self, name: str) -> Field:
        made = self._made.get(name)
        if made is None:
            member = self._members[name]
            key = _string(self._text, member.key_start, member.key_end)
            made = self._made[name] = Field(key, _tree(member.node, self._text))
        return made

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def _string(text: Text, start: int, end: int) -> Scalar:
    inside = text.part(start + 1, end - 1)
    return Scalar(_unescaped(inside) if "\\" in inside.text else inside, text.place(start))


def _unescaped(inside: Text) -> Text:
    return replaced(inside, ESCAPE, lambda escape, place: text_at(json.loads(f'"{escape.group()}"'), place))


def write_tree(tree: Tree) -> Text:
    """The tree as JSON, a member and an entry a line."""
    builder = Builder()
    _write(tree, builder, "\n")
    return builder.built()


def _write(tree: Tree, builder: Builder, line: str) -> None:
    match tree:
        case Scalar():
            _write_scalar(tree, builder)
        case Items():
            builder.add_at("[", tree.place)
            for number, value in enumerate(tree.values):
                builder.add_after(f"{',' if number else ''}{line}{INDENT}")
                _write(value, builder, line + INDENT)
            builder.add_after(f"{line if tree.values else ''}]")
        case Fields():
            builder.add_at("{", tree.place)
            for number, field in enumerate(tree.members.values()):
                builder.add_after(f"{',' if number else ''}{line}{INDENT}")
                _write_scalar(field.key, builder)
                builder.add_after(": ")
                _write(field.value, builder, line + INDENT)
            builder.add_after(f"{line if tree.members else ''}}}")


def _write_scalar(scalar: Scalar, builder: Builder) -> None:
    if scalar.is_word:
        builder.add(scalar.text)
        return
    builder.add_at('"', scalar.place)
    builder.add(_escaped(scalar.text))
    builder.add_after('"')


def _escaped(text: Text) -> Text:
    return replaced(text, ESCAPED, lambda special, place: text_at(json.dumps(special.group())[1:-1], place))
