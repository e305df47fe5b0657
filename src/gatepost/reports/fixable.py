"""Which fixes may be made, and in which order.

1.  Only what is proved to keep every decision is made. Who asks for unsafe fixes also gets those that change decisions, where
    what they change is proved. A fix by which an Allow allows more is never made.
2.  The gravest finding goes first, then the places in their order; of one finding the first fix that may be made. So what was
    written wrong is mended before tidying up can take it for something that says nothing.
3.  No fix takes away the place of a graver finding that has something to write instead, or is an error: what is written there was meant
    otherwise, and is not to be lost. Once that finding is dealt with, the fix is offered anew.
"""

from collections.abc import Callable, Iterator

from gatepost.lint.finding import GRAVITY, At, Finding, Fix, Severity
from gatepost.reports.run import Linted

Permits = Callable[[Fix], bool]


def is_proved(fix: Fix) -> bool:
    """Whether a fix may be made at all: it changes something, what it does is proved, and it widens no Allow."""
    return bool(fix.edits and fix.proof) and not fix.widens


def is_safe(fix: Fix) -> bool:
    """Whether it is proved that a fix changes no decision."""
    return is_proved(fix) and not fix.changes_meaning


def fixable(linted: Linted, permits: Permits = is_safe) -> Iterator[tuple[Finding, Fix]]:
    """The findings of a policy of which a fix may be made, with it, in the order in which they are made."""
    if not linted.policy.whole:
        return
    findings = _findings(linted)
    for finding in sorted(findings, key=lambda each: GRAVITY.index(each.severity)):
        graver = _graver(finding, findings)
        fix = next((each for each in finding.fixes if permits(each) and not _takes_away(each, graver)), None)
        if fix is not None:
            yield finding, fix


def has_to_wait(fix: Fix, finding: Finding, linted: Linted) -> bool:
    """Whether a proved fix of a finding is not made until something graver is dealt with (rule 3)."""
    return is_proved(fix) and _takes_away(fix, _graver(finding, _findings(linted)))


def _findings(linted: Linted) -> list[Finding]:
    return [result.finding for result in linted.results if result.suppression is None]


def _graver(finding: Finding, among: list[Finding]) -> list[At]:
    """The places of graver findings that are errors, or have something to write instead."""
    return [
        each.at
        for each in among
        if GRAVITY.index(each.severity) < GRAVITY.index(finding.severity)
        and (each.severity is Severity.ERROR or any(fix.edits for fix in each.fixes))
    ]


def _takes_away(fix: Fix, places: list[At]) -> bool:
    return any(not edit.text and edit.start <= at.start and at.end <= edit.end for edit in fix.edits for at in places)
