"""Texts, patterns and policy variables, one character at a time.

A pattern is a list of signs: a character that stands for itself, `ANY_RUN` for `*`, `ANY_ONE` for `?`. Filling in variables makes
characters only, so that a value that holds `*` cannot become a wildcard.
"""

from collections.abc import Mapping
from typing import Any, Final

from gatepost.policy import catalogue

Json = Any  # documents stay what `json.loads` made of them; nothing is compiled

ANY_RUN: Final = "any run of characters"
ANY_ONE: Final = "any one character"
Sign = str  # one character, or ANY_RUN, or ANY_ONE


def pattern(text: str) -> list[Sign]:
    """The signs of a text whose `*` and `?` are wildcards."""
    return [ANY_RUN if character == "*" else ANY_ONE if character == "?" else character for character in text]


def glob(signs: list[Sign], text: str) -> bool:
    """Whether a pattern covers a whole text.

    A dynamic-programming table, row by row: after the first n signs, at which positions of the text may the pattern stand?
    """
    positions = {0}
    for sign in signs:
        if sign == ANY_RUN:
            positions = {later for now in positions for later in range(now, len(text) + 1)}
        elif sign == ANY_ONE:
            positions = {now + 1 for now in positions if now < len(text)}
        else:
            positions = {now + 1 for now in positions if now < len(text) and text[now] == sign}
    return len(text) in positions


def scalar_text(value: Json) -> str:
    """A JSON scalar as the text that is compared: numbers and booleans may stand unquoted (Grammar)."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str(value)


def as_list(value: Json) -> list[Json]:
    """One value or an array of them, everywhere but in Effect and Sid (Grammar)."""
    return value if isinstance(value, list) else [value]


def request_values(context: Mapping[str, Json], key: str) -> tuple[list[str], bool]:
    """What a request carries under a key (any case), and whether the key is multi-valued; absent and empty are both [].

    The catalogue knows the arity; for a key that it does not know, the JSON type says it (the reference, "Decision cases").
    """
    known = catalogue.condition_key(key)
    for name, value in context.items():
        if name.lower() == key.lower():
            values = [scalar_text(each) for each in as_list(value)]
            # A single-valued key with several values: documented nowhere. A set is what a bare operator never matches.
            several = len(values) > 1
            return values, (known.multivalued or several) if known else isinstance(value, list)
    return [], known is not None and known.multivalued


def fill(text: str, context: Mapping[str, Json], version: str) -> list[Sign] | None:
    """A pattern with its variables filled in; None where a variable has no value and no default (Variables and tags)."""
    if version != "2012-10-17":  # before 2012-10-17 `${...}` is literal text
        return pattern(text)
    signs: list[Sign] = []
    at = 0
    while at < len(text):
        end = text.find("}", at)
        if text[at : at + 2] == "${" and end > at:
            value = _variable(text[at + 2 : end], context)
            if value is None:
                return None
            signs += list(value)
            at = end + 1
        else:
            signs += pattern(text[at])
            at += 1
    return signs


def fill_resource(text: str, context: Mapping[str, Json], version: str) -> list[Sign] | None:
    """The same of a resource: variables count only after the fifth colon (Variables and tags)."""
    parts = text.split(":", 5)
    if len(parts) < 6:
        return pattern(text)
    rest = fill(parts[5], context, version)
    return None if rest is None else pattern(":".join(parts[:5]) + ":") + rest


def _variable(inside: str, context: Mapping[str, Json]) -> str | None:
    """What stands for `${inside}`: `*`, `?`, `$` for themselves; a single-valued key's value; its default."""
    if inside in ("*", "?", "$"):
        return inside
    key, comma, default = inside.partition(", ")
    values, multivalued = request_values(context, key)
    if not values:
        return default[1:-1] if comma else None
    return None if multivalued else values[0]
