"""The forms for programs in which a run is told: each takes the run and gives the text. The form for people is `cli.lint_text`."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from gatepost.reports.run import LintRun

if TYPE_CHECKING:
    from collections.abc import Callable

# The module of each form and its function; loaded when it is asked for.
FORMS: Final = {
    "concise": ("concise", "concise"),
    "json": ("records", "json_text"),
    "jsonl": ("records", "json_lines"),
    "sarif": ("sarif", "sarif"),
    "github": ("annotations", "annotations"),
    "gitlab": ("code_quality", "code_quality"),
    "junit": ("junit", "junit"),
}


def rendered(run: LintRun, form: str) -> str:
    """A run in one of the `FORMS`."""
    module, name = FORMS[form]
    render: Callable[[LintRun], str] = getattr(import_module(f"gatepost.reports.renderings.{module}"), name)
    return render(run)
