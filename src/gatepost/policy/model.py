"""A policy as a frozen value.

Source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

VERSION_2008 = "2008-10-17"
VERSION_2012 = "2012-10-17"


class Effect(Enum):
    """What a statement does where it matches."""

    ALLOW = "Allow"
    DENY = "Deny"


class PrincipalType(Enum):
    """The key of a `Principal` map."""

    AWS = "AWS"
    SERVICE = "Service"
    FEDERATED = "Federated"
    CANONICAL_USER = "CanonicalUser"


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, both from 1."""

    line: int
    column: int


NOWHERE: Final = Place(1, 1)  # of what stands in no document


@dataclass(frozen=True, slots=True)
class PrincipalEntry:
    """One principal that a statement names; `"*"` alone is `AWS: *`."""

    type: PrincipalType
    value: str


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator as written: `ForAllValues:StringLikeIfExists`."""

    base: str
    qualifier: str | None = None  # "ForAllValues", "ForAnyValue"
    if_exists: bool = False

    def __str__(self) -> str:
        prefix = f"{self.qualifier}:" if self.qualifier else ""
        return f"{prefix}{self.base}{'IfExists' if self.if_exists else ''}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator: it holds when the request's value compares to one of `values` (negated: to none)."""

    operator: Operator
    key: str
    values: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. Of each pair (`actions`, `not_actions`) at most one is not None; conditions are AND-ed."""

    effect: Effect
    sid: str | None = None
    principals: tuple[PrincipalEntry, ...] | None = None
    not_principals: tuple[PrincipalEntry, ...] | None = None
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    start: Place = Place(1, 1)
    end: Place = Place(1, 1)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document. `text` is what was read; two policies are equal when they say the same, wherever it stands."""

    statements: tuple[Statement, ...]
    version: str = VERSION_2008  # what an absent `Version` means
    id: str | None = None
    text: str = ""

    @property
    def has_variables(self) -> bool:
        """Whether `${…}` is a variable here; under the older version it is literal text."""
        return self.version == VERSION_2012

    def with_principal_ids(self, ids: Mapping[str, str]) -> "Policy":
        """The policy with each principal that `ids` knows (the ARN of a user or role) replaced by its unique ID."""
        return replace(self, statements=tuple(_with_ids(statement, ids) for statement in self.statements))


def _with_ids(statement: Statement, ids: Mapping[str, str]) -> Statement:
    def bound(entries: tuple[PrincipalEntry, ...] | None) -> tuple[PrincipalEntry, ...] | None:
        return entries and tuple(PrincipalEntry(each.type, ids.get(each.value, each.value)) for each in entries)

    return replace(statement, principals=bound(statement.principals), not_principals=bound(statement.not_principals))
