"""YAML templates to a tree. Scalars without quotes are read as CloudFormation reads them (`yaml_words`).

Of them only booleans and `null` are words; all else is a string, as policies compare it. Short tags become the long
form: `!Sub x` is `{"Fn::Sub": "x"}`. Duplicate keys and the hash merges that CloudFormation does not take are refused.
Source: YAML 1.1; AWS CloudFormation User Guide, "CloudFormation template formats", "Intrinsic function reference".
"""

import re
from typing import Any, Final

from gatepost.sources.found import Place, SourceError
from gatepost.sources.text import Builder, Text, text_at
from gatepost.sources.tree import Field, Fields, Items, Scalar, Tree, scalar_at
from gatepost.sources.yaml_words import reading_of

LONGEST: Final = 200_000  # values, those counted anew that an alias repeats
DEEPEST: Final = 64
WORD: Final = re.compile(r"\S+")


def read_yaml(text: Text, file: str) -> Tree:
    """The tree of the one document; SourceError at the place where it is none."""
    try:
        import yaml  # noqa: PLC0415 -- templates alone need it, and it is an extra
    except ImportError:
        raise SourceError(file, "YAML is read with PyYAML: install `gatepost[templates]`") from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text.text, loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise SourceError(file, f"no YAML: {error.problem or error.context}", *place) from None
    except yaml.YAMLError as error:
        raise SourceError(file, f"no YAML: {str(error).splitlines()[0]}") from None
    return scalar_at("", (1, 1)) if node is None else _Converter(text, file).tree(node, 0)


class _Converter:
    """From PyYAML's nodes, which are typed by nobody."""

    def __init__(self, text: Text, file: str) -> None:
        self._text = text
        self._file = file
        self._count = 0

    def tree(self, node: Any, depth: int) -> Tree:  # noqa: ANN401 -- PyYAML's
        place = _place(node)
        self._count += 1
        if depth > DEEPEST or self._count > LONGEST:
            raise SourceError(self._file, f"nested more than {DEEPEST} levels deep, or aliases that grow without end", *place)
        tag = node.tag if node.tag.startswith("!") and node.tag != "!" else ""
        value: Tree
        match node.id:
            case "mapping":
                value = self._fields(node, depth)
            case "sequence":
                value = Items(tuple(self.tree(each, depth + 1) for each in node.value), place)
            case _:
                value = self._scalar(node)
        if not tag:
            return value
        name = tag[1:] if tag[1:] in ("Ref", "Condition") else f"Fn::{tag[1:]}"
        return Fields({name: Field(scalar_at(name, place), value)}, place)

    def _fields(self, node: Any, depth: int) -> Fields:  # noqa: ANN401 -- PyYAML's
        members: dict[str, Field] = {}
        for key, value in node.value:
            if key.id != "scalar":
                raise SourceError(self._file, "expected a key of one word", *_place(key))
            if key.tag == "tag:yaml.org,2002:merge":
                raise SourceError(self._file, "CloudFormation takes no hash merges (`<<`)", *_place(key))
            if key.value in members:
                raise SourceError(self._file, f"the key `{key.value}` stands here a second time", *_place(key))
            name = Scalar(self._characters(key), _place(key))
            members[key.value] = Field(name, self.tree(value, depth + 1))
        return Fields(members, _place(node))

    def _scalar(self, node: Any) -> Scalar:  # noqa: ANN401 -- PyYAML's
        if node.style or not node.tag.startswith("tag:yaml.org,2002:") or node.tag.endswith(":str"):
            return Scalar(self._characters(node), _place(node))
        reading = reading_of(node.value)
        is_same = node.value == reading.text
        return Scalar(self._characters(node) if is_same else text_at(reading.text, _place(node)), _place(node), reading.is_word)

    def _characters(self, node: Any) -> Text:  # noqa: ANN401 -- PyYAML's
        """The scalar's characters: each of its words where it is found, in order, in what is written."""
        builder = Builder()
        builder.add_at("", _place(node))
        start, end = self._offset(node.start_mark), self._offset(node.end_mark)
        at = 0
        for word in WORD.finditer(node.value):
            builder.add_after(node.value[at : word.start()])
            at = word.end()
            found = self._text.text.find(word.group(), start, end)
            if found < 0:
                builder.add_after(word.group())
            else:
                start = found + len(word.group())
                builder.add(self._text.part(found, start))
        builder.add_after(node.value[at:])
        return builder.built()

    def _offset(self, mark: Any) -> int:  # noqa: ANN401 -- PyYAML's
        """The offset of a mark, whose own is in bytes in one of PyYAML's two parsers."""
        line = self._text.marks[min(int(mark.line), len(self._text.marks) - 1)]
        return line.offset + int(mark.column)


def _place(node: Any) -> Place:  # noqa: ANN401 -- PyYAML's
    return node.start_mark.line + 1, node.start_mark.column + 1
