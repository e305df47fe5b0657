"""GitLab's Code Quality report.

Source: GitLab Docs, "Code Quality", the report format.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from gatepost.lint.finding import Severity
from gatepost.reports.run import LintRun, Result
from gatepost.sources.found import SourceError

SEVERITIES: Final = {
    Severity.ERROR: "critical",
    Severity.SECURITY_WARNING: "critical",
    Severity.WARNING: "major",
    Severity.SUGGESTION: "info",
}
UNREADABLE: Final = "unreadable"


def code_quality(run: LintRun) -> str:
    """A list of issues; what could not be read is a blocker."""
    issues = [*map(_unreadable, run.unreadable), *map(_issue, run.results)]
    return json.dumps(issues, indent=2, ensure_ascii=False)


def _issue(result: Result) -> Mapping[str, Any]:
    region = result.region
    return {
        "description": f"{result.finding.code}: {result.finding.message}",
        "check_name": result.finding.code,
        # GitLab wants it unlike every other of the report, ours is so within a policy.
        "fingerprint": _hashed(result.policy.file, result.policy.address, result.fingerprint),
        "severity": SEVERITIES[result.finding.severity],
        "location": {
            "path": result.policy.file,
            "positions": {
                "begin": {"line": region.line, "column": region.column},
                "end": {"line": region.end_line, "column": region.end_column},
            },
        },
    }


def _unreadable(error: SourceError) -> Mapping[str, Any]:
    return {
        "description": str(error),
        "check_name": UNREADABLE,
        "fingerprint": _hashed(error.file, UNREADABLE, error.problem),
        "severity": "blocker",
        "location": {"path": error.file, "lines": {"begin": error.line or 1}},
    }


def _hashed(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:32]
