"""JUnit's XML: a suite a policy, a failed case a finding, a skipped one a rule that could not be decided.

A policy in which nothing was found is one case that passed.
"""

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gatepost.reports.run import Linted, LintRun, Result
from gatepost.sources.found import SourceError

ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


def junit(run: LintRun) -> str:
    """The suites."""
    root = Element("testsuites", name="gatepost lint")
    for error in run.unreadable:
        _unreadable(root, error)
    for linted in run.linted:
        _suite(root, linted)
    for suite in root:
        suite.set("tests", str(len(suite)))
        for kind in ("failure", "error", "skipped"):
            suite.set(f"{kind}s" if kind != "skipped" else kind, str(len(suite.findall(f"testcase/{kind}"))))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode")


def _suite(root: Element, linted: Linted) -> None:
    suite = SubElement(root, "testsuite", name=_text(linted.policy.name))
    found = [result for result in linted.results if result.suppression is None]
    for result in found:
        _failure(suite, result)
    for rule, reason in linted.undecided:
        case = SubElement(suite, "testcase", name=rule.code, classname=_text(linted.policy.name))
        SubElement(case, "skipped", message=_text(f"not decided: {reason}"))
    if not found and not linted.undecided and linted.document.policy is not None:
        SubElement(suite, "testcase", name="gatepost lint", classname=_text(linted.policy.name))


def _failure(suite: Element, result: Result) -> None:
    finding, region = result.finding, result.region
    case = SubElement(
        suite,
        "testcase",
        name=finding.code,
        classname=_text(result.policy.name),
        file=_text(result.policy.file),
        line=str(region.line),
        column=str(region.column),
    )
    failure = SubElement(case, "failure", message=_text(finding.message), type=finding.severity.value)
    place = f"{result.policy.file}:{region.line}:{region.column}"
    failure.text = _text("\n".join((f"{place}: {finding.message}", *finding.picture, *finding.notes)))


def _unreadable(root: Element, error: SourceError) -> None:
    suite = SubElement(root, "testsuite", name=_text(error.file))
    case = SubElement(suite, "testcase", name="unreadable", classname=_text(error.file))
    SubElement(case, "error", message=_text(str(error)))


def _text(text: str) -> str:
    """A text without what XML cannot hold."""
    return ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
