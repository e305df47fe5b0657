"""The fixes that were made, or would be: what each has changed, and above all what it has changed in what is decided."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from gatepost.cli.layout import folded
from gatepost.lint.finding import Finding, Fix
from gatepost.words.visible import visible

if TYPE_CHECKING:
    from gatepost.cli.paint import Paint
    from gatepost.reports.run import Linted

INDENT: Final = "   "
UNDER: Final = "     "
CHANGES: Final = "changes what is decided:"


def fixed_lines(linted: Iterable["Linted"], paint: "Paint") -> Iterator[str]:
    """A line a fix, and beneath one that changes what is decided: what was proved of it, and what might be meant instead."""
    for each in linted:
        for finding, fix in each.applied:
            yield from folded(f"fixed {_title(each, finding, fix)}", paint.width, "", INDENT)
            if fix.changes_meaning:
                yield from _change(finding, fix, paint)


def changed_lines(linted: Iterable["Linted"], paint: "Paint") -> Iterator[str]:
    """The fixes alone that change what is decided, as notes on stderr."""
    for each in linted:
        for finding, fix in each.applied:
            if fix.changes_meaning:
                yield from folded(f"gatepost: {_title(each, finding, fix)}", paint.width, "", INDENT)
                yield from _change(finding, fix, paint)


def _title(linted: "Linted", finding: Finding, fix: Fix) -> str:
    return f"{visible(linted.policy.file)} {finding.code}: {fix.title}"


def _change(finding: Finding, fix: Fix, paint: "Paint") -> Iterator[str]:
    first, *others = folded(f"{CHANGES} {fix.proof}", paint.width, INDENT, UNDER)
    yield first.replace(CHANGES, paint("open", CHANGES), 1)
    yield from others
    for other in finding.fixes:
        if other is not fix:
            yield from folded(f"or instead: {other.title}", paint.width, INDENT, UNDER)
    for note in finding.notes:
        yield from folded(f"note: {note}", paint.width, INDENT, UNDER)
