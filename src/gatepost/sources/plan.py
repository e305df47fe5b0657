"""A Terraform plan as data: its resources with what is known of them, and what the configuration says they are made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from gatepost.sources.found import Place
from gatepost.sources.tree import Field, Fields, Items, Scalar, Tree, fields, items, object_of, scalar_at, string

INDEX: Final = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")
NOTHING: Final = Fields({}, (0, 0))


class Configured(NamedTuple):
    """A resource of the configuration, which has no indexes: `module.a.module.b`, and `aws_iam_policy.c`."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource or data source: its values as far as they are known, and the tree of those that are not."""

    address: str
    type: str
    mode: str  # `managed` or `data`
    values: Fields
    unknown: Tree
    place: Place

    def lacks(self, *path: str | int) -> bool:
        """Whether a value is known only after apply: the value at the path, or a value that holds it."""
        at: Tree | None = self.unknown
        for step in path:
            if is_true(at):
                return True
            if isinstance(step, int):
                at = at.values[step] if isinstance(at, Items) and step < len(at.values) else None
            else:
                at = at.get(step) if isinstance(at, Fields) else None
        return is_true(at)

    @property
    def configured(self) -> Configured:
        """What it is in the configuration."""
        parts = INDEX.sub("", self.address).split(".")
        at = 0
        while at + 1 < len(parts) and parts[at] == "module":
            at += 2
        return Configured(".".join(parts[:at]), ".".join(parts[at:]))


def is_true(tree: Tree | None) -> bool:
    """Whether a value is the word `true`."""
    return isinstance(tree, Scalar) and tree.is_word and tree.text.text == "true"


class Plan:
    """What `terraform show -json` prints, of a plan or of a state."""

    def __init__(self, root: Fields) -> None:
        self._root = root

    def resources(self, data_type: str | None = None) -> Iterator[Resource]:
        """The managed resources in the order of the plan; with `data_type`, the data sources of that type."""
        for each in self._resources.values():
            if each.mode == ("managed" if data_type is None else "data") and data_type in (None, each.type):
                yield each

    @cached_property
    def _resources(self) -> dict[str, Resource]:
        found: dict[str, Resource] = {}
        planned = self._root.get("planned_values") or self._root.get("values")
        changes = {string(change.get("address")): change for change in self._changes}
        for each in _in_module(_part(planned, "root_module")):
            _add(found, each, each.get("values"), changes.get(string(each.get("address"))))
        for change in self._changes:
            _add(found, change, change.at("change", "after"), change)
        for each in _in_module(_part(self._root.at("prior_state", "values"), "root_module")):
            if string(each.get("mode")) == "data":
                _add(found, each, each.get("values"), None)
        return found

    @cached_property
    def _changes(self) -> tuple[Fields, ...]:
        return tuple(each for each in items(self._root.get("resource_changes")) if isinstance(each, Fields))

    # --- what the configuration says ------------------------------------------------------------------------------------

    def references(self, resource: Resource, attribute: str) -> tuple[str, ...]:
        """What an attribute is made of, as its module names it: `data.aws_iam_policy_document.send.json`."""
        configured = self._configuration.get(resource.configured)
        expression = configured.at("expressions", attribute) if configured else None
        found = [string(each) for block in items(expression) for each in _references(block)]
        names = dict.fromkeys(each for each in found if each)
        return tuple(each for each in names if not any(other.startswith(f"{each}.") for other in names))

    def made_of(self, resource: Resource, attribute: str) -> Iterator[Configured]:
        """The resources and data sources that an attribute is made of."""
        for reference in self.references(resource, attribute):
            parts = INDEX.sub("", reference).split(".")
            yield Configured(resource.configured.module, ".".join(parts[: 3 if parts[0] == "data" else 2]))

    @cached_property
    def _configuration(self) -> dict[Configured, Fields]:
        root = self._root.at("configuration", "root_module")
        return dict(_configurations(root, ""))


def before(root: Fields) -> Fields:
    """A plan as the state that it starts from: what it changes is as it was, and what it makes is not there."""
    members: dict[str, Tree] = {}
    state, configuration = root.at("prior_state", "values"), root.get("configuration")
    if state is not None:
        members["values"] = state
    if configuration is not None:
        members["configuration"] = configuration
    changes = [each for each in items(root.get("resource_changes")) if isinstance(each, Fields)]
    members["resource_changes"] = Items(tuple(_unchanged(each) for each in changes), root.place)
    return object_of(members, root.place)


def _unchanged(change: Fields) -> Fields:
    was = change.at("change", "before")
    now = object_of({} if was is None else {"after": was}, change.place)
    return Fields({**change.members, "change": Field(scalar_at("change", change.place), now)}, change.place)


def _part(tree: Tree | None, name: str) -> Tree | None:
    return tree.get(name) if isinstance(tree, Fields) else None


def _in_module(module: Tree | None) -> Iterator[Fields]:
    yield from (each for each in items(_part(module, "resources")) if isinstance(each, Fields))
    for child in items(_part(module, "child_modules")):
        yield from _in_module(child)


def _add(found: dict[str, Resource], described: Fields, values: Tree | None, change: Fields | None) -> None:
    """Add a resource that is not there yet; one without values is to be destroyed."""
    address, of_type = string(described.get("address")), string(described.get("type"))
    if address is None or of_type is None or address in found or not isinstance(values, Fields):
        return
    unknown = change.at("change", "after_unknown") if change is not None else None
    mode = string(described.get("mode")) or "managed"
    found[address] = Resource(address, of_type, mode, values, unknown or NOTHING, described.place)


def _configurations(module: Tree | None, path: str) -> Iterator[tuple[Configured, Fields]]:
    for each in items(_part(module, "resources")):
        if isinstance(each, Fields):
            yield Configured(path, string(each.get("address")) or ""), each
    for name, call in fields(_part(module, "module_calls")):
        yield from _configurations(_part(call, "module"), f"{path}.module.{name}" if path else f"module.{name}")


def _references(block: Tree) -> tuple[Tree, ...]:
    """The references of an expression, or of all expressions of a nested block."""
    if isinstance(block, Fields) and "references" in block.members:
        return items(block.get("references"))
    return tuple(each for _, value in fields(block) for inner in items(value) for each in _references(inner))
