"""`gatepost diff` where the time decides: what is printed, and the same as JSON."""

import json
from pathlib import Path

import pytest

from gatepost.cli import main

SEND = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
WINDOW = {"DateGreaterThanEquals": {"aws:CurrentTime": "2023-01-01"}, "DateLessThan": {"aws:CurrentTime": "2023-02-01"}}
STRETCH = {"start": "2023-01-01T00:00:00Z", "end": "2023-02-01T00:00:00Z"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, statement in {
        "always": SEND,
        "window": {**SEND, "Condition": WINDOW},
        "raw": {**SEND, "Action": "ses:SendRawEmail", "Condition": WINDOW},
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    return tmp_path


def test_the_lines_of_time_stand_beneath_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("diff", "always.json", "window.json", "--semantic-only")) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "         only until 2023-01-01T00:00:00Z and from 2023-02-01T00:00:00Z on" in lines
    at = lines.index("  over time")
    old, new = (next(line for line in lines[at:] if line.startswith(f"    {label}  ")) for label in ("old", "new"))
    assert set(old.split()[1]) == {"█"}
    assert "░│█" in new
    assert "█│░" in new


def test_json_has_the_stretches_and_both_lines(capsys: pytest.CaptureFixture[str]) -> None:
    main(("diff", "window.json", "always.json", "-o", "json"))
    (told,) = json.loads(capsys.readouterr().out)
    (gain,) = told["gains"]
    assert gain["when"] == [{"start": None, "end": STRETCH["start"]}, {"start": STRETCH["end"], "end": None}]
    assert told["timelines"]["new"] == [{"start": None, "end": None, "state": "allowed"}]
    assert {**STRETCH, "state": "allowed"} in told["timelines"]["old"]


def test_lines_that_are_the_same_are_not_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    main(("diff", "window.json", "raw.json", "-o", "json"))
    (told,) = json.loads(capsys.readouterr().out)
    assert told["gains"][0]["when"] == [STRETCH]
    assert told["timelines"] is None
