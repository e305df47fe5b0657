"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the literal characters `${*}`, `${?}`, `${$}`.

A part of a template that nobody knows before it is deployed is a variable too, `${gatepost:unresolved/NAME}`, and counts anywhere in a
resource.

Only policies of version 2012-10-17 have them, in resources after the fifth colon and in the values of String and Arn operators. A
substituted value is literal: a `*` in a tag is no wildcard (no AWS sentence says so; the other reading would let whoever sets a
tag widen a policy). Only single-valued keys can be substituted; there is no nesting and no second round.
Source: IAM User Guide, "IAM policy elements: Variables and tags".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gatepost.policy.pattern import ANY, STAR, wild

VARIABLE: Final = re.compile(r"\$\{([^{}]*)\}")
KEY: Final = re.compile(r"\s*([^,'\s][^,']*?)\s*(?:,\s*'([^']*)'\s*)?")
UNRESOLVED: Final = "gatepost:unresolved/"
OPEN: Final = f"${{{UNRESOLVED}"
ARN_PARTS: Final = 6
CHARACTERS: Final = {"*": "*", "?": "?", "$": "$"}


@dataclass(frozen=True, slots=True)
class Variable:
    """A key to be looked up in the request, and what stands for it where it is absent."""

    key: str  # lower case
    default: str | None

    def value_in(self, context: Mapping[str, str | tuple[str, ...]]) -> str | None:
        """What stands for it in a request: the key's only value, else the default; None where there is neither.

        A key of several values cannot be substituted, nor can a text that holds the package's own wildcards.
        """
        value = context.get(self.key)
        if not isinstance(value, str):
            value = None if value else self.default  # an empty set is an absent key
        return None if value is None or STAR in value or ANY in value else value


@dataclass(frozen=True, slots=True)
class Template:
    """Text in which variables stand; literal parts have wildcards in the package's own form (`pattern`)."""

    parts: tuple[str | Variable, ...]

    def fill(self, context: Mapping[str, str | tuple[str, ...]]) -> str | None:
        """The pattern for one request; None where a variable has neither value nor default."""
        filled = []
        for part in self.parts:
            if isinstance(part, str):
                filled.append(part)
                continue
            value = part.value_in(context)
            if value is None:
                return None
            filled.append(value)
        return "".join(filled)


def read_template(text: str, *, wildcards: bool) -> str | Template:
    """The pattern of a text without variables, else its template. `wildcards` says whether `*` and `?` are wild in it.

    What stands in `${…}` but is no variable (`${}`, `${a b, c}`) stays literal text; the linter names it.
    """
    return _read(text, _variable, wild if wildcards else str)


def read_unresolved(text: str, *, wildcards: bool) -> str | Template:
    """The same of a text in which only the parts that are not known count, and other variables are literal text."""
    return _read(text, _unresolved, wild if wildcards else str)


def is_open(text: str) -> bool:
    """Whether a part of a text is not known: what a template leaves open."""
    return OPEN in text


def hide_unresolved(text: str) -> str:
    """A text with the parts that are not known made plain letters, so that no colon of theirs is counted."""
    return VARIABLE.sub(lambda found: "-" * len(found.group()) if _unresolved(found.group(1)) else found.group(), text)


def split_arn(text: str) -> tuple[str, ...]:
    """The parts of an ARN, six at most; of what is no ARN as many as its colons make.

    A part of a template that is not known belongs to the part in which it stands, with the colons of its name.
    """
    if not is_open(text):
        return tuple(text.split(":", ARN_PARTS - 1))
    parts, at = [], 0
    for part in hide_unresolved(text).split(":", ARN_PARTS - 1):
        parts.append(text[at : at + len(part)])
        at += len(part) + 1
    return tuple(parts)


def _read(text: str, variable: Callable[[str], str | Variable | None], pattern: Callable[[str], str]) -> str | Template:
    parts: list[str | Variable] = []
    literal: list[str] = []
    at = 0
    for found in VARIABLE.finditer(text):
        replacement = variable(found.group(1))
        if replacement is None:
            continue
        literal.append(pattern(text[at : found.start()]))
        at = found.end()
        if isinstance(replacement, str):
            literal.append(replacement)
        else:
            parts += ["".join(literal), replacement]
            literal = []
    literal.append(pattern(text[at:]))
    parts.append("".join(literal))
    if len(parts) == 1:
        return "".join(literal)
    return Template(tuple(part for part in parts if part != ""))


def has_value(text: str, context: Mapping[str, str | tuple[str, ...]]) -> bool:
    """Whether every variable in a text has something to stand for it."""
    template = read_template(text, wildcards=False)
    return isinstance(template, str) or template.fill(context) is not None


def fill_text(text: str, context: Mapping[str, str | tuple[str, ...]]) -> str:
    """A text with its variables filled in, for people to read; a variable without a value stays as it is written."""

    def filled(found: re.Match[str]) -> str:
        variable = _variable(found.group(1))
        value = variable.value_in(context) if isinstance(variable, Variable) else None
        return found.group() if value is None else value

    return VARIABLE.sub(filled, text)


def _variable(inside: str) -> str | Variable | None:
    if inside in CHARACTERS:
        return CHARACTERS[inside]
    match = KEY.fullmatch(inside)
    return None if match is None else Variable(match.group(1).lower(), match.group(2))


def _unresolved(inside: str) -> Variable | None:
    variable = _variable(inside)
    return variable if isinstance(variable, Variable) and variable.key.startswith(UNRESOLVED) else None
