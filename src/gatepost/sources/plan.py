"""A Terraform plan as data: its resources with what is known of them, and what the configuration says they are made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from gatepost.sources.found import Place
from gatepost.sources.tree import Fields, Items, Scalar, Tree, fields, items, string

INDEX: Final = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")
NOTHING: Final = Fields({}, (0, 0))


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
        module, name = _configured(resource.address)
        configured = self._configuration.get((module, name))
        expression = configured.at("expressions", attribute) if configured else None
        found = [string(each) for block in items(expression) for each in _references(block)]
        names = dict.fromkeys(each for each in found if each)
        return tuple(each for each in names if not any(other.startswith(f"{each}.") for other in names))

    def refers(self, resource: Resource, attribute: str, other: Resource) -> bool:
        """Whether an attribute is made of another resource of the same module."""
        module, name = _configured(other.address)
        return _configured(resource.address)[0] == module and any(
            INDEX.sub("", each).startswith(f"{name}.") or INDEX.sub("", each) == name
            for each in self.references(resource, attribute)
        )

    def is_boundary(self, policy: Resource) -> bool:
        """Whether a managed policy bounds a user or role: by its ARN, or by what the configuration says."""
        arn = string(policy.values.get("arn"))
        return any(
            (arn is not None and string(each.values.get("permissions_boundary")) == arn)
            or self.refers(each, "permissions_boundary", policy)
            for each in self.resources()
            if each.type in ("aws_iam_user", "aws_iam_role")
        )

    @cached_property
    def _configuration(self) -> dict[tuple[str, str], Fields]:
        root = self._root.at("configuration", "root_module")
        return dict(_configurations(root, ""))


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


def _configured(address: str) -> tuple[str, str]:
    """The module and the name of a resource in the configuration, which has no indexes: `module.a.module.b`, `aws_iam_policy.c`."""
    parts = INDEX.sub("", address).split(".")
    at = 0
    while at + 1 < len(parts) and parts[at] == "module":
        at += 2
    return ".".join(parts[:at]), ".".join(parts[at:])


def _configurations(module: Tree | None, path: str) -> Iterator[tuple[tuple[str, str], Fields]]:
    for each in items(_part(module, "resources")):
        if isinstance(each, Fields):
            yield (path, string(each.get("address")) or ""), each
    for name, call in fields(_part(module, "module_calls")):
        yield from _configurations(_part(call, "module"), f"{path}.module.{name}" if path else f"module.{name}")


def _references(block: Tree) -> tuple[Tree, ...]:
    """The references of an expression, or of all expressions of a nested block."""
    if isinstance(block, Fields) and "references" in block.members:
        return items(block.get("references"))
    return tuple(each for _, value in fields(block) for inner in items(value) for each in _references(inner))
