"""`gatepost rule`: what people read of a rule, and what programs do."""

import json

import pytest

from gatepost.cli import main
from gatepost.lint.rules import ALL


def test_a_rule_shows_what_it_finds_in_its_bad_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "missing_version"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("MISSING_VERSION  warning\nA policy without `Version` is read by the rules of 2008.\n\nUnder them")
    assert "The code is IAM Access Analyzer's.\n" in told
    assert "What is found:\npolicy.json:1:1 MISSING_VERSION  warning\n   │\n 1 │ {\n   │ ^ the element" in told
    assert told.index("Bad (identity policy):") < told.index("What is found:") < told.index("Good:")


def test_all_rules_are_listed_a_line_each_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "--all"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [rule.code for rule in ALL]
    assert main(["rule", "--all", "-o", "json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert [record["code"] for record in records] == [rule.code for rule in ALL]
    assert main(["rule", "MISSING_VERSION", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["severity"] == "WARNING"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["MISSING_VERSON"], "gatepost: `MISSING_VERSON`: no such rule; did you mean `MISSING_VERSION`?\n"),
        (["NOTHING_LIKE_IT"], "gatepost: `NOTHING_LIKE_IT`: no such rule; see gatepost rule --all\n"),
        ([], "gatepost: expected the code of a rule, or --all\n"),
        (["MISSING_VERSION", "--all"], "gatepost: expected the code of a rule, or --all\n"),
    ],
)
def test_what_is_no_rule_is_told(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", *arguments]) == 2
    assert capsys.readouterr().err == says
