"""Terms of SMT-LIB 2.6: strings written and a solver's values read."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, TypeAlias

TOKEN: Final = re.compile(r'"(?:[^"]|"")*"|\|[^|]*\||[()]|[^\s()|"]+')
ESCAPE: Final = re.compile(r"\\u\{([0-9a-fA-F]{1,5})\}|\\u([0-9a-fA-F]{4})")
Term: TypeAlias = "str | list[Term]"
Value = bool | Fraction | str


def quoted(text: str) -> str:
    """A text as a string literal: the quote doubled, the backslash and what is not printable ASCII escaped."""
    letters = (letter if " " <= letter <= "~" and letter != "\\" else f"\\u{{{ord(letter):x}}}" for letter in text)
    return f'"{"".join(letters).replace(chr(34), chr(34) * 2)}"'


def read_values(text: str) -> dict[str, Value]:
    """What `get-value` printed, by name (without bars): booleans, numbers, strings. ValueError for anything else."""
    tokens = iter(TOKEN.findall(text))
    if next(tokens, None) != "(":
        raise ValueError("a solver's values: expected a list")
    return {name.strip("|"): _value(term) for name, term in _pairs(_list(tokens))}


def _pairs(terms: list[Term]) -> Iterator[tuple[str, Term]]:
    for term in terms:
        if isinstance(term, str) or len(term) != 2 or not isinstance(term[0], str):
            raise ValueError(f"a solver's values: expected a name and a value, found `{term}`")
        yield term[0], term[1]


def _list(tokens: Iterator[str]) -> list[Term]:
    found: list[Term] = []
    for word in tokens:
        if word == ")":
            return found
        found.append(_list(tokens) if word == "(" else word)
    raise ValueError("a solver's values: expected `)`")


def _value(term: Term) -> Value:
    match term:
        case "true" | "false":
            return term == "true"
        case str() if term.startswith('"'):
            return ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), term[1:-1].replace('""', '"'))
        case str():
            return Fraction(term)
        case ["-", inner]:
            return -Fraction(_value(inner))
        case ["/", above, below]:
            return Fraction(_value(above)) / Fraction(_value(below))
    raise ValueError(f"a solver's values: expected a value, found `{term}`")
