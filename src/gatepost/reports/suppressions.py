"""Findings that are passed over, each for a reason: an entry of `.gatepost.toml`, a comment in a template, the baseline.

An entry with `until` holds through that day. What matches nothing although it could is told, so that the list does not rot.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatepost.lint.document import Document, StatementTree
from gatepost.lint.finding import Finding
from gatepost.lint.rule import Rule
from gatepost.reports.baseline import Baseline
from gatepost.reports.comments import Comment
from gatepost.reports.paths import seen_from
from gatepost.sources.found import FoundPolicy

if TYPE_CHECKING:
    from gatepost.reports.run import Linted, Result

NO_BASELINE: Final = Baseline({})


class By(Enum):
    """What passes a finding over."""

    CONFIG = "config"
    COMMENT = "comment"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding is passed over."""

    by: By
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Ignore:
    """An entry `[[ignore]]`: findings of `code`, in the files, at the address, in the statement that it names, if it names one.

    `path` is seen from `folder`, where the file of the entry is, and `*` stands for anything in it. `place` is where the entry is.
    """

    code: str
    reason: str
    place: str
    folder: Path
    path: str | None = None
    address: str | None = None
    sid: str | None = None
    until: date | None = None

    def is_about(self, policy: FoundPolicy) -> bool:
        """Whether it speaks of this policy."""
        here = self.path is None or fnmatchcase(seen_from(self.folder, policy.file), self.path)
        return here and self.address in (None, policy.address)

    def matches(self, finding: Finding, policy: FoundPolicy, document: Document) -> bool:
        """Whether it speaks of this finding."""
        return self.code == finding.code and self.is_about(policy) and self.sid in (None, _sid_of(finding, document))

    def is_over(self, today: date) -> bool:
        """Whether its last day is past."""
        return self.until is not None and self.until < today


@dataclass(frozen=True, slots=True)
class Config:
    """What `.gatepost.toml` says. `settings` are those of `[lint]`, by their names."""

    settings: Mapping[str, Any]
    ignores: tuple[Ignore, ...]


@dataclass(frozen=True, slots=True)
class Suppressions:
    """All that passes findings over in a run. `comments` are those of each file."""

    today: date
    ignores: Sequence[Ignore] = ()
    comments: Mapping[str, Sequence[Comment]] = field(default_factory=dict)
    baseline: Baseline = NO_BASELINE

    def of(self, finding: Finding, policy: FoundPolicy, document: Document, fingerprint: str) -> Suppression | None:
        """Why a finding is passed over; None where it is not."""
        for ignore in self.ignores:
            if ignore.matches(finding, policy, document) and not ignore.is_over(self.today):
                return Suppression(By.CONFIG, ignore.reason, ignore.until)
        comments = self.comments.get(policy.file, ())
        lines = _lines(finding, policy, document) if comments else ()
        for comment in comments:
            if comment.matches(finding.code, lines):
                return Suppression(By.COMMENT, comment.reason)
        if self.baseline.holds(policy.file, fingerprint):
            return Suppression(By.BASELINE, "it stands in the baseline")
        return None

    def notes(self, linted: Sequence["Linted"], rules: Sequence[Rule]) -> Iterator[str]:
        """What is over, and what matched nothing though its rule was asked of a policy that it is about."""
        codes = {rule.code for rule in rules}
        results = [(result, each) for each in linted for result in each.results]
        for ignore in self.ignores:
            if any(ignore.matches(result.finding, each.policy, each.document) for result, each in results):
                if ignore.is_over(self.today):
                    yield f"{ignore.place}: the ignore of {ignore.code} ended with {ignore.until}: its findings are back"
            elif ignore.code in codes and any(ignore.is_about(each.policy) for each in linted):
                yield f"{ignore.place}: the ignore of {ignore.code} matched nothing"
        yield from self._idle_comments(results, codes)
        files = {each.policy.file for each in linted}
        gone = self.baseline.missing({(result.policy.file, result.fingerprint) for result, _ in results}, files)
        if gone:
            yield f"{gone} of the baseline's findings {'is' if gone == 1 else 'are'} gone: write it anew with --write-baseline"

    def _idle_comments(self, results: "Sequence[tuple[Result, Linted]]", codes: set[str]) -> Iterator[str]:
        found = {
            (each.policy.file, line, result.finding.code)
            for result, each in results
            if each.policy.file in self.comments
            for line in _lines(result.finding, each.policy, each.document)
        }
        for file, comments in self.comments.items():
            for comment in comments:
                idle = [code for code in comment.codes if code in codes and (file, comment.about, code) not in found]
                if idle:
                    yield f"{file}:{comment.line}: the ignore of {', '.join(idle)} matched nothing"


def _sid_of(finding: Finding, document: Document) -> str | None:
    """The Sid of the statement that a finding is in."""
    statement = _statement_of(finding, document)
    return statement.elements["Sid"].text if statement is not None and "Sid" in statement.elements else None


def _lines(finding: Finding, policy: FoundPolicy, document: Document) -> tuple[int, ...]:
    """The lines of a file whose comments are about a finding: its own, and that on which its statement begins."""
    statement = _statement_of(finding, document)
    starts = [finding.at.start] + ([] if statement is None else [statement.at.start])
    return tuple(policy.places.place(start)[0] for start in starts)


def _statement_of(finding: Finding, document: Document) -> StatementTree | None:
    inside = (each for each in document.statements if each.at.start <= finding.at.start and finding.at.end <= each.at.end)
    return next(inside, None)
