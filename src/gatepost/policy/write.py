"""From a `Policy` back to a document: canonical JSON, the elements in the order in which the grammar names them."""

import json
from collections.abc import Sequence
from typing import Any

from gatepost.policy.elements import elements
from gatepost.policy.model import Policy, Statement


def write_policy(policy: Policy, *, indent: int | None = None) -> str:
    """The document of a policy; `read_policy` reads it back equal, but for places and the source text."""
    document: dict[str, object] = {"Version": policy.version}
    if policy.id is not None:
        document["Id"] = policy.id
    document["Statement"] = [_statement(statement) for statement in policy.statements]
    separators = (",", ":") if indent is None else None
    return json.dumps(document, indent=indent, separators=separators, ensure_ascii=False)


def _statement(statement: Statement) -> dict[str, Any]:
    """The JSON object of a statement: objects in objects, a list where there is more than one text."""
    written: dict[str, Any] = {}
    for (*above, name), texts in elements(statement):
        inner = written
        for each in above:
            inner = inner.setdefault(each, {})
        inner[name] = one_or_all(texts)
    return written


def one_or_all(texts: Sequence[str]) -> str | list[str]:
    """A list as policies write it: a single text without brackets."""
    return texts[0] if len(texts) == 1 else list(texts)
