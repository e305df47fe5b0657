"""Intents in files: `gatepost test`, and `pytest --gatepost`."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from gatepost.cli import main

SEND = {"Sid": "Send", "Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
OWN = SEND | {
    "Condition": {
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1234*:user/*"},
        "StringLike": {"ses:FromAddress": "${aws:username}@*"},
    }
}
INTENTS = """\
policies = ["send.json"]

[[intent]]
name = "sending goes on"
must-allow = "ses:SendEmail"

[[intent]]
name = "nobody writes as the CEO"
must-deny = "send from ceo@example.com"
reason = "the incident of March"

[[intent]]
name = "own addresses only"
never = "send from bob@example.com"
policies = ["own.json"]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, statement in (("send.json", SEND), ("own.json", OWN), ("open.json", SEND | {"Principal": "*"})):
        Path(name).write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return tmp_path


def run(text: str, *arguments: str) -> int:
    Path("gatepost.intents.toml").write_text(text)
    return main(("test", *arguments))


def test_each_intent_is_told_by_mark_and_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(INTENTS) == 1
    printed = capsys.readouterr().out
    marks = [line[:1] for line in printed.splitlines() if line[:1] in "✓✕?"]
    assert marks == ["✓", "✕", "?"]
    assert "reason: the incident of March" in printed
    assert "CANNOT TELL.  aws:PrincipalArn is compared with `arn:aws:iam::1234*:user/*`" in printed
    assert printed.splitlines()[-1].startswith("3 intents: 1 holds, 1 does not, 1 cannot be told. ")


def test_an_intent_that_cannot_be_told_is_never_a_success(capsys: pytest.CaptureFixture[str]) -> None:
    first, holds, _, untold = INTENTS.split("[[intent]]")
    assert run(f"{first}[[intent]]{holds}") == 0
    assert run(f"{first}[[intent]]{holds}[[intent]]{untold}") == 3
    assert capsys.readouterr().out


def test_every_question_can_be_an_intent(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ('equivalent-to = "send.json"', 'narrower-than = "send.json"', 'disjoint-from = "own.json"',
             'no-public = true\npolicies = ["open.json"]',
             'never = "send from bob@example.com"\npolicies = ["own.json"]\nprincipal = "user/ann"')  # fmt: skip
    text = 'policies = ["send.json"]\n' + "".join(f'[[intent]]\nname = "{at}"\n{each}\n' for at, each in enumerate(asked))
    assert run(text, "-o", "json") == 1
    answers = [each["answer"] for each in json.loads(capsys.readouterr().out)]
    assert answers == ["yes", "yes", "cannotTell", "no", "yes"]


def test_json_and_junit_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    run(INTENTS, "-o", "json")
    told = json.loads(capsys.readouterr().out)
    run(INTENTS, "-o", "junit")
    suite = fromstring(capsys.readouterr().out)  # noqa: S314 -- our own output
    assert [case.get("name") for case in suite] == [each["name"] for each in told]
    kinds = {"yes": [], "no": ["failure"], "cannotTell": ["error"]}
    assert [[each.tag for each in case] for case in suite] == [kinds[each["answer"]] for each in told]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    assert [each["line"] for each in told] == [5, 9, 14]


@pytest.mark.parametrize(("text", "error"), json.loads(Path(__file__).with_name("bad_intents.json").read_text("utf-8")))
def test_a_bad_file_is_told_with_its_place(text: str, error: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(text) == 2
    assert error in capsys.readouterr().err


def test_without_a_file_its_names_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("test",)) == 2
    assert "there is neither gatepost.intents.toml nor intents.toml here" in capsys.readouterr().err


def test_pytest_collects_intents_where_it_is_asked_to(folder: Path) -> None:
    Path("gatepost.intents.toml").write_text(INTENTS)
    Path("bad.intents.toml").write_text("[[intent]]\n")
    Path("test_other.py").write_text("def test_other():\n    pass\n")

    def pytest_says(*arguments: str) -> str:
        command = [sys.executable, "-m", "pytest", "-p", "gatepost.testing", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout

    assert "1 passed" in pytest_says()
    said = pytest_says("--gatepost", "--continue-on-collection-errors")
    assert "2 failed, 2 passed, 1 error" in said
    assert "FAILED gatepost.intents.toml::nobody writes as the CEO" in said
    assert "Counterexample (re-checked by the evaluator)" in said
    assert "bad.intents.toml:1:1: expected `name`" in said
    assert "Traceback" not in said
