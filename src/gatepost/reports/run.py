"""A run of the linter over policies: the one object that every output is a rendering of.

A finding of the linter becomes a `Result` here: it is in a file, at lines and columns, has a fingerprint by which later runs know it
again, and may be passed over with a reason. It is never dropped.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from gatepost.lint.document import Document
from gatepost.lint.finding import GRAVITY, Finding, Fix, Severity
from gatepost.lint.linter import lint_document
from gatepost.lint.rule import Rule
from gatepost.lint.setting import Setting
from gatepost.reports.spellings import spellings
from gatepost.reports.suppressions import Suppression, Suppressions
from gatepost.sources.found import FoundPolicy, SourceError
from gatepost.words.visible import visible

FINGERPRINT_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of a file. Lines and columns count from 1, in characters; the end is just past the last one."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Result:
    """A finding in its policy. `fingerprint` stays the same where other lines come and go; `suppression`: it is passed over."""

    finding: Finding
    policy: FoundPolicy
    region: Region
    fingerprint: str
    suppression: Suppression | None = None


@dataclass(frozen=True, slots=True)
class Linted:
    """One policy and all that was found in it, what is passed over included; `applied` are the fixes that are in its text already."""

    policy: FoundPolicy
    document: Document
    results: tuple[Result, ...]
    undecided: tuple[tuple[Rule, str], ...] = ()
    applied: tuple[tuple[Finding, Fix], ...] = ()


@dataclass(frozen=True, slots=True)
class LintRun:
    """All policies of one run. `unreadable` are the sources that gave none; `notes` is what else is to be told.

    `gaps` is what was not read or not asked, a sentence each: where there is one, no findings do not mean that nothing is wrong.
    """

    linted: tuple[Linted, ...]
    rules: tuple[Rule, ...]
    unreadable: tuple[SourceError, ...] = ()
    notes: tuple[str, ...] = ()
    milliseconds: int = 0
    gaps: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every policy was read, and every rule asked and decided."""
        return not self.gaps and not any(each.undecided for each in self.linted)

    @property
    def all_results(self) -> Iterator[Result]:
        """Every finding, what is passed over included."""
        return (result for each in self.linted for result in each.results)

    @property
    def results(self) -> Iterator[Result]:
        """The findings that are not passed over."""
        return (result for result in self.all_results if result.suppression is None)

    @property
    def counts(self) -> Mapping[Severity, int]:
        """How many findings there are of each severity, the gravest first."""
        counted = Counter(result.finding.severity for result in self.results)
        return {severity: counted[severity] for severity in GRAVITY if counted[severity]}

    @property
    def undecided(self) -> Iterator[str]:
        """What could not be decided, as sentences: the rules of one policy and reason together."""
        for linted in self.linted:
            by_reason: dict[str, list[str]] = {}
            for rule, reason in linted.undecided:
                by_reason.setdefault(reason, []).append(rule.code)
            for reason, codes in by_reason.items():
                yield f"{linted.policy.name}: could not decide {', '.join(codes)}: {reason}"

    @property
    def is_unreadable(self) -> bool:
        """Whether something that was named could not be read."""
        return bool(self.unreadable) or any(each.document.root is None for each in self.linted)

    def reaches(self, severity: Severity) -> bool:
        """Whether something as grave as this was found."""
        return any(GRAVITY.index(found) <= GRAVITY.index(severity) for found in self.counts)


def lint_policies(
    policies: Iterable[FoundPolicy], rules: Sequence[Rule], setting: Setting, suppressions: Suppressions
) -> tuple[Linted, ...]:
    """Each policy with what these rules find in it; what several variants of one have in common is found in the first."""
    linted = []
    found: set[tuple[str, str, Region, str]] = set()
    for policy in policies:
        one = lint_policy(policy, () if policy.is_generated else rules, setting, suppressions)
        of = policy.file, policy.address.partition(" [")[0]
        new = tuple(each for each in one.results if (*of, each.region, each.finding.code) not in found)
        found |= {(*of, each.region, each.finding.code) for each in new} if " [" in policy.address else set()
        linted.append(replace(one, results=new))
    return tuple(linted)


def lint_policy(policy: FoundPolicy, rules: Sequence[Rule], setting: Setting, suppressions: Suppressions) -> Linted:
    """One policy with what these rules find in it."""
    document = Document(policy.text, policy.kind, spellings(policy))
    report = lint_document(document, _setting_of(policy, setting), rules)
    results = []
    seen: Counter[str] = Counter()
    for found in report.findings:
        finding = replace(found, message=visible(found.message), notes=tuple(map(visible, found.notes)))
        fingerprint = _fingerprint(finding, policy, document, seen)
        region = region_of(policy, finding.at.start, finding.at.end)
        suppression = suppressions.of(finding, policy, document, fingerprint)
        results.append(Result(finding, policy, region, fingerprint, suppression))
    return Linted(policy, document, tuple(results), report.undecided)


def _setting_of(policy: FoundPolicy, setting: Setting) -> Setting:
    """Where a policy is in force: of what was used, only what concerns those who have it, where the source says who does."""
    holders = policy.holders or ((policy.address,) if policy.address.startswith("arn:") else ())
    return setting if setting.usage is None else replace(setting, usage=setting.usage.of(holders))


def region_of(policy: FoundPolicy, start: int, end: int) -> Region:
    """The stretch of the policy's file that a stretch of its text is."""
    return Region(*policy.places.place(start), *policy.places.place(end))


def untold_errors(linted: Iterable[Linted]) -> Iterator[SourceError]:
    """Why a document is no policy, where no error among the findings says so: what was not understood is never silent."""
    for each in linted:
        error = each.document.error
        if error is not None and all(result.finding.severity is not Severity.ERROR for result in each.results):
            offset = each.document.source.offset(error.line, error.column)
            problem = f"{error.path}: {error.problem}" if error.path else error.problem
            yield SourceError(each.policy.file, problem, *each.policy.places.place(offset))


def _fingerprint(finding: Finding, policy: FoundPolicy, document: Document, seen: Counter[str]) -> str:
    """Made of the code, the address and what is written there, however it is spaced; the second of two alike is told apart."""
    written = " ".join(document.text[finding.at.start : finding.at.end].split())
    same = f"{finding.code}\n{policy.address}\n{written}"
    seen[same] += 1
    return sha256(f"{same}\n{seen[same]}".encode()).hexdigest()[:FINGERPRINT_LENGTH]
