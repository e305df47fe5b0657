"""Policies as people lay them out: an element a line, and what fits on a line on one line."""

import json
from collections.abc import Iterator
from typing import Any, Final

INDENT: Final = "  "
WIDTH: Final = 96


def written(value: Any, width: int = WIDTH) -> Iterator[str]:  # noqa: ANN401 -- any JSON value
    """The lines of a document: `Statement` and each statement have a line an element."""
    if not isinstance(value, dict) or not isinstance(value.get("Statement"), list):
        yield from block(value, "", "", width)
        return
    yield "{"
    names = list(value)
    for name in names:
        end = "" if name == names[-1] else ","
        if name != "Statement":
            yield from _ended(lines_of(value[name], f"{json.dumps(name)}: ", INDENT, width), end)
            continue
        yield f'{INDENT}"Statement": ['
        for number, statement in enumerate(value[name], 1):
            yield from _ended(block(statement, "", INDENT * 2, width), "," if number < len(value[name]) else "")
        yield f"{INDENT}]{end}"
    yield "}"


def lines_of(value: Any, head: str, indent: str, width: int) -> Iterator[str]:  # noqa: ANN401 -- any JSON value
    """A value behind its key, on one line where it fits."""
    line = f"{indent}{head}{json.dumps(value, ensure_ascii=False)}"
    if len(line) <= width or not value or not isinstance(value, dict | list):
        yield line
    else:
        yield from block(value, head, indent, width)


def block(value: Any, head: str, indent: str, width: int) -> Iterator[str]:  # noqa: ANN401 -- any JSON value
    """A value behind its key, with a line or more for each member."""
    if not value or not isinstance(value, dict | list):
        yield from lines_of(value, head, indent, width)
        return
    start, close = ("{", "}") if isinstance(value, dict) else ("[", "]")
    named = isinstance(value, dict)
    members = [(f"{json.dumps(name)}: ", value[name]) for name in value] if named else [("", each) for each in value]
    yield f"{indent}{head}{start}"
    for number, (name, each) in enumerate(members, 1):
        yield from _ended(lines_of(each, name, indent + INDENT, width), "," if number < len(members) else "")
    yield f"{indent}{close}"


def _ended(lines: Iterator[str], end: str) -> Iterator[str]:
    """Lines with something after the last."""
    *first, last = lines
    yield from first
    yield f"{last}{end}"
