"""A line a finding, as compilers write them: `file:line:column: CODE message`."""

from gatepost.reports.run import LintRun, Result
from gatepost.words.visible import visible


def concise(run: LintRun) -> str:
    """A line a finding."""
    return "\n".join(map(line, run.results))


def line(result: Result) -> str:
    """`window.json:14:9: SES_DENY_WINDOW_INVERTED both must hold …`; the address where the file holds several policies."""
    about = f" ({result.policy.address})" if result.policy.address else ""
    region = result.region
    message = " ".join(result.finding.message.split())
    return f"{visible(result.policy.file)}:{region.line}:{region.column}: {result.finding.code}{about} {message}"
