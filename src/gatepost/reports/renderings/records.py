"""A run as JSON: all of it as one object, or a finding a line. What is passed over is there, with the reason."""

import json
from collections.abc import Mapping
from typing import Any, Final

from gatepost.lint.finding import Fix, Key, Step, Substring, Witness
from gatepost.policy.catalogue import spelled
from gatepost.reports.run import Linted, LintRun, Region, Result, region_of
from gatepost.sources.found import FoundPolicy, SourceError

VERSION: Final = 1


def json_text(run: LintRun) -> str:
    """One object: the policies with their findings, what could not be read, and the counts."""
    told = {
        "version": VERSION,
        "policies": [_policy(each) for each in run.linted],
        "unreadable": [_unreadable(error) for error in run.unreadable],
        "notes": [*run.gaps, *run.notes],
        "counts": {severity.value: count for severity, count in run.counts.items()},
    }
    return json.dumps(told, indent=2, ensure_ascii=False)


def json_lines(run: LintRun) -> str:
    """An object a finding, a line each."""
    return "\n".join(json.dumps(result_record(result), ensure_ascii=False) for result in run.all_results)


def result_record(result: Result) -> Mapping[str, Any]:
    """A finding with its place."""
    finding = result.finding
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "file": result.policy.file,
        "address": result.policy.address or None,
        **_region(result.region),
        "path": [_step(step) for step in finding.at.path],
        "also": [_region(region_of(result.policy, at.start, at.end)) for at in finding.also],
        "witnesses": [witness_record(witness) for witness in finding.witnesses],
        "fixes": [_fix(fix, result.policy) for fix in finding.fixes],
        "picture": list(finding.picture),
        "notes": list(finding.notes),
        "fingerprint": result.fingerprint,
        "suppressed": _suppressed(result),
    }


def witness_record(witness: Witness) -> Mapping[str, Any]:
    """A request in the form of the decision cases, so that `gatepost simulate` decides it again."""
    request = witness.request
    context = {spelled(key): value if isinstance(value, str) else list(value) for key, value in sorted(request.context.items())}
    asked = {
        "principal": request.principal.arn,
        "action": request.action,
        "resource": request.resource,
        "context": context,
    }
    return {"says": witness.says, "request": asked}


def _policy(linted: Linted) -> Mapping[str, Any]:
    policy = linted.policy
    return {
        "file": policy.file,
        "address": policy.address or None,
        "type": linted.document.kind.value,
        "unresolved": list(policy.unresolved),
        "applied": [
            {"code": finding.code, "title": fix.title, "proof": fix.proof, "changes_meaning": fix.changes_meaning}
            for finding, fix in linted.applied
        ],
        "findings": [result_record(result) for result in linted.results],
        "undecided": [{"code": rule.code, "reason": reason} for rule, reason in linted.undecided],
    }


def _unreadable(error: SourceError) -> Mapping[str, Any]:
    return {"file": error.file, "line": error.line or None, "column": error.column or None, "problem": error.problem}


def _region(region: Region) -> Mapping[str, int]:
    return {
        "line": region.line,
        "column": region.column,
        "end_line": region.end_line,
        "end_column": region.end_column,
    }


def _step(step: Step) -> Any:  # noqa: ANN401 -- a JSON value: an element, the number of an entry, a key, or a part of a text
    match step:
        case Key(name):
            return {"key": name}
        case Substring(start, length):
            return {"start": start, "length": length}
    return step


def _fix(fix: Fix, policy: FoundPolicy) -> Mapping[str, Any]:
    edits = [{**_region(region_of(policy, edit.start, edit.end)), "text": edit.text} for edit in fix.edits]
    return {
        "title": fix.title,
        "proof": fix.proof or None,
        "changes_meaning": fix.changes_meaning,
        "edits": edits if policy.whole else [],
    }


def _suppressed(result: Result) -> Mapping[str, Any] | None:
    why = result.suppression
    if why is None:
        return None
    return {"by": why.by.value, "reason": why.reason, "until": None if why.until is None else why.until.isoformat()}
