"""A document as the rules see it: a policy if it is one, and the tree of what is written, with every place, also where it is none.

`read_policy` stops at the first error; the linter tells them all. So rules on the form walk the tree, which is there for whatever
is JSON, and rules on the meaning take `policy`, which is there only where all of it can be read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from types import MappingProxyType

from gatepost.lint.finding import At, Key, Step, Substring
from gatepost.policy.catalogue import ConditionKey, condition_key
from gatepost.policy.errors import PolicyError
from gatepost.policy.json_reader import Member, Node, Number, Source, decode, read_json
from gatepost.policy.model import Condition, Operator, Policy, Statement
from gatepost.policy.operators import COMPARISONS, Comparison, read_operator
from gatepost.policy.read import PolicyKind, read_open_policy


@dataclass(frozen=True, slots=True)
class Element:
    """A value in the document, where it stands, and where its key does (None for an entry of a list, and for the root)."""

    node: Node
    at: At
    key: At | None = None

    @property
    def text(self) -> str | None:
        """The value, where it is a string."""
        return self.node.value if isinstance(self.node.value, str) else None

    @property
    def scalar(self) -> str | None:
        """The value of a string, number or boolean, as policies compare it; None for anything else."""
        match self.node.value:
            case bool():
                return "true" if self.node.value else "false"
            case str():
                return self.node.value
            case Number():
                return self.node.value.text
        return None

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return isinstance(self.node.value, tuple)

    @property
    def is_object(self) -> bool:
        """Whether the value is an object."""
        return isinstance(self.node.value, dict)

    def members(self) -> Mapping[str, "Element"]:
        """The members of an object; none of anything else."""
        if not isinstance(self.node.value, dict):
            return {}
        return {name: self._member(name, member) for name, member in self.node.value.items()}

    def entries(self) -> Iterator["Element"]:
        """The entries of a list; a value that is none is its own only entry, as everywhere in policies."""
        if not isinstance(self.node.value, tuple):
            yield self
            return
        for number, node in enumerate(self.node.value):
            yield Element(node, At((*self.at.path, number), node.start, node.end))

    def entry(self, number: int) -> "Element | None":
        """The entry of a list by its number."""
        return next(islice(self.entries(), number, None), None) if self.is_list else None

    def part(self, start: int, length: int) -> At:
        """The place of a part of a string. Its offsets are those of the whole string where something in it is escaped."""
        path: tuple[Step, ...] = (*self.at.path, Substring(start, length))
        if self.node.end - self.node.start != len(self.text or "") + 2:
            return At(path, self.at.start, self.at.end)
        first = self.node.start + 1 + start
        return At(path, first, first + length)

    def _member(self, name: str, member: Member) -> "Element":
        path: tuple[Step, ...] = self.at.path
        key = At((*path, Key(name)), member.key_start, member.key_end)
        return Element(member.node, At((*path, name), member.node.start, member.node.end), key)


@dataclass(frozen=True)  # no slots: what many rules ask is worked out once
class ConditionTree:
    """One key of one operator, as written."""

    operator: str
    operator_at: At
    key: str
    element: Element

    @property
    def key_at(self) -> At:
        """Where the key stands."""
        return self.element.key or self.element.at

    @cached_property
    def read_operator(self) -> Operator | None:
        """The operator in its parts; None where there is none of this name."""
        return read_operator(self.operator)

    @cached_property
    def comparison(self) -> Comparison | None:
        """How the operator compares; None for `Null`, and where there is no such operator."""
        return None if self.read_operator is None else COMPARISONS.get(self.read_operator.base)

    @cached_property
    def known_key(self) -> ConditionKey | None:
        """What the catalogue knows of the key."""
        return condition_key(self.key)

    @cached_property
    def entries(self) -> tuple[Element, ...]:
        """The values."""
        return tuple(self.element.entries())


@dataclass(frozen=True)  # no slots: what many rules ask is worked out once
class StatementTree:
    """One statement as written. `statement` is what it says, where the whole policy can be read."""

    number: int  # from 0
    element: Element
    elements: Mapping[str, Element]
    statement: Statement | None

    @property
    def at(self) -> At:
        """Where it stands."""
        return self.element.at

    @property
    def name(self) -> str:
        """What people call it: its Sid, or its number from 1."""
        sid = self.elements["Sid"].text if "Sid" in self.elements else None
        return f"statement `{sid}`" if sid else f"statement {self.number + 1}"

    @property
    def effect(self) -> str | None:
        """`Allow`, `Deny`, or what else is written."""
        return self.elements["Effect"].text if "Effect" in self.elements else None

    def entries(self, *names: str) -> Iterator[Element]:
        """The entries of these elements, such as `Action` and `NotAction`."""
        for name in names:
            yield from self._entries.get(name, ())

    def conditions(self) -> tuple[ConditionTree, ...]:
        """The conditions in the order in which `Statement.conditions` has them."""
        return self._conditions

    @cached_property
    def _entries(self) -> Mapping[str, tuple[Element, ...]]:
        return {name: tuple(element.entries()) for name, element in self.elements.items()}

    @cached_property
    def _conditions(self) -> tuple[ConditionTree, ...]:
        if "Condition" not in self.elements:
            return ()
        return tuple(
            ConditionTree(operator, keys.key or keys.at, key, element)
            for operator, keys in self.elements["Condition"].members().items()
            for key, element in keys.members().items()
        )

    def read_conditions(self) -> Iterator[tuple[ConditionTree, Condition]]:
        """Each condition as written and as read; none where the policy cannot be read."""
        if self.statement is not None:
            yield from zip(self.conditions(), self.statement.conditions, strict=True)


class Document:
    """A policy document. `root` is None where it is no JSON; `policy` is None where it is no policy, and `error` says why.

    `kind` is what the policy is for. `ANY` is taken as a trust policy where the statements name principals, calls of STS and no
    resource, as a resource's where one names principals, else as an identity's. `spellings` are the values and keys that the file of
    the policy spells otherwise than the text, by their offsets in it: YAML reads `yes` as true.
    """

    def __init__(
        self, text: str | bytes, kind: PolicyKind = PolicyKind.ANY, spellings: Mapping[int, str] = MappingProxyType({})
    ) -> None:
        self.spellings = spellings
        self.error: PolicyError | None = None
        self.root: Element | None = None
        self.policy: Policy | None = None
        self.source = Source("")
        self.kind = PolicyKind.IDENTITY if kind is PolicyKind.ANY else kind
        try:
            self.source = Source(decode(text))
            node = read_json(self.source)
            self.root = Element(node, At((), node.start, node.end))
            if kind is PolicyKind.ANY and self._names_principals():
                self.kind = PolicyKind.TRUST if self._trusts() else PolicyKind.RESOURCE
            self.policy = read_open_policy(self.source.text, self.kind)
        except PolicyError as error:
            self.error = error

    @property
    def text(self) -> str:
        """What is written."""
        return self.source.text

    @property
    def whole(self) -> At:
        """The place of the document as a whole."""
        return At((), 0, len(self.text)) if self.root is None else self.root.at

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        """The elements of the policy itself: `Version`, `Id`, `Statement`, and whatever else is written."""
        return {} if self.root is None else self.root.members()

    @cached_property
    def statements(self) -> tuple[StatementTree, ...]:
        """The statements that are objects, in order."""
        if "Statement" not in self.elements:
            return ()
        read = () if self.policy is None else self.policy.statements
        return tuple(
            StatementTree(number, element, element.members(), read[number] if read else None)
            for number, element in enumerate(self.elements["Statement"].entries())
            if element.is_object
        )

    def entries(self, *names: str) -> Iterator[tuple[StatementTree, Element]]:
        """The entries of these elements in every statement."""
        for statement in self.statements:
            for entry in statement.entries(*names):
                yield statement, entry

    def conditions(self) -> Iterator[tuple[StatementTree, ConditionTree]]:
        """The conditions of every statement."""
        for statement in self.statements:
            for condition in statement.conditions():
                yield statement, condition

    @property
    def error_at(self) -> At:
        """Where `error` is: the character there, or the end of the text."""
        if self.error is None:
            return self.whole
        start = min(self.source.offset(self.error.line, self.error.column), len(self.text))
        return At((), start, min(start + 1, len(self.text)))

    def element_at(self, at: At) -> Element | None:
        """The element at a place; of a key or a part of a string the element that it is of."""
        element = self.root
        for step in at.path:
            if element is None or isinstance(step, Key | Substring):
                break
            element = element.members().get(step) if isinstance(step, str) else element.entry(step)
        return element

    def place_of(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        return self.source.place(offset)

    def _names_principals(self) -> bool:
        return any("Principal" in each.elements or "NotPrincipal" in each.elements for each in self._statements_unread())

    def _trusts(self) -> bool:
        return all(
            "Resource" not in each.elements
            and "Action" in each.elements
            and all((entry.text or "").lower().startswith("sts:") for entry in each.entries("Action"))
            for each in self._statements_unread()
        )

    def _statements_unread(self) -> Iterator[StatementTree]:
        if self.root is not None and "Statement" in self.root.members():
            for number, element in enumerate(self.root.members()["Statement"].entries()):
                yield StatementTree(number, element, element.members(), None)
