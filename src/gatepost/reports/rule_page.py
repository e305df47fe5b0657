"""A rule as a page of plain text: where the `learnMoreLink` of ValidatePolicy leads for codes that only Gatepost has."""

from gatepost.lint.rules import ALL
from gatepost.reports.example import example_text


def rule_page(code: str) -> str | None:
    """What the rule of a code finds, why it matters, a bad example and a good one; None where there is no such rule."""
    rule = next((each for each in ALL if each.code == code.upper()), None)
    if rule is None:
        return None
    parts = (
        f"{rule.code}  {rule.severity.words}\n{rule.title}",
        rule.why,
        f"Bad ({rule.kind.value}):\n{example_text(rule.bad).rstrip()}",
        f"Good:\n{example_text(rule.good).rstrip()}",
    )
    return "\n\n".join(parts) + "\n"
