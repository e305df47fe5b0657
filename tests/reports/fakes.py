"""Rules for the tests of how findings are told: each finds what its docstring says, with everything that a finding can have."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from gatepost.lint.document import Document
from gatepost.lint.finding import Edit, Fix, Severity, Witness
from gatepost.lint.rule import Check, Hit, Rule
from gatepost.lint.setting import Setting
from gatepost.policy.json_reader import Source
from gatepost.policy.read import PolicyKind
from gatepost.policy.request import Request
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reports.run import LintRun, lint_policies
from gatepost.reports.suppressions import Ignore, Suppressions
from gatepost.sources.found import FoundPolicy, SourceError

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SETTING = Setting(NOW)
NO_SUPPRESSIONS = Suppressions(NOW.date())
PROOF = "both decide every request alike"
SENT = Request(
    "arn:aws:iam::111122223333:user/someone",
    "ses:SendEmail",
    "arn:aws:ses:us-east-1:111122223333:identity/example.com",
    context={"aws:CurrentTime": "2023-04-01T17:00:01Z", "ses:FromAddress": "news@example.com"},
)

WINDOW = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "OnlyInOfficeHours",
      "Effect": "Deny",
      "Action": "ses:SendEmail",
      "Resource": "*",
      "Condition": {
        "DateGreaterThan": {"aws:CurrentTime": "2023-04-01T09:00:00Z"},
        "DateLessThan": {"aws:CurrentTime": "2023-04-01T17:00:00Z"}
      }
    }
  ]
}
"""
SEND = '{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}'
TWICE = f'{{"Version": "2012-10-17", "Statement": [\n  {SEND},\n  {SEND}\n]}}\n'
ODD = '{"Version": "2012-10-17", "Statement": [{"Sid": "100%, à: \\u0001", "Effect": "Allow", "Action": "ses:*", "Resource": "*"}]}'
VARIABLE = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ses:*", '
    '"Resource": "arn:aws:ses:*:*:${aws:username}"}]}'
)


def inverted(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Deny with two dates."""
    for statement in document.statements:
        dates = [condition for condition in statement.conditions() if condition.operator.startswith("Date")]
        if len(dates) == 2 and statement.effect == "Deny":
            start, end = (condition.operator_at for condition in dates)
            swapped = (
                Edit(start.start, start.end, document.text[end.start : end.end]),
                Edit(end.start, end.end, document.text[start.start : start.end]),
            )
            yield Hit(
                start,
                "both must hold, so this Deny works only inside the window",
                (Witness(SENT, "allowed though it should be denied"),),
                (
                    Fix("deny outside the window", swapped, "it denies exactly outside 09:00-17:00", changes_meaning=True),
                    Fix("new dates: gatepost window --deny-outside --daily 09:00-17:00", ()),
                ),
                ("mail   09:00   17:00", "   ████│░░░░░░░│████   █ allowed  ░ denied"),
                ("the window ended 2023-04-01: with the fix nobody could send today",),
            )


def twice(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Each statement that stands a second time; taking out either is proved to change nothing, taking out both is not."""
    texts = [document.text[each.at.start : each.at.end] for each in document.statements]
    for number, statement in enumerate(document.statements):
        if texts.count(texts[number]) > 1:
            last = number == len(texts) - 1
            start = document.statements[number - 1].at.end if last else statement.at.start
            end = statement.at.end if last else document.statements[number + 1].at.start
            yield Hit(statement.at, "this stands twice", fixes=(Fix("take it out", (Edit(start, end, ""),), PROOF),))


def unversioned(document: Document, _setting: Setting) -> Iterator[Hit]:
    """No `Version`: a fix is offered, but nothing is proved of it."""
    if document.root is not None and "Version" not in document.elements:
        at = document.root.at.start + 1
        yield Hit(document.whole, "no `Version`", fixes=(Fix("write it", (Edit(at, at, '"Version": "2012-10-17", '),)),))


def odd(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Sid, told with every character that an output must take care of."""
    for statement in document.statements:
        if "Sid" in statement.elements and "%" in (statement.elements["Sid"].text or ""):
            yield Hit(statement.elements["Sid"].at, f'100%: <{statement.elements["Sid"].text}>,\nand & "more"')


def variable(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Cannot be decided where there is a variable."""
    if "${" in document.text:
        raise Undecidable("the variable `${aws:username}`: its value is not known")
    return iter(())


def _rule(code: str, severity: Severity, check: Check, *, solved: bool = False) -> Rule:
    return Rule(code, severity, f"{check.__doc__}", "It matters for the tests.", {}, {}, PolicyKind.IDENTITY, check, solved)


INVERTED = _rule("SES_FAKE_INVERTED", Severity.SECURITY_WARNING, inverted, solved=True)
RULES = (
    INVERTED,
    _rule("GP_FAKE_TWICE", Severity.SUGGESTION, twice),
    _rule("FAKE_UNVERSIONED", Severity.WARNING, unversioned),
    _rule("FAKE_ODD", Severity.ERROR, odd),
    _rule("FAKE_VARIABLE", Severity.WARNING, variable, solved=True),
)


def policy(text: str, file: str = "policy.json", kind: PolicyKind = PolicyKind.ANY) -> FoundPolicy:
    return FoundPolicy(text, kind, file, Source(text), whole=True)


class Below:
    """Places of a policy whose text begins on a line of a template, indented."""

    def __init__(self, text: str, line: int, indent: int) -> None:
        self._source = Source(text)
        self._line, self._indent = line, indent

    def place(self, offset: int) -> tuple[int, int]:
        line, column = self._source.place(offset)
        return line + self._line - 1, column + self._indent


def in_template(text: str, line: int = 10, file: str = "stack.yaml", address: str = "Sender") -> FoundPolicy:
    content = "\n" * (line - 1) + "\n".join(f"{' ' * 8}{each}" for each in text.split("\n"))
    return FoundPolicy(text, PolicyKind.IDENTITY, file, Below(text, line, 8), address, content=content)


def run(*policies: FoundPolicy, suppressions: Suppressions = NO_SUPPRESSIONS) -> LintRun:
    return LintRun(lint_policies(policies, RULES, SETTING, suppressions), RULES, milliseconds=7)


def everything() -> LintRun:
    """A run with all that a run can have."""
    ignore = Ignore("FAKE_UNVERSIONED", "old, and known", ".gatepost.toml:1", Path(), path="*/old.json")
    ran = run(
        policy(WINDOW, "policies/window.json"),
        policy(TWICE, "policies/twice, or 100%.json"),
        policy(ODD, "policies/odd.json"),
        policy(f'{{"Statement": [{SEND}]}}', "policies/old.json"),
        policy(VARIABLE, "policies/variable.json"),
        in_template(WINDOW),
        suppressions=Suppressions(NOW.date(), (ignore,)),
    )
    missing = (SourceError("absent.json", "No such file or directory"), SourceError("b.json", "expected `,`", 3, 4))
    return LintRun(ran.linted, ran.rules, missing, ("a note",), 7)
