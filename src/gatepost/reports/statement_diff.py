"""The change that a fix makes, statement by statement, in one form however the document is spaced."""

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, Final

from gatepost.lint.finding import Fix
from gatepost.reports.fixing import edited
from gatepost.reports.written import block, lines_of

WIDTH: Final = 88


def statement_diff(text: str, fix: Fix, width: int = WIDTH) -> tuple[str, ...]:
    """Lines that begin with `- ` and `+ `, and `…` where lines between are the same; of what is no JSON, the lines as they are."""
    after = edited(text, fix.edits)
    try:
        old, new = (tuple(_lines(json.loads(each), width)) for each in (text, after))
    except ValueError:
        old, new = tuple(text.split("\n")), tuple(after.split("\n"))
    told: list[str] = []
    for tag, *places in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        old_start, old_end, new_start, new_end = places
        if tag == "equal":
            told += ["…"] if told else []
        else:
            told += [f"- {line}" for line in old[old_start:old_end]]
            told += [f"+ {line}" for line in new[new_start:new_end]]
    return tuple(told[:-1] if told and told[-1] == "…" else told)


def _lines(document: Any, width: int) -> Iterator[str]:  # noqa: ANN401 -- any JSON value
    """The elements of a policy, its statements last."""
    if not isinstance(document, dict):
        yield from lines_of(document, "", "", width)
        return
    statements = document.pop("Statement", [])
    for name, value in document.items():
        yield from lines_of(value, f"{json.dumps(name)}: ", "", width)
    for statement in statements if isinstance(statements, list) else [statements]:
        yield from block(statement, "", "", width)
