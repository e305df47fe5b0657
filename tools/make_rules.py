"""Write `docs/rules.md`, the reference of the linter's rules, from the rules themselves.

Run by `make rules`; the page is reviewed and committed, and a test holds it up to date. With an argument the page is written there.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from gatepost.cli.paint import Paint
from gatepost.cli.rule_text import found_lines, kind_lines
from gatepost.lint.rule import Rule
from gatepost.lint.rules import ALL
from gatepost.reports.example import SETTING, example_text

TARGET = Path(__file__).parent.parent / "docs/rules.md"
HEAD = """\
# Rules of lint

What `gatepost lint` finds: {count} rules. `gatepost rule CODE` prints what stands here. A finding's severity says how much it matters:
an **error** will not do what is written or is refused, a **security warning** lets through more than it seems to, a **warning** does
not do what it seems to, a **suggestion** can be said better. Codes without `SES_` and `GP_` are IAM Access Analyzer's where the rule
says so; the words are ours.

The examples are judged at {now:%Y-%m-%dT%H:%M:%SZ}; what nobody uses, by a log in which alice has sent one message.

| code | severity | |
|---|---|---|
"""


def main() -> None:
    """Write the page."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    rules = sorted(ALL, key=lambda rule: rule.code)
    head = HEAD.format(count=len(rules), now=SETTING.now)
    table = "".join(f"| [`{rule.code}`](#{_anchor(rule)}) | {rule.severity.words} | {_cell(rule.title)} |\n" for rule in rules)
    target.write_text(head + table + "".join("\n" + "\n".join(_section(rule)) + "\n" for rule in rules), "utf-8")


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.code}"
    yield ""
    yield f"**{rule.severity.words.capitalize()}.** {rule.title}"
    yield ""
    yield rule.why
    for line in kind_lines(rule):
        yield ""
        yield f"*{line}*"
    yield ""
    yield f"<details><summary>An example ({rule.kind.value}), and what is found in it</summary>"
    yield ""
    yield from _block(example_text(rule.bad))
    yield ""
    yield from _block("\n".join(found_lines(rule, Paint(colours=False))))
    yield ""
    yield "Nothing is found in:"
    yield ""
    yield from _block(example_text(rule.good))
    yield ""
    yield "</details>"


def _block(text: str) -> Iterator[str]:
    yield "~~~text"
    yield from (line.rstrip() for line in text.rstrip("\n").split("\n"))
    yield "~~~"


def _anchor(rule: Rule) -> str:
    return rule.code.lower()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    main()
