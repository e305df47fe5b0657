"""GitHub's workflow commands, which become annotations of a pull request.

Source: GitHub Docs, "Workflow commands for GitHub Actions"; what is escaped as `@actions/core` does.
"""

from typing import Final

from gatepost.lint.finding import Severity
from gatepost.reports.renderings.concise import line
from gatepost.reports.run import LintRun, Result
from gatepost.sources.found import SourceError

LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.SECURITY_WARNING: "error",
    Severity.WARNING: "warning",
    Severity.SUGGESTION: "notice",
}
DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def annotations(run: LintRun) -> str:
    """A command a finding, and one for what could not be read."""
    return "\n".join([*map(_unreadable, run.unreadable), *map(_annotation, run.results)])


def _annotation(result: Result) -> str:
    region = result.region
    properties = {
        "title": f"gatepost ({result.finding.code})",
        "file": result.policy.file,
        "line": str(region.line),
        "col": str(region.column),
        "endLine": str(region.end_line),
        "endColumn": str(region.end_column),
    }
    notes = "".join(f"\n{note}" for note in result.finding.notes)
    return _command(LEVELS[result.finding.severity], properties, line(result) + notes)


def _unreadable(error: SourceError) -> str:
    place = {"line": str(error.line), "col": str(error.column)} if error.line else {}
    return _command("error", {"title": "gatepost", "file": error.file, **place}, str(error))


def _command(level: str, properties: dict[str, str], message: str) -> str:
    given = ",".join(f"{name}={value.translate(PROPERTY)}" for name, value in properties.items())
    return f"::{level} {given}::{message.translate(DATA)}"
