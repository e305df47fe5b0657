"""What IAM checks of a policy that is put, in its order: the first check that fails, wherever in the document, is what it answers.

1. Syntax: elements, their types, condition operators.
2. The version, of managed policies.
3. Older parsing: how `Effect` is spelt, dates of conditions, short ARNs; the last where no resource has a fault of its own.
4. No `Sid` stands twice.
5. Actions are there.
6. Each resource is `*` or an ARN of a partition that there is.
7. Actions and condition keys name a service. Which services there are is not asked: policies outlive them, AWS's own too.
8. Resources are there.

What these let through is read by `gatepost.policy.read`, which asks for more in places (principals, names of actions).
Source: IAM's answers to some hundred documents, as moto's tests keep them (`tests/test_iam/test_iam_policies.py`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from gatepost.policy.errors import PolicyError
from gatepost.policy.json_reader import Member, Node, Number, Source, decode, read_json
from gatepost.policy.model import VERSION_2012
from gatepost.policy.operators import read_operator
from gatepost.policy.read import POLICY_ELEMENTS, STATEMENT_ELEMENTS, VERSIONS, PolicyKind
from gatepost.services.iam.resource_forms import is_legacy_form, resource_fault

SYNTAX: Final = "Syntax errors in policy."
LEGACY: Final = "The policy failed legacy parsing"
VERSION: Final = "Policy document must be version 2012-10-17 or greater."
SIDS: Final = "Statement IDs (SID) in a single policy must be unique."
NO_ACTIONS: Final = "Policy statement must contain actions."
NO_RESOURCES: Final = "Policy statement must contain resources."
NO_VENDOR: Final = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
COLONS: Final = "Actions/Condition can contain only one colon."

VENDOR: Final = re.compile(r"[A-Za-z0-9.-]+")
ISO_DATE: Final = re.compile(
    r"-?\d{1,9}(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?"
    r"(?:t(?:(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.\d{1,9})?)?"
    r"(?:z|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII,
)
RANGES: Final = {"month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59), "second": (0, 59)}
EPOCH: Final = re.compile(r"\d{1,19}", re.ASCII)
LAST_EPOCH: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Fault:
    """What IAM does not take: its sentence, and where it stands and what we see there."""

    text: str
    path: str
    problem: str
    node: Node


@dataclass(frozen=True, slots=True)
class _Statement:
    path: str
    node: Node
    members: dict[str, Member]

    def texts(self, element: str) -> Iterator[tuple[str, Node]]:
        """The texts of an element, one or a list; none where it is not there."""
        if element in self.members:
            yield from _texts(self.members[element].node)

    def at(self, element: str) -> str:
        return f"{self.path}, {element}"

    def condition_keys(self) -> Iterator[tuple[str, str, Member]]:
        """Operator, key and values of each condition."""
        for operator, keys in _members(self.members, "Condition"):
            for key, values in _object(keys.node).items():
                yield operator, key, values


def first_fault(document: str, kind: PolicyKind, *, managed: bool = False) -> tuple[str, PolicyError] | None:
    """IAM's sentence about a document that it does not take, and the place; `PolicyError` for one that is no JSON.

    `managed`: whether it is to be a managed policy, which is of the newer version.
    """
    source = Source(decode(document))
    whole = read_json(source)
    for check in _checks(whole, kind, managed=managed):
        for fault in check():
            error = source.error("put", fault.path, fault.problem, fault.node.start)
            return fault.text, error
    return None


def _checks(whole: Node, kind: PolicyKind, *, managed: bool) -> Iterator[Callable[[], Iterator[Fault]]]:
    yield lambda: _syntax(whole)
    statements = _statements(whole)
    if managed:
        yield lambda: _version(whole)
    forms = tuple(_resource_forms(statements))
    yield lambda: _legacy(statements, resources=not forms)
    yield lambda: _sids(statements)
    yield lambda: _without(statements, "Action", NO_ACTIONS)
    yield lambda: iter(forms)
    yield lambda: _vendors(statements)
    if kind is not PolicyKind.TRUST:
        yield lambda: _without(statements, "Resource", NO_RESOURCES)


# --- syntax -------------------------------------------------------------------------------------------------------------


def _syntax(whole: Node) -> Iterator[Fault]:
    if not isinstance(whole.value, dict):
        yield Fault(SYNTAX, "", "expected a policy: an object with `Version` and `Statement`", whole)
        return
    yield from _unknown(whole.value, POLICY_ELEMENTS, "")
    version, identifier = whole.value.get("Version"), whole.value.get("Id")
    if version is not None and version.node.value not in VERSIONS:
        yield Fault(SYNTAX, "Version", f"expected `{VERSIONS[0]}` or `{VERSIONS[1]}`", version.node)
    if identifier is not None and not isinstance(identifier.node.value, str):
        yield Fault(SYNTAX, "Id", "expected a string", identifier.node)
    if "Statement" not in whole.value:
        yield Fault(SYNTAX, "", "the element `Statement` is missing", whole)
        return
    nodes = _items(whole.value["Statement"].node)
    if not nodes:
        yield Fault(SYNTAX, "Statement", "expected at least one statement", whole.value["Statement"].node)
    for number, node in enumerate(nodes, 1):
        yield from _statement_syntax(node, f"statement {number}")


def _statement_syntax(node: Node, path: str) -> Iterator[Fault]:
    if not isinstance(node.value, dict):
        yield Fault(SYNTAX, path, "expected a statement: an object with `Effect`, `Action` and `Resource`", node)
        return
    members = node.value
    yield from _unknown(members, STATEMENT_ELEMENTS, path)
    for element in ("Action", "Resource", "Principal"):
        if element in members and f"Not{element}" in members:
            problem = f"`{element}` and `Not{element}` exclude each other"
            yield Fault(SYNTAX, path, problem, members[f"Not{element}"].node)
    effect = members.get("Effect")
    if effect is None:
        yield Fault(SYNTAX, path, "the element `Effect` is missing", node)
    elif not (isinstance(effect.node.value, str) and effect.node.value.lower() in ("allow", "deny")):
        yield Fault(SYNTAX, f"{path}, Effect", "expected `Allow` or `Deny`", effect.node)
    if "Sid" in members and not isinstance(members["Sid"].node.value, str):
        yield Fault(SYNTAX, f"{path}, Sid", "expected a string", members["Sid"].node)
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        if element in members:
            for each in _items(members[element].node):
                if not isinstance(each.value, str):
                    yield Fault(SYNTAX, f"{path}, {element}", "expected a string or a list of strings", each)
    if "Condition" in members:
        yield from _condition_syntax(members["Condition"].node, f"{path}, Condition")


def _condition_syntax(node: Node, path: str) -> Iterator[Fault]:
    if not isinstance(node.value, dict):
        yield Fault(SYNTAX, path, "expected an object of condition operators", node)
        return
    for operator, keys in node.value.items():
        if not isinstance(keys.node.value, dict):
            yield Fault(SYNTAX, f"{path}, {operator}", "expected an object of condition keys", keys.node)
            continue
        if read_operator(operator) is None and keys.node.value:
            yield Fault(SYNTAX, path, f"unknown operator `{operator}`", keys.node)
        for key, values in keys.node.value.items():
            for value in _items(values.node):
                if not isinstance(value.value, (str, bool, Number)):
                    problem = "expected a string, a number or a boolean, or a list of them"
                    yield Fault(SYNTAX, f"{path}, {operator}, {key}", problem, value)


def _unknown(members: dict[str, Member], known: tuple[str, ...], path: str) -> Iterator[Fault]:
    for name, member in members.items():
        if name not in known:
            yield Fault(SYNTAX, path, f"unknown element `{name}`", member.node)


# --- what the syntax lets through ---------------------------------------------------------------------------------------


def _version(whole: Node) -> Iterator[Fault]:
    version = _object(whole).get("Version")
    if version is None:
        yield Fault(VERSION, "", "the element `Version` is missing", whole)
    elif version.node.value != VERSION_2012:
        yield Fault(VERSION, "Version", f"expected `{VERSION_2012}`", version.node)


def _legacy(statements: tuple[_Statement, ...], *, resources: bool) -> Iterator[Fault]:
    for statement in statements:
        effect = statement.members["Effect"].node
        if effect.value not in ("Allow", "Deny"):
            yield Fault(LEGACY, statement.at("Effect"), f"`{effect.value}`: expected `Allow` or `Deny`", effect)
        for operator, key, values in statement.condition_keys():
            read = read_operator(operator)
            for text, node in _texts(values.node) if read is not None and read.base.startswith("Date") else ():
                if not is_date(text):
                    problem = f"`{text}` is no date: expected one such as `2026-12-01T00:00:00Z`, or epoch seconds"
                    yield Fault(LEGACY, f"{statement.at('Condition')}, {operator}, {key}", problem, node)
    for statement in statements if resources else ():
        for element, text, node in _resources(statement):
            if not is_legacy_form(text):
                problem = f"`{text}` is no ARN: expected six parts, `arn:partition:service:region:account:resource`"
                yield Fault(LEGACY, statement.at(element), problem, node)


def is_date(text: str) -> bool:
    """Whether IAM takes a text for a date: a W3C date, or epoch seconds up to 2^63 - 1."""
    if EPOCH.fullmatch(text):
        return int(text) <= LAST_EPOCH
    match = ISO_DATE.fullmatch(text.lower())
    parts = {} if match is None else match.groupdict()
    return match is not None and all(
        parts[name] is None or least <= int(parts[name]) <= most for name, (least, most) in RANGES.items()
    )


def _sids(statements: tuple[_Statement, ...]) -> Iterator[Fault]:
    known: set[str] = set()
    for statement in statements:
        for sid, node in statement.texts("Sid"):
            if sid in known:
                yield Fault(SIDS, statement.at("Sid"), f"`{sid}` stands a second time", node)
            if sid:
                known.add(sid)


def _without(statements: tuple[_Statement, ...], element: str, text: str) -> Iterator[Fault]:
    for statement in statements:
        if not any(True for each in (element, f"Not{element}") for _ in statement.texts(each)):
            yield Fault(text, statement.path, f"expected an entry of `{element}` or `Not{element}`", statement.node)


def _resource_forms(statements: tuple[_Statement, ...]) -> Iterator[Fault]:
    for statement in statements:
        for element, resource, node in _resources(statement):
            text = resource_fault(resource)
            if text is not None:
                yield Fault(text, statement.at(element), f"`{resource}`", node)


def _vendors(statements: tuple[_Statement, ...]) -> Iterator[Fault]:
    for statement in statements:
        for element in ("Action", "NotAction"):
            for action, node in statement.texts(element):
                text = _vendor_fault(action)
                if text is not None:
                    yield Fault(text, statement.at(element), f"`{action}`", node)
        for operator, key, values in statement.condition_keys():
            if ":" not in key:
                problem = f"`{key}`: expected a key such as `aws:SourceIp` or `ses:FromAddress`"
                yield Fault(NO_VENDOR, f"{statement.at('Condition')}, {operator}", problem, values.node)


def _vendor_fault(action: str) -> str | None:
    vendor, colon, name = action.partition(":")
    if action == "*":
        return None
    if not colon:
        return NO_VENDOR
    if ":" in name:
        return COLONS
    return None if VENDOR.fullmatch(vendor) else f"Vendor {vendor} is not valid"


# --- the tree, whose types the syntax has checked -----------------------------------------------------------------------


def _statements(whole: Node) -> tuple[_Statement, ...]:
    nodes = _items(_object(whole)["Statement"].node)
    return tuple(_Statement(f"statement {number}", node, _object(node)) for number, node in enumerate(nodes, 1))


def _resources(statement: _Statement) -> Iterator[tuple[str, str, Node]]:
    for element in ("Resource", "NotResource"):
        for text, node in statement.texts(element):
            yield element, text, node


def _members(members: dict[str, Member], element: str) -> Iterator[tuple[str, Member]]:
    if element in members:
        yield from _object(members[element].node).items()


def _object(node: Node) -> dict[str, Member]:
    assert isinstance(node.value, dict)  # noqa: S101 -- `_syntax` has checked it
    return node.value


def _items(node: Node) -> tuple[Node, ...]:
    return node.value if isinstance(node.value, tuple) else (node,)


def _texts(node: Node) -> Iterator[tuple[str, Node]]:
    for each in _items(node):
        match each.value:
            case str():
                yield each.value, each
            case Number():
                yield each.value.text, each
