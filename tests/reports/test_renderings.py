"""One run, many forms: all tell the same findings, and each is what its readers take."""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator

from gatepost.cli.lint_text import run_lines
from gatepost.cli.paint import Paint
from gatepost.policy.cases import read_cases, run_case
from gatepost.reports.renderings import FORMS, rendered
from reports.fakes import INVERTED, RULES, WINDOW, everything, policy, run

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
RUN = everything()
Place = tuple[str, int, int, str]


def of_human(text: str) -> Iterable[Place]:
    for block in re.split(r"\n\n(?=\S)", text):
        for file, line, column, code in re.findall(r"^(\S.*?):(\d+):(\d+) (?:Sender )?([A-Z_]+)  ", block, re.MULTILINE):
            yield file, int(line), int(column), code
            for other, at in re.findall(r"^   also at (\d+):(\d+)", block, re.MULTILINE):
                yield file, int(other), int(at), code


def of_concise(text: str) -> Iterable[Place]:
    for file, line, column, code in re.findall(r"^(.+?):(\d+):(\d+): ([A-Z_]+) ", text, re.MULTILINE):
        yield file, int(line), int(column), code


def of_json(text: str) -> Iterable[Place]:
    return (of_record(found) for each in json.loads(text)["policies"] for found in each["findings"] if not found["suppressed"])


def of_jsonl(text: str) -> Iterable[Place]:
    return (of_record(found) for found in map(json.loads, text.splitlines()) if not found["suppressed"])


def of_record(found: dict[str, Any]) -> Place:
    return found["file"], found["line"], found["column"], found["code"]


def of_sarif(text: str) -> Iterable[Place]:
    for result in json.loads(text)["runs"][0]["results"]:
        if "suppressions" not in result:
            place = result["locations"][0]["physicalLocation"]
            region = place["region"]
            yield unquote(place["artifactLocation"]["uri"]), region["startLine"], region["startColumn"], result["ruleId"]


def of_github(text: str) -> Iterable[Place]:
    pattern = r"^::\w+ title=gatepost \((\w+)\),file=(.*?),line=(\d+),col=(\d+),endLine"
    for code, file, line, column in re.findall(pattern, text, re.MULTILINE):
        yield file.replace("%2C", ",").replace("%3A", ":").replace("%25", "%"), int(line), int(column), code


def of_gitlab(text: str) -> Iterable[Place]:
    for issue in json.loads(text):
        if "positions" in issue["location"]:
            begin = issue["location"]["positions"]["begin"]
            yield issue["location"]["path"], begin["line"], begin["column"], issue["check_name"]


