"""A rule for people: what it finds and why that matters, a bad example with the finding, and a good one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gatepost.cli.lint_text import finding_lines
from gatepost.reasoning.solve import is_installed
from gatepost.reports.example import example_text, linted_example

if TYPE_CHECKING:
    from gatepost.cli.paint import Paint
    from gatepost.lint.rule import Rule

LACKING = "(the finding is shown where a solver is installed: pip install 'gatepost[prove]')"


def rule_lines(rule: "Rule", paint: "Paint") -> Iterator[str]:
    """The whole of it."""
    yield f"{paint('strong', rule.code)}  {rule.severity.words}"
    yield rule.title
    yield ""
    yield from rule.why.splitlines()
    yield from (f"\n{line}" for line in kind_lines(rule))
    yield ""
    yield paint("strong", f"Bad ({rule.kind.value}):")
    yield from _indented(example_text(rule.bad))
    yield ""
    yield paint("strong", "What is found:")
    yield from found_lines(rule, paint)
    yield ""
    yield paint("strong", "Good:")
    yield from _indented(example_text(rule.good))


def kind_lines(rule: "Rule") -> Iterator[str]:
    """How the rule is asked, where that is not the usual."""
    if rule.of_aws:
        yield "The code is IAM Access Analyzer's."
    if rule.solved:
        yield "The rule is proved: it asks about every request there is, and a finding shows one that `decide` has confirmed."
    if rule.only_in_aws_mode:
        yield "The rule is asked with --aws-mode alone."


def found_lines(rule: "Rule", paint: "Paint") -> Iterator[str]:
    """The findings in the bad example."""
    if rule.solved and not is_installed():
        yield LACKING
        return
    linted = linted_example(rule)
    for number, result in enumerate(linted.results):
        if number:
            yield ""
        yield from finding_lines(result, linted, paint)


def _indented(text: str) -> Iterator[str]:
    return (f"  {line}" for line in text.rstrip("\n").split("\n"))
