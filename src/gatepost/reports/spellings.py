"""Where a YAML file spells a value or a key of a policy otherwise than it is read."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gatepost.policy.errors import PolicyError
from gatepost.policy.json_reader import Node, Source, read_data
from gatepost.sources.found import FoundPolicy
from gatepost.sources.yaml_words import reading_of

PLAIN: Final = re.compile(r"[^\s,:\[\]{}#&*!|>'\"%@`][^\s,\[\]{}#]*")


def spellings(policy: FoundPolicy) -> Mapping[int, str]:
    """What the file says without quotes, by the offset of what the policy's text says instead."""
    if policy.whole or not policy.content:
        return {}
    try:
        root = read_data(Source(policy.text))
    except PolicyError:
        return {}
    lines = policy.content.splitlines()
    found: dict[int, str] = {}
    for offset, text, is_key in _scalars(policy.text, root):
        line, column = policy.places.place(offset)
        plain = PLAIN.match(lines[line - 1], column - 1) if 0 < line <= len(lines) else None
        spelled = "" if plain is None else plain.group().rstrip(":")
        reading = reading_of(spelled)
        if spelled and ((is_key and reading.is_word and spelled == text) or (spelled != text and reading.text == text)):
            found[offset] = spelled
    return found


def _scalars(text: str, node: Node) -> Iterator[tuple[int, str, bool]]:
    """Each string, number, word and key: its offset, its characters, and whether it is a key."""
    if isinstance(node.value, dict):
        for name, member in node.value.items():
            yield member.key_start, name, True
            yield from _scalars(text, member.node)
    elif isinstance(node.value, tuple):
        for each in node.value:
            yield from _scalars(text, each)
    else:
        yield node.start, node.value if isinstance(node.value, str) else text[node.start : node.end], False
