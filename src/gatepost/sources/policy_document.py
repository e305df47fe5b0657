"""The document of Terraform's data source `aws_iam_policy_document`: its `json`, or one made of its blocks where that is not known.

Source: the provider's documentation of the data source: statements in their order, `Allow` without an effect, `Sid` empty as none.
"""

from collections.abc import Iterator
from typing import Final

from gatepost.policy.model import VERSION_2012
from gatepost.sources.found import Place
from gatepost.sources.plan import Resource
from gatepost.sources.policy_tree import Unresolvable, policy_text
from gatepost.sources.text import Text
from gatepost.sources.tree import SEVERAL, Fields, Items, Names, Scalar, Tree, items, object_of, scalar_at, string, unknown

MERGED: Final = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")
TEXTS: Final = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
PRINCIPALS: Final = {"principals": "Principal", "not_principals": "NotPrincipal"}
Path = tuple[str | int, ...]  # of attributes and numbers of blocks, from the data source on


def document_text(document: Resource, file: str, names: Names) -> tuple[Text, tuple[str, ...]]:
    """The document's JSON, and the names of what is not known in it; Unresolvable."""
    json = document.values.get("json")
    if isinstance(json, Scalar) and not json.is_word:
        return json.text, ()
    for name in MERGED:
        if items(document.values.get(name)) or document.lacks(name):
            raise Unresolvable(f"`json` is known only after apply, and `{name}` is merged into it", document.place)
    made = _Made(document, names)
    return policy_text(made.policy(), file), tuple(made.unresolved)


class _Made:
    """A policy made of blocks."""

    def __init__(self, document: Resource, names: Names) -> None:
        self._document = document
        self._names = names
        self.unresolved: dict[str, None] = {}

    def policy(self) -> Fields:
        place = self._document.place
        if self._document.lacks("statement"):
            raise Unresolvable("all of its statements are known only after apply", place)
        version = self._document.values.get("version") or scalar_at(VERSION_2012, place)
        members: dict[str, Tree] = {"Version": version}
        identifier = self._document.values.get("policy_id")
        if identifier is not None:
            members["Id"] = identifier
        blocks = items(self._document.values.get("statement"))
        members["Statement"] = Items(tuple(self._statement(number, block) for number, block in enumerate(blocks)), place)
        return object_of(members, place)

    def _statement(self, number: int, block: Tree) -> Fields:
        path: Path = ("statement", number)
        if not isinstance(block, Fields) or self._document.lacks(*path):
            raise Unresolvable(f"statement {number + 1} is known only after apply", self._document.place)
        members: dict[str, Tree] = {}
        if string(block.get("sid")):
            members["Sid"] = self._value(block, path, "sid")
        members["Effect"] = self._effect(block, path)
        for name, element in PRINCIPALS.items():
            if self._is_there(block, path, name):
                members[element] = self._principals(block, path, name)
        for name, element in TEXTS.items():
            if self._is_there(block, path, name):
                members[element] = self._value(block, path, name)
        if self._is_there(block, path, "condition"):
            members["Condition"] = self._conditions(block, path)
        return object_of(members, block.place)

    def _effect(self, block: Fields, path: Path) -> Tree:
        if self._document.lacks(*path, "effect"):
            raise Unresolvable(f"the effect of statement {int(path[1]) + 1} is known only after apply", block.place)
        return block.get("effect") or scalar_at("Allow", block.place)

    def _is_there(self, block: Fields, path: Path, name: str) -> bool:
        return bool(items(block.get(name))) or self._document.lacks(*path, name)

    def _principals(self, block: Fields, path: Path, name: str) -> Tree:
        by_type: dict[str, list[Tree]] = {}
        for each, at in self._blocks(block, path, name, "type"):
            by_type.setdefault(string(each.get("type")) or "", []).extend(items(self._value(each, at, "identifiers")))
        if by_type.get("*") and all(string(each) == "*" for each in by_type["*"]) and len(by_type) == 1:
            return by_type["*"][0]
        return object_of({name: Items(tuple(texts), block.place) for name, texts in by_type.items()}, block.place)

    def _conditions(self, block: Fields, path: Path) -> Tree:
        operators: dict[str, tuple[Place, dict[str, Tree]]] = {}
        for each, at in self._blocks(block, path, "condition", "test", "variable"):
            operator, key = each.get("test") or scalar_at("", each.place), each.get("variable") or scalar_at("", each.place)
            _, keys = operators.setdefault(string(operator) or "", (operator.place, {}))
            before = keys.get(string(key) or "")
            values = (*items(before), *items(self._value(each, at, "values")))
            keys[string(key) or ""] = Items(values, key.place if before is None else before.place)
        return object_of({name: object_of(keys, place) for name, (place, keys) in operators.items()}, block.place)

    def _blocks(self, block: Fields, path: Path, name: str, *needed: str) -> Iterator[tuple[Fields, Path]]:
        """The nested blocks of a name, of which all that is needed is known."""
        for number, each in enumerate(items(block.get(name))):
            at = (*path, name, number)
            if not isinstance(each, Fields) or any(self._document.lacks(*at, attribute) for attribute in needed):
                raise Unresolvable(f"a `{name}` of statement {int(path[1]) + 1} is known only after apply", block.place)
            yield each, at
        if self._document.lacks(*path, name):
            raise Unresolvable(f"a `{name}` of statement {int(path[1]) + 1} is known only after apply", block.place)

    def _value(self, block: Fields, path: Path, name: str) -> Tree:
        """An attribute, with a variable for each text that is not known, or for all of them."""
        value = block.get(name)
        if self._document.lacks(*path, name):
            return self._unknown((*path, name if name == "sid" else name + SEVERAL), block.place)
        if not isinstance(value, Items):
            return value if value is not None else Items((), block.place)
        texts = [
            self._unknown((*path, name, number), each.place) if self._document.lacks(*path, name, number) else _written(each)
            for number, each in enumerate(value.values)
        ]
        return Items(tuple(texts), value.place)

    def _unknown(self, path: Path, place: Place) -> Scalar:
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
        name = self._names.variable(self._document.address + steps, place)
        self.unresolved[name] = None
        return unknown(name, place)


def _written(value: Tree) -> Tree:
    """A text in which a policy's variable is written `&{…}`, as `${…}` is Terraform's own."""
    if not isinstance(value, Scalar) or "&{" not in value.text.text:
        return value
    return Scalar(Text(value.text.text.replace("&{", "${"), value.text.marks), value.place)
