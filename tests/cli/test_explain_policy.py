"""`gatepost explain POLICY` at the command line."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from gatepost.cli import main

WINDOW = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Send", "Effect": "Allow", "Action": "ses:Send*", "Resource": "*"},
        {
            "Sid": "Window",
            "Effect": "Deny",
            "Action": "ses:Send*",
            "Resource": "*",
            "Condition": {
                "DateGreaterThan": {"aws:CurrentTime": "2023-01-01T00:00:00Z"},
                "DateLessThan": {"aws:CurrentTime": "2023-01-31T23:59:59Z"},
            },
        },
    ],
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["explain", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def policy_file(folder: Path, document: Any) -> str:
    path = folder / "policy.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document, indent=1))
    return str(path)


def test_a_policy_is_told_statement_by_statement_with_its_line_of_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    policy_file(tmp_path, WINDOW)
    code, told, _ = run(capsys, "policy.json")
    assert code == 0
    *lines, bar, now, legend, today = told.splitlines()
    assert lines == [
        "policy.json:4  statement 1 Send",
        "  Allows whoever has this policy to send mail (ses:Send*: all 7 known actions) on any resource (*).",
        "policy.json:10  statement 2 Window",
        "  Forbids whoever has this policy to send mail (ses:Send*: all 7 known actions) on any resource (*),",
        "  when all of this is so:",
        "    - the time (aws:CurrentTime) is after 2023-01-01T00:00:00Z",
        "    - the time (aws:CurrentTime) is before 2023-01-31T23:59:59Z",
        "  · This window ended 2023-01-31 23:59:59: today the statement has no effect.",
        "Over time",
        "                       2023-01-01                                                          01-31",
        "                       00:00:01                                                            23:59:59",
    ]
    assert bar == f"  this policy  {'█' * 8}│{'░' * 67}│{'█' * 8}"
    assert now.lstrip().startswith("now 20")
    assert legend.strip() == "█ allowed  ░ denied  UTC"
    assert today == "  · Now: allowed since 2023-01-31T23:59:59Z, without end."


def test_the_same_as_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = run(capsys, policy_file(tmp_path, WINDOW), "-o", "json")
    assert code == 0
    (found,) = json.loads(told)["policies"]
    assert [(each["sid"], each["effect"], each["line"]) for each in found["statements"]] == [
        ("Send", "Allow", 4),
        ("Window", "Deny", 10),
    ]
    assert found["statements"][0]["outlook"] is None
    assert found["statements"][1]["sentence"].endswith("is before 2023-01-31T23:59:59Z.")
    assert found["timeline"] == [
        {"start": None, "end": "2023-01-01T00:00:01Z", "state": "allowed"},
        {"start": "2023-01-01T00:00:01Z", "end": "2023-01-31T23:59:59Z", "state": "denied"},
        {"start": "2023-01-31T23:59:59Z", "end": None, "state": "allowed"},
    ]


def test_standard_input_and_a_policy_without_dates(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(document)))
    code, told, _ = run(capsys, "-")
    assert code == 0
    assert told.splitlines() == [
        "standard input:1  statement 1",
        "  Allows whoever has this policy to do everything in every service (*) on any resource (*).",
    ]


def test_every_policy_of_a_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").write_text(json.dumps(WINDOW))
    code, told, _ = run(capsys, str(tmp_path))
    assert code == 0
    assert [line for line in told.splitlines() if line.endswith("statement 1 Send")] == [
        f"{tmp_path}/{name}.json:1  statement 1 Send" for name in ("a", "b")
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{"Statement": []}', ":1:15: Statement: expected at least one statement"),
        (
            '{"Statement": [{"Effect": "Alow", "Action": "*", "Resource": "*"}]}',
            ":1:27: statement 1, Effect: expected `Allow` or `Deny`",
        ),
        ("no JSON", ":1:1: "),
        ("\ud800", ":1:1: not UTF-8"),
    ],
)
def test_what_is_no_policy_is_told_with_its_place(
    document: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "policy.json"
    path.write_bytes(document.encode(errors="surrogatepass"))
    code, told, problem = run(capsys, str(path))
    assert (code, told) == (2, "")
    assert problem.startswith(f"gatepost: {path}{message}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.json",), "missing.json: No such file or directory"),
        (("policy.json", "--all"), "--all: a policy is told as it stands; leave it out"),
        (("policy.json", "--retry"), "--retry: a policy is told as it stands; leave it out"),
        (("policy.json", "--action", "ses:SendEmail"), "--action: a policy is told as it stands; leave it out"),
        ((), "expected an ID, a policy, or --as WHO and --action ACTION"),
    ],
)
def test_what_cannot_be_told_is_refused(
    arguments: tuple[str, ...],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    policy_file(tmp_path, WINDOW)
    assert run(capsys, *arguments) == (2, "", f"gatepost: {message}\n")