def xml(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 -- our own output


def of_junit(text: str) -> Iterable[Place]:
    for case in xml(text).iterfind("testsuite/testcase"):
        if case.find("failure") is not None:
            yield case.attrib["file"], int(case.attrib["line"]), int(case.attrib["column"]), case.attrib["name"]


READERS: dict[str, Callable[[str], Iterable[Place]]] = {
    "human": of_human,
    "concise": of_concise,
    "json": of_json,
    "jsonl": of_jsonl,
    "sarif": of_sarif,
    "github": of_github,
    "gitlab": of_gitlab,
    "junit": of_junit,
}


def told(form: str) -> str:
    return "\n".join(run_lines(RUN, Paint(colours=False))) if form == "human" else rendered(RUN, form)


def test_every_form_has_a_reader_here() -> None:
    assert READERS.keys() == {"human", *FORMS}


@pytest.mark.parametrize("form", READERS)
def test_all_forms_tell_the_same_findings(form: str) -> None:
    wanted = [(each.policy.file, each.region.line, each.region.column, each.finding.code) for each in RUN.results]
    assert len(wanted) == 5
    assert sorted(READERS[form](told(form))) == sorted(wanted)


@pytest.mark.parametrize("form", sorted(set(FORMS) - {"concise", "jsonl"}))
def test_what_cannot_be_read_is_in_every_form_that_is_more_than_lines(form: str) -> None:
    assert "absent.json" in told(form)
    assert "expected `,`" in told(form)


# --- SARIF --------------------------------------------------------------------------------------------------------------


def test_sarif_is_valid() -> None:
    log = json.loads(told("sarif"))
    assert [error.message for error in Draft4Validator(SCHEMA).iter_errors(log)] == []
    (ran,) = log["runs"]
    assert [rule["id"] for rule in ran["tool"]["driver"]["rules"]] == [rule.code for rule in RULES]
    for result in ran["results"]:
        assert ran["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["partialFingerprints"]["gatepost/v1"]


def test_sarif_says_what_is_passed_over_and_why() -> None:
    found = [result for result in json.loads(told("sarif"))["runs"][0]["results"] if "suppressions" in result]
    assert [(each["ruleId"], each["suppressions"]) for each in found] == [
        ("FAKE_UNVERSIONED", [{"kind": "external", "justification": "old, and known"}])
    ]


def test_sarif_has_the_fixes_that_are_proved_and_are_edits_of_the_file() -> None:
    results = json.loads(told("sarif"))["runs"][0]["results"]
    fixed = [
        (result["ruleId"], result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        for result in results
        if "fixes" in result
    ]
    assert fixed == [
        ("SES_FAKE_INVERTED", "policies/window.json"),
        *[("GP_FAKE_TWICE", "policies/twice%2C%20or%20100%25.json")] * 2,
    ]
    (change,) = results[0]["fixes"][0]["artifactChanges"]
    assert change["replacements"][0] == {
        "deletedRegion": {"startLine": 10, "startColumn": 9, "endLine": 10, "endColumn": 26},
        "insertedContent": {"text": '"DateLessThan"'},
    }


# --- the others ---------------------------------------------------------------------------------------------------------


def test_json_gives_witnesses_that_simulate_decides_again() -> None:
    (found,) = json.loads(rendered(run(policy(WINDOW)), "json"))["policies"][0]["findings"]
    case = {"name": "witness", "request": found["witnesses"][0]["request"], "identity_policies": [json.loads(WINDOW)]}
    assert run_case(read_cases(json.dumps([case]))[0]).decision.value == "implicitDeny"
    assert (found["severity"], found["path"][-1], found["end_column"]) == ("SECURITY_WARNING", {"key": "DateGreaterThan"}, 26)


def test_an_annotation_is_one_line_whatever_it_says() -> None:
    (odd,) = [line for line in told("github").splitlines() if "FAKE_ODD" in line]
    assert odd.startswith("::error title=gatepost (FAKE_ODD),file=policies/odd.json,line=1,col=49,endLine=1,endColumn=66::")
    assert odd.endswith('FAKE_ODD 100%25: <100%25, à: \\u0001>, and & "more"')
    assert "file=policies/twice%2C or 100%25.json," in told("github")
    assert "%0Athe window ended 2023-04-01" in told("github")
    levels = dict(re.findall(r"^::(\w+) title=gatepost \((\w+)\)", told("github"), re.MULTILINE))
    assert levels == {"error": "SES_FAKE_INVERTED", "notice": "GP_FAKE_TWICE"}


def test_gitlab_can_tell_every_issue_from_every_other() -> None:
    issues = json.loads(told("gitlab"))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert {issue["severity"] for issue in issues} == {"blocker", "critical", "info"}


def test_junit_has_a_case_for_what_passed_and_what_could_not_be_decided() -> None:
    suites = {suite.attrib["name"]: suite for suite in xml(told("junit"))}
    assert suites["policies/old.json"].attrib | {} == {
        "name": "policies/old.json", "tests": "1", "failures": "0", "errors": "0", "skipped": "0",
    }  # fmt: skip
    skipped = suites["policies/variable.json"].find("testcase/skipped")
    assert skipped is not None
    assert skipped.attrib["message"].startswith("not decided: the variable")
    assert suites["stack.yaml: Sender"].attrib["failures"] == "1"


# --- for people ---------------------------------------------------------------------------------------------------------

SCREEN = """\
policy.json:10:9 SES_FAKE_INVERTED  security warning
   │
 6 │       "Effect": "Deny",
10 │         "DateGreaterThan": {"aws:CurrentTime": "2023-04-01T09:00:00Z"},
   │         ^^^^^^^^^^^^^^^^^ both must hold, so this Deny works only inside the window

   mail   09:00   17:00
      ████│░░░░░░░│████   █ allowed  ░ denied

   Allowed though it should be denied:  (checked with the evaluator)
     ses:SendEmail on identity/example.com at 2023-04-01T17:00:01Z by user/someone, From:
       news@example.com

   fix 1: deny outside the window (--unsafe-fixes; proved: it denies exactly outside 09:00-17:00)
     -     "DateGreaterThan": {"aws:CurrentTime": "2023-04-01T09:00:00Z"},
     -     "DateLessThan": {"aws:CurrentTime": "2023-04-01T17:00:00Z"}
     +     "DateLessThan": {"aws:CurrentTime": "2023-04-01T09:00:00Z"},
     +     "DateGreaterThan": {"aws:CurrentTime": "2023-04-01T17:00:00Z"}

   fix 2: new dates: gatepost window --deny-outside --daily 09:00-17:00
   note: the window ended 2023-04-01: with the fix nobody could send today

1 security warning in 1 policy (7 ms). Fixable: 1 with --fix --unsafe-fixes.
More: gatepost rule SES_FAKE_INVERTED"""


def test_a_finding_is_shown_with_its_source_who_slips_through_and_the_remedy() -> None:
    assert "\n".join(run_lines(run(policy(WINDOW)), Paint(colours=False))) == SCREEN


def test_colours_change_no_word() -> None:
    painted = "\n".join(run_lines(run(policy(WINDOW)), Paint(colours=True)))
    assert "\x1b[31m" in painted
    assert re.sub(r"\x1b\[\d+m", "", painted) == SCREEN


def test_a_long_line_is_cut_around_the_place() -> None:
    line = json.dumps(json.loads(WINDOW))
    shown = list(run_lines(run(policy(line)), Paint(colours=False, width=60)))
    (at,) = [number for number, text in enumerate(shown) if text.startswith(" 1 │")]
    assert shown[at] == ' 1 │ …ce": "*", "Condition": {"DateGreaterThan": {"aws:Curr…'
    marks = shown[at + 1]
    assert shown[at][marks.index("^") : marks.rindex("^") + 1] == '"DateGreaterThan"'
    assert all(len(text) <= 60 for text in shown[at : at + 4])


def test_a_policy_in_a_template_is_shown_as_it_stands_there() -> None:
    (in_file,) = [each for each in RUN.linted if each.policy.address]
    shown = "\n".join(run_lines(type(RUN)((in_file,), RULES), Paint(colours=False)))
    assert shown.startswith("stack.yaml:19:17 Sender SES_FAKE_INVERTED  security warning\n")
    assert '\n15 │               "Effect": "Deny",\n19 │' in shown
    assert "Fixable" not in shown


def test_the_counts_name_the_gravest_first_and_what_is_passed_over() -> None:
    *_, counts, more = run_lines(RUN, Paint(colours=False))
    assert counts == (
        "1 error, 2 security warnings, 2 suggestions in 6 policies, 1 passed over (7 ms). "
        "Fixable: 2 with --fix, 1 more with --unsafe-fixes."
    )
    assert more == "More: gatepost rule FAKE_ODD"
    assert list(run_lines(run(), Paint(colours=False))) == ["Nothing found in 0 policies (7 ms)."]


def test_what_could_not_be_decided_is_told_with_the_reason() -> None:
    assert list(RUN.undecided) == [
        "policies/variable.json: could not decide FAKE_VARIABLE: the variable `${aws:username}`: its value is not known"
    ]
    assert INVERTED.solved
