"""What the linter found, for people: each finding with its source, its picture, who slips through, and what to write instead."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Final

from gatepost.cli.fixed_text import fixed_lines
from gatepost.cli.layout import folded
from gatepost.cli.source_text import source_lines
from gatepost.lint.finding import Fix, Severity, Witness
from gatepost.reports.fixable import fixable, has_to_wait, is_proved, is_safe
from gatepost.reports.run import region_of
from gatepost.reports.statement_diff import statement_diff
from gatepost.words.requests import request_words
from gatepost.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatepost.cli.paint import Paint
    from gatepost.reports.run import Linted, LintRun, Result

STYLES: Final = {
    Severity.ERROR: "bad",
    Severity.SECURITY_WARNING: "bad",
    Severity.WARNING: "open",
    Severity.SUGGESTION: "dim",
}
INDENT: Final = "   "
VALUE: Final = re.compile(r"`[^`]*`|\d+")
STATEMENT: Final = re.compile(r"statement (?:`[^`]*`|\d+)")
MOST_DIFF_LINES: Final = 40
WAITS: Final = "--fix leaves it until what is graver at the same place is dealt with"


def run_lines(run: "LintRun", paint: "Paint") -> Iterator[str]:
    """The whole answer: the fixes made, the findings, the counts."""
    fixed = list(fixed_lines(run.linted, paint))
    yield from (*fixed, "") if fixed else ()
    for linted in run.linted:
        for first, *others in _alike(linted):
            yield from finding_lines(first, linted, paint)
            yield from _other_places(first, others, paint)
            yield ""
    yield from summary(run)


def _alike(linted: "Linted") -> Iterator[list["Result"]]:
    """The findings of a policy in their order; those that say the same of several places together."""
    groups: dict[object, list[Result]] = {}
    for result in linted.results:
        if result.suppression is None:
            finding = result.finding
            said = VALUE.sub("`…`", STATEMENT.sub("a statement", finding.message))
            fixes = tuple((fix.title, bool(fix.edits), fix.proof) for fix in finding.fixes)
            same = finding.code, finding.severity, said, finding.notes, finding.picture, fixes
            groups.setdefault(same, []).append(result)
    yield from groups.values()


def _other_places(first: "Result", others: "Sequence[Result]", paint: "Paint") -> Iterator[str]:
    """Where else a finding stands, with what it says there where that differs."""
    also = [(region_of(first.policy, at.start, at.end), "") for at in first.finding.also]
    for region, message in (*also, *((each.region, each.finding.message) for each in others)):
        more = f"  {message}" if message not in ("", first.finding.message) else ""
        yield from folded(f"{region.line}:{region.column}{more}", paint.width, f"{INDENT}also at ", f"{INDENT}  ")


def finding_lines(result: "Result", linted: "Linted", paint: "Paint") -> Iterator[str]:
    """One finding."""
    finding, region = result.finding, result.region
    place = f"{visible(result.policy.file)}:{region.line}:{region.column}"
    about = f" {result.policy.address}" if result.policy.address else ""
    severity = paint(STYLES[finding.severity], finding.severity.words)
    yield f"{paint('strong', place)}{about} {paint('strong', finding.code)}  {severity}"
    yield from source_lines(result, linted, paint)
    if finding.picture:
        yield ""
        yield from (f"{INDENT}{line}".rstrip() for line in finding.picture)
    if finding.witnesses:
        yield ""
        yield from _witnesses(finding.witnesses, paint)
    for number, fix in enumerate(finding.fixes, 1):
        yield ""
        yield from _fix(fix, f"fix {number}" if len(finding.fixes) > 1 else "fix", linted, paint)
        if has_to_wait(fix, finding, linted):
            yield from folded(WAITS, paint.width, f"{INDENT}  ", f"{INDENT}  ")
    for note in finding.notes:
        yield from folded(note, paint.width, f"{INDENT}note: ", f"{INDENT}      ")


def summary(run: "LintRun") -> Iterator[str]:
    """The counts, what --fix would do, and where more is told."""
    policies = _counted(len(run.linted), "policy", "policies")
    took = f"({run.milliseconds} ms)"
    passed_over = sum(result.suppression is not None for result in run.all_results)
    passed = f", {passed_over} passed over" if passed_over else ""
    if run.counts:
        counts = ", ".join(_counted(count, severity.words, f"{severity.words}s") for severity, count in run.counts.items())
        yield f"{counts} in {policies}{passed} {took}.{_fixable(run)}"
        worst = next(iter(run.counts))
        code = next(result.finding.code for result in run.results if result.finding.severity is worst)
        yield f"More: gatepost rule {code}"
    else:
        but = "" if run.is_complete and not run.is_unreadable else ", but not all was read and decided"
        yield f"Nothing found in {policies}{passed}{but} {took}."


def _fixable(run: "LintRun") -> str:
    every, safe = (sum(1 for linted in run.linted for _ in fixable(linted, permits)) for permits in (is_proved, is_safe))
    if not every:
        return ""
    if not safe:
        return f" Fixable: {every} with --fix --unsafe-fixes."
    more = f", {every - safe} more with --unsafe-fixes" if every > safe else ""
    return f" Fixable: {safe} with --fix{more}."


def _witnesses(witnesses: tuple[Witness, ...], paint: "Paint") -> Iterator[str]:
    for says, group in groupby(witnesses, lambda witness: witness.says):
        head = f"{says[:1].upper()}{says[1:]}:"
        yield f"{INDENT}{head}  {paint('dim', '(checked with the evaluator)')}"
        for witness in group:
            yield from folded(request_words(witness.request), paint.width, f"{INDENT}  ", f"{INDENT}    ")


def _fix(fix: Fix, name: str, linted: "Linted", paint: "Paint") -> Iterator[str]:
    proof = f" (proved: {fix.proof})" if fix.proof else " (not proved, so --fix leaves it to you)"
    if fix.widens:
        proof = " (it allows more, so --fix leaves it to you)"
    elif fix.proof and fix.changes_meaning:
        proof = f" (--unsafe-fixes; proved: {fix.proof})"
    yield from folded(f"{fix.title}{proof if fix.edits else ''}", paint.width, f"{INDENT}{name}: ", f"{INDENT}  ")
    lines = statement_diff(linted.policy.text, fix, paint.width - len(INDENT) - 4) if fix.edits else ()
    for line in lines[:MOST_DIFF_LINES]:
        yield f"{INDENT}  {paint({'-': 'bad', '+': 'good'}.get(line[0], 'dim'), visible(line))}"
    if len(lines) > MOST_DIFF_LINES:
        yield f"{INDENT}  {len(lines) - MOST_DIFF_LINES} lines more: see --diff"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
