"""Fixes applied, one at a time.

A proof is about the text for which it was made. Two statements may each be needless beside the other, and the proof of each true,
and yet both must not go. So after each fix the linter is asked again, until nothing is left that may be made (`fixable`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import unified_diff
from typing import Final

from gatepost.lint.finding import Edit, Finding, Fix
from gatepost.lint.rule import Rule
from gatepost.lint.setting import Setting
from gatepost.policy.json_reader import Source
from gatepost.reports.fixable import Permits, fixable, is_safe
from gatepost.reports.run import Linted, lint_policy
from gatepost.reports.suppressions import Suppressions
from gatepost.sources.found import FoundPolicy

LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
MOST_FIXES: Final = 200  # of one policy; what is left then is found by the next run


def fix_policy(
    linted: Linted, rules: Sequence[Rule], setting: Setting, suppressions: Suppressions, permits: Permits = is_safe
) -> Linted:
    """The policy with all the fixes made that are permitted, linted again; the same where there is none."""
    applied: list[tuple[Finding, Fix]] = []
    seen = {linted.policy.text}
    while len(applied) < MOST_FIXES:
        chosen = _next(linted, seen, permits)
        if chosen is None:
            break
        finding, fix, text = chosen
        applied.append((finding, fix))
        seen.add(text)
        was_policy = linted.document.policy is not None
        linted = lint_policy(_written(linted.policy, text), rules, setting, suppressions)
        # INVARIANT: a fix of a policy is a policy.
        if was_policy and linted.document.policy is None:
            raise AssertionError(f"the fix of {finding.code}, {fix.title}, leaves no policy: {linted.document.error}")
    return replace(linted, applied=tuple(applied))


def _written(policy: FoundPolicy, text: str) -> FoundPolicy:
    return replace(policy, text=text, places=Source(text), content=text)


def _next(linted: Linted, seen: set[str], permits: Permits) -> tuple[Finding, Fix, str] | None:
    """The first fix that leads to a text that was not there yet."""
    for finding, fix in fixable(linted, permits):
        text = edited(linted.policy.text, fix.edits)
        if text not in seen:
            return finding, fix, text
    return None


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text with stretches replaced, which do not overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if edit.start < at:
            raise AssertionError(f"the edits of one fix overlap at {edit.start}")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def diff(file: str, old: str, new: str) -> str:
    """The change of a file as `patch` and `git apply` read it; empty where there is none."""
    name = file.lstrip("/")
    lines = unified_diff(LINE.findall(old), LINE.findall(new), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
