"""From a `Policy` back to a document: canonical JSON, the elements in the order in which the grammar names them."""

import json
from collections.abc import Sequence

from gatepost.policy.model import Policy, PrincipalEntry, Statement


def write_policy(policy: Policy, *, indent: int | None = None) -> str:
    """The document of a policy; `read_policy` reads it back equal, but for places and the source text."""
    document: dict[str, object] = {"Version": policy.version}
    if policy.id is not None:
        document["Id"] = policy.id
    document["Statement"] = [_statement(statement) for statement in policy.statements]
    separators = (",", ":") if indent is None else None
    return json.dumps(document, indent=indent, separators=separators, ensure_ascii=False)


def _statement(statement: Statement) -> dict[str, object]:
    written: dict[str, object] = {}
    if statement.sid is not None:
        written["Sid"] = statement.sid
    written["Effect"] = statement.effect.value
    for name, entries in (("Principal", statement.principals), ("NotPrincipal", statement.not_principals)):
        if entries is not None:
            written[name] = _principals(entries)
    for name, texts in (
        ("Action", statement.actions),
        ("NotAction", statement.not_actions),
        ("Resource", statement.resources),
        ("NotResource", statement.not_resources),
    ):
        if texts is not None:
            written[name] = _one_or_many(texts)
    conditions: dict[str, dict[str, object]] = {}
    for condition in statement.conditions:
        conditions.setdefault(str(condition.operator), {})[condition.key] = _one_or_many(condition.values)
    if conditions:
        written["Condition"] = conditions
    return written


def _principals(entries: Sequence[PrincipalEntry]) -> dict[str, object]:
    by_type: dict[str, list[str]] = {}
    for entry in entries:
        by_type.setdefault(entry.type.value, []).append(entry.value)
    return {name: _one_or_many(values) for name, values in by_type.items()}


def _one_or_many(texts: Sequence[str]) -> object:
    return texts[0] if len(texts) == 1 else list(texts)
