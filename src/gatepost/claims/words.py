"""A claim's text in words: what stands between blanks, commas apart; quotes hold blanks and commas together."""

import re
from dataclasses import dataclass
from typing import Final

from gatepost.claims.errors import ClaimError

WORD: Final = re.compile(r"""\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<comma>,)|(?P<plain>[^\s,"']+))""")


@dataclass(frozen=True, slots=True)
class Word:
    """One word and its column, from 1. A quoted one is never a word of the language."""

    text: str
    column: int
    quoted: bool = False

    def says(self, *known: str) -> bool:
        """Whether it is one of these words of the language, in any case."""
        return not self.quoted and self.text.lower() in known


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a claim; ClaimError for a quote that is left open."""
    found: list[Word] = []
    at = 0
    while text[at:].strip():
        match = WORD.match(text, at)
        if match is None:
            start = len(text) - len(text[at:].lstrip())
            raise ClaimError(f"the quote {text[start]} is left open", start + 1)
        kind = str(match.lastgroup)
        quoted = kind in ("double", "single")
        found.append(Word(match.group(kind), match.start(kind) + 1 - quoted, quoted))
        at = match.end()
    return tuple(found)
