"""Comments that pass findings over, in templates: `# gatepost: ignore[CODE] reason`.

One beside a value is about its line; one on a line of its own is about the next line that is more than a comment. On the line where a
statement begins it is about all of the statement. YAML and HCL write comments after `#`, HCL after `//` too.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from gatepost.sources.found import SourceError

COMMENT: Final = re.compile(r"(?:^|\s)(?:#|//)\s*gatepost\s*:\s*(?P<said>.*)$")
IGNORE: Final = re.compile(r"ignore\[(?P<codes>[A-Z0-9_]+(?:\s*,\s*[A-Z0-9_]+)*)\]\s+(?P<reason>\S.*)$")
ALONE: Final = re.compile(r"^\s*(?:#|//)")
BLANK: Final = re.compile(r"^\s*$")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on line `line`, about the findings of these codes that begin on line `about`, or are in a statement that does."""

    codes: tuple[str, ...]
    reason: str
    line: int
    about: int

    def matches(self, code: str, lines: Collection[int]) -> bool:
        """Whether it is about a finding of this code on these lines: its own, and that of its statement."""
        return code in self.codes and self.about in lines


def read_comments(file: str, text: str) -> Iterator[Comment]:
    """The comments of a file; SourceError for one that says something else."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        found = COMMENT.search(line)
        if found is None:
            continue
        ignore = IGNORE.match(found["said"].rstrip())
        if ignore is None:
            expected = "expected `gatepost: ignore[CODE] reason`, with one code or more and the reason"
            raise SourceError(file, expected, number, found.start("said") + 1)
        codes = tuple(code.strip() for code in ignore["codes"].split(","))
        yield Comment(codes, ignore["reason"], number, _about(lines, number))


def _about(lines: list[str], number: int) -> int:
    """The line that the comment on line `number` is about."""
    if not ALONE.match(lines[number - 1]):
        return number
    return next(
        (at for at, line in enumerate(lines[number:], number + 1) if not (ALONE.match(line) or BLANK.match(line))), number
    )
