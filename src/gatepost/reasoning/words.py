"""Patterns in which a text of the request itself stands: what policy variables make whose values are not known.

Theory, in numbered rules:

1.  That a text matches such a word is an atom of its own. What our theory of wildcards knows of it is its outline, the pattern with a
    run in each variable's place: a text that matches the word matches that. (No request carries an empty value.)
2.  So where a question has no model though its words are left open, it has none: that is a proof. Where it has one, the variables'
    values must be found: `guesses` says which are likely, and a general solver knows equations between texts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from gatepost.policy.pattern import ANY, STAR
from gatepost.policy.variables import UNRESOLVED, Template, Variable
from gatepost.reasoning.choices import SOMEBODY
from gatepost.reasoning.wildcards import PART_ANY, PART_STAR, Glob, filled, folded

if TYPE_CHECKING:
    from gatepost.reasoning.world import World

LIKELY: Final = ("someone", "example.com")
LIKELY_PARTS: Final = (f"arn:aws:ses:us-east-1:{SOMEBODY}:identity/example.com", "us-east-1", SOMEBODY)  # of a template
MOST_GUESSES: Final = 48
WILDCARDS: Final = f"{STAR}{ANY}"
RUNS: Final = {STAR: ".*", PART_STAR: "[^:]*", ANY: ".", PART_ANY: "[^:]"}
Parts = tuple[str | Variable, ...]
Guess = Mapping[str, str | None]  # values of keys; None: the key is absent


@dataclass(frozen=True, slots=True)
class Word:
    """A pattern with variables; its literal parts have wildcards as a `Glob` has. `folded`: compared without regard to case.

    `arn`: the first literal holds the first five parts of an ARN whole, and their wildcards stay inside their part.
    """

    parts: Parts
    folded: bool = False
    arn: bool = False

    @property
    def keys(self) -> frozenset[str]:
        """The keys whose values stand in it."""
        return frozenset(part.key for part in self.parts if isinstance(part, Variable))

    def outline(self) -> Glob:
        """The pattern with a run in each variable's place (rule 1)."""
        pattern = "".join(part if isinstance(part, str) else ANY + STAR for part in self.parts)
        return folded(pattern) if self.folded else Glob(pattern)


def plain(parts: Parts) -> str | None:
    """The text of parts without variables; None where there are some."""
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(parts) else None


def arn_word(parts: Parts) -> Word | None:
    """The word of an ARN's pattern; None where a variable stands in the first five parts, so that they are not known."""
    first = parts[0]
    if not isinstance(first, str) or first.count(":") < 5:
        return None
    *head, tail = first.split(":", 5)
    bounded = ":".join(head).replace(STAR, PART_STAR).replace(ANY, PART_ANY)
    return Word((f"{bounded}:{tail}", *parts[1:]), arn=True)


def guesses(world: "World") -> Iterator[Guess]:
    """Likely values for all variables of the world's words, the likeliest first: those that make a word a text that is named."""
    keys = sorted(frozenset[str]().union(*(word.keys for _, word in world.words.values() if word is not None)))
    usual = {key: (*LIKELY_PARTS, *LIKELY) if key.startswith(UNRESOLVED) else LIKELY for key in keys}
    combined = product(*(dict.fromkeys((*_named(world, key), *usual[key], None)) for key in keys))
    yield from (dict(zip(keys, chosen, strict=True)) for chosen in islice(combined, MOST_GUESSES))


def _named(world: "World", key: str) -> Iterator[str]:
    """Values of a key that its own patterns name, and those by which a word is a text that another pattern of its place names."""
    for place, glob in world.patterns.values():
        if not glob.pattern.strip(WILDCARDS):
            continue
        texts = dict.fromkeys(filled(glob, filling) for filling in LIKELY)
        if place == (key, 0):
            yield from (text for text in texts if text)
        for at, word in world.words.values():
            if word is not None and at == place and key in word.keys and glob != word.outline():
                yield from _met(word, key, texts)


def _met(word: Word, key: str, texts: Iterable[str]) -> Iterator[str]:
    names: dict[str, str] = {}
    expression = "".join(_expression(part, names) for part in word.parts)
    for text in texts:
        match = re.fullmatch(expression, text, re.DOTALL | (re.IGNORECASE if word.folded else 0))
        if match is not None:
            yield match[names[key]]


def _expression(part: str | Variable, names: dict[str, str]) -> str:
    if isinstance(part, str):
        return "".join(RUNS.get(symbol) or re.escape(symbol) for symbol in part)
    if part.key in names:
        return f"(?P={names[part.key]})"
    names[part.key] = f"v{len(names)}"
    return f"(?P<{names[part.key]}>.+)"


def merged(parts: Iterable[str | Variable]) -> Parts:
    """The same parts, no two texts side by side."""
    found: list[str | Variable] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        else:
            found.append(part)
    return tuple(found)


def variables_in(templates: Iterable[Template]) -> Iterator[Variable]:
    """The variables that stand in these."""
    for template in templates:
        yield from (part for part in template.parts if isinstance(part, Variable))
