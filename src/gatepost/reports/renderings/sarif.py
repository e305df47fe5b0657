"""SARIF 2.1.0, for GitHub's code scanning and other readers.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from gatepost.lint.finding import Severity
from gatepost.lint.rule import Rule
from gatepost.reports.fixable import is_proved
from gatepost.reports.renderings.records import witness_record
from gatepost.reports.run import LintRun, Region, Result, region_of
from gatepost.reports.suppressions import By
from gatepost.sources.found import SourceError

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.SECURITY_WARNING: "error",
    Severity.WARNING: "warning",
    Severity.SUGGESTION: "note",
}
KINDS: Final = {By.COMMENT: "inSource", By.CONFIG: "external", By.BASELINE: "external"}


def sarif(run: LintRun) -> str:
    """A log of one run."""
    numbers = {rule.code: number for number, rule in enumerate(run.rules)}
    told = {
        "tool": {"driver": _driver(run.rules)},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not run.is_unreadable, "toolExecutionNotifications": _notifications(run)}],
        "results": [_result(result, numbers) for result in run.all_results],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [told]}, indent=2, ensure_ascii=False)


def _driver(rules: Sequence[Rule]) -> Mapping[str, Any]:
    return {"name": "gatepost", "version": version("gatepost"), "rules": [_rule(rule) for rule in rules]}


def _rule(rule: Rule) -> Mapping[str, Any]:
    said = f"{rule.title}\n\n{rule.why}"
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": said},
        "help": {"text": said, "markdown": said},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": ["security"] if rule.severity is Severity.SECURITY_WARNING else []},
    }


def _result(result: Result, numbers: Mapping[str, int]) -> Mapping[str, Any]:
    finding = result.finding
    told: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": numbers.get(finding.code, -1),
        "level": LEVELS[finding.severity],
        "message": {"text": "\n".join((finding.message, *finding.notes))},
        "locations": [_location(result)],
        "partialFingerprints": {"gatepost/v1": result.fingerprint},
        "properties": {"witnesses": [witness_record(witness) for witness in finding.witnesses]},
    }
    fixes = _fixes(result)
    if fixes:
        told["fixes"] = fixes
    if result.suppression is not None:
        told["suppressions"] = [{"kind": KINDS[result.suppression.by], "justification": result.suppression.reason}]
    return told


def _location(result: Result) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": _artifact(result.policy.file), "region": _region(result.region)}
    }
    if result.policy.address:
        told["logicalLocations"] = [{"fullyQualifiedName": result.policy.address}]
    return told


def _fixes(result: Result) -> list[Mapping[str, Any]]:
    """What can be written in place of what is there, where that is proved and the file is the policy."""
    return [
        {
            "description": {"text": f"{fix.title} ({fix.proof})"},
            "artifactChanges": [
                {
                    "artifactLocation": _artifact(result.policy.file),
                    "replacements": [
                        {
                            "deletedRegion": _region(region_of(result.policy, edit.start, edit.end)),
                            "insertedContent": {"text": edit.text},
                        }
                        for edit in fix.edits
                    ],
                }
            ],
        }
        for fix in result.finding.fixes
        if result.policy.whole and is_proved(fix)
    ]


def _notifications(run: LintRun) -> list[Mapping[str, Any]]:
    undecided = [
        {
            "level": "warning",
            "message": {"text": f"{each.policy.name}: {rule.code} could not be decided: {reason}"},
            "associatedRule": {"id": rule.code},
        }
        for each in run.linted
        for rule, reason in each.undecided
    ]
    return [
        *map(_unreadable, run.unreadable),
        *undecided,
        *({"level": "warning", "message": {"text": gap}} for gap in run.gaps),
        *({"level": "note", "message": {"text": note}} for note in run.notes),
    ]


def _unreadable(error: SourceError) -> Mapping[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(error.file)}
    if error.line:
        place["region"] = {"startLine": error.line, "startColumn": error.column}
    return {"level": "error", "message": {"text": str(error)}, "locations": [{"physicalLocation": place}]}


def _artifact(file: str) -> Mapping[str, Any]:
    """A relative path stays relative, so that the reader finds it in his checkout; standard input has no other name than its own."""
    path = Path(file)
    return {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())}


def _region(region: Region) -> Mapping[str, int]:
    return {
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }
