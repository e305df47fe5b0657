"""`gatepost lint`: exit codes, flags, files that are written, and what is told beside the answer."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gatepost.cli import main
from gatepost.lint.rules import ALL
from gatepost.reports.fixing import fix_policy
from gatepost.reports.run import Linted
from gatepost.sources.found import SourceError, Unread
from reports.fakes import ODD, RULES, SEND, TWICE, VARIABLE, WINDOW

IDENTITY = "arn:aws:ses:us-east-1:111122223333:identity/example.com"
CLEAN = f'{{"Version": "2012-10-17", "Statement": [{SEND}]}}'
IGNORE = '[[ignore]]\ncode = "SES_FAKE_INVERTED"\nreason = "meant so"\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with policies; the rules are the fakes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gatepost.lint.rules.ALL", RULES)
    files: dict[str, str | bytes] = {
        "window.json": WINDOW,
        "twice.json": TWICE,
        "odd.json": ODD,
        "variable.json": VARIABLE,
        "clean.json": CLEAN,
        "old.json": f'{{"Statement": [{SEND}]}}',
        "broken.json": '{"Statement": [',
        "wrong.json": CLEAN.replace("Allow", "Alow"),
        "latin.json": b"\xff",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path


def lint(capsys: pytest.CaptureFixture[str], arguments: str) -> tuple[int, str, str]:
    code = main(["lint", *arguments.split()])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("clean.json", 0),
        ("window.json", 1),
        ("twice.json", 0),
        ("twice.json --fail-on suggestion", 1),
        ("old.json", 1),
        ("old.json --fail-on security", 0),
        ("window.json --fail-on security", 1),
        ("window.json --fail-on error", 0),
        ("odd.json --fail-on error", 1),
        ("odd.json window.json --exit-zero", 0),
        ("variable.json", 3),
        ("variable.json --exit-zero", 3),
        ("variable.json window.json", 1),
        ("variable.json --ignore FAKE_VAR", 0),
        ("window.json --ignore ses_", 0),
        ("window.json old.json --select FAKE_,GP_ --fail-on security", 0),
        ("broken.json", 2),
        ("broken.json window.json --exit-zero", 2),
        ("wrong.json", 2),
        ("latin.json window.json", 2),
        ("absent.json clean.json", 2),
        ("", 2),
        ("window.json --select NO_SUCH", 2),
        ("window.json --fix --diff", 2),
        ("window.json --unsafe-fixes", 2),
        ("window.json --now yesterday", 2),
        ("window.json --config absent.toml", 2),
        ("window.json --baseline clean.json", 2),
    ],
)
def test_exit_codes(arguments: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint(capsys, arguments)[0] == code


def test_what_cannot_be_read_is_told_and_all_else_is_linted(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = lint(capsys, "absent.json latin.json broken.json wrong.json window.json -o concise")
    assert err.splitlines() == [
        "gatepost: absent.json: No such file or directory",
        "gatepost: latin.json:1:1: not UTF-8",
        "gatepost: broken.json:1:16: expected a value, the document ends",
        "gatepost: wrong.json:1:52: statement 1, Effect: expected `Allow` or `Deny`; did you mean `Allow`?",
    ]
    assert "window.json:10:9: SES_FAKE_INVERTED both must hold" in out


TEMPLATE = """\
Parameters: {Domain: {Type: String}}
Resources:
  Sender:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Action: ses:SendEmail
            Resource: !Sub arn:aws:ses:us-east-1:111122223333:identity/${Domain}
            Condition:
              # gatepost: ignore[SES_FAKE_INVERTED] a freeze, meant so
              DateGreaterThan: {"aws:CurrentTime": "2023-04-01T09:00:00Z"}
              DateLessThan: {"aws:CurrentTime": "2023-04-01T17:00:00Z"}
"""


def test_a_template_is_linted_where_it_says_so_and_its_comments_pass_over(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "stack.yaml").write_text(TEMPLATE)
    code, out, _ = lint(capsys, "stack.yaml --parameter Domain=example.com -o json")
    (found,) = json.loads(out)["policies"]
    assert (code, found["address"], found["unresolved"]) == (0, "Sender", [])
    (finding,) = found["findings"]
    assert (finding["line"], finding["column"]) == (14, 15)
    assert finding["suppressed"] == {"by": "comment", "reason": "a freeze, meant so", "until": None}
    (folder / "stack.yaml").write_text(TEMPLATE.replace("a freeze, meant so", ""))
    code, out, err = lint(capsys, "stack.yaml -o concise --ignore FAKE_VARIABLE")
    assert (code, out.splitlines()[-1].split()[0]) == (2, "stack.yaml:14:15:")
    assert err == "gatepost: stack.yaml:13:27: expected `gatepost: ignore[CODE] reason`, with one code or more and the reason\n"


def test_a_file_of_a_folder_that_cannot_be_read_does_not_hide_the_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policies = folder / "policies"
    policies.mkdir()
    (policies / "a.json").write_bytes(b"\xff")
    (policies / "b.json").write_text(WINDOW)
    code, out, err = lint(capsys, "policies -o concise")
    assert (code, out.split()[0]) == (2, "policies/b.json:10:9:")
    assert err == "gatepost: policies/a.json:1:1: not UTF-8\n"


def test_standard_input_is_a_policy(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WINDOW.encode())))
    code, out, _ = lint(capsys, "- -o concise")
    assert (code, out.split(" ")[0]) == (1, "-:10:9:")


def test_fix_writes_what_is_proved_and_tells_what_is_left(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = lint(capsys, "twice.json window.json --fix")
    assert code == 1
    assert out.startswith("fixed twice.json GP_FAKE_TWICE: take it out\n\nwindow.json:10:9 SES_FAKE_INVERTED")
    assert json.loads((folder / "twice.json").read_text())["Statement"] == [json.loads(SEND)]
    assert (folder / "window.json").read_text() == WINDOW
    assert lint(capsys, "window.json --fix --unsafe-fixes")[0] == 1
    assert '"DateGreaterThan": {"aws:CurrentTime": "2023-04-01T17' in (folder / "window.json").read_text()


WINDOW_CHANGES = """\
SES_FAKE_INVERTED: deny outside the window
   changes what is decided: it denies exactly outside 09:00-17:00
   or instead: new dates: gatepost window --deny-outside --daily 09:00-17:00
   note: the window ended 2023-04-01: with the fix nobody could send today
"""


def test_what_a_fix_changes_in_what_is_decided_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = lint(capsys, "window.json twice.json --diff --unsafe-fixes")
    assert out.startswith("--- a/window.json")
    assert err == f"gatepost: window.json {WINDOW_CHANGES}"
    _, out, err = lint(capsys, "window.json --fix --unsafe-fixes")
    assert out.startswith(f"fixed window.json {WINDOW_CHANGES}\n")
    assert err == ""
    for output in ("concise", "json", "sarif"):
        (folder / "window.json").write_text(WINDOW)
        _, out, err = lint(capsys, f"window.json --fix --unsafe-fixes -o {output}")
        assert err == f"gatepost: window.json {WINDOW_CHANGES}"
    (folder / "window.json").write_text(WINDOW)
    assert lint(capsys, "window.json --fix --unsafe-fixes --write-baseline known.json")[2].startswith(
        f"gatepost: window.json {WINDOW_CHANGES}"
    )
    (folder / "window.json").write_text(WINDOW)
    (told,) = json.loads(lint(capsys, "window.json --fix --unsafe-fixes -o json")[1])["policies"]
    assert [(each["code"], each["changes_meaning"]) for each in told["applied"]] == [("SES_FAKE_INVERTED", True)]


def test_the_counts_tell_how_many_fixes_change_no_decision(capsys: pytest.CaptureFixture[str]) -> None:
    told = "Fixable: 2 with --fix, 1 more with --unsafe-fixes."
    assert told in lint(capsys, "window.json twice.json")[1]
    assert "Fixable: 1 with --fix --unsafe-fixes.\n" in lint(capsys, "window.json")[1]
    assert "Fixable: 2 with --fix.\n" in lint(capsys, "twice.json")[1]


def test_fix_writes_to_files_alone(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("init --quiet", "add window.json", "-c user.name=a -c user.email=a@example.com commit --quiet -m one"):
        subprocess.run(["git", *command.split()], cwd=folder, check=True)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WINDOW.encode())))
    for name in ("git:HEAD:window.json", "-"):
        says = f"gatepost: --fix: {name} is no file that can be written to; expected --diff\n"
        assert lint(capsys, f"{name} --fix") == (2, "", says)
    assert lint(capsys, "git:HEAD:window.json --diff --unsafe-fixes")[0] == 1


def test_fix_writes_nothing_over_what_was_saved_meanwhile(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def saved_meanwhile(*given: Any) -> Linted:
        (folder / "window.json").write_text(CLEAN)
        return fix_policy(*given)

    monkeypatch.setattr("gatepost.reports.fixing.fix_policy", saved_meanwhile)
    says = "gatepost: --fix: window.json was changed meanwhile: lint it again\n"
    assert lint(capsys, "window.json --fix --unsafe-fixes") == (2, "", says)
    assert (folder / "window.json").read_text() == CLEAN


def test_diff_prints_what_fix_would_change_and_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, change, _ = lint(capsys, "window.json twice.json clean.json --diff --unsafe-fixes")
    assert (code, (folder / "window.json").read_text()) == (1, WINDOW)
    assert change.startswith("--- a/window.json\n+++ b/window.json\n")
    assert lint(capsys, "clean.json --diff") == (0, "", "")
    assert lint(capsys, "clean.json broken.json --diff")[0] == 2
    subprocess.run(["git", "apply", "-"], input=change.encode(), cwd=folder, check=True)
    assert lint(capsys, "twice.json --fix")[1].startswith("Nothing found")


def test_the_file_of_the_project_says_how_and_what_is_passed_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".gatepost.toml").write_text(f'[lint]\nignore = ["FAKE_"]\nfail-on = "error"\n{IGNORE}path = "window.json"\n')
    code, out, _ = lint(capsys, "window.json old.json")
    assert (code, out.split(" (")[0]) == (0, "Nothing found in 2 policies, 1 passed over")
    assert lint(capsys, "old.json --ignore GP_ --fail-on warning")[0] == 1
    (folder / "other.toml").write_text(f"{IGNORE}until = 2026-01-01\n")
    code, _, err = lint(capsys, "window.json --config other.toml --now 2026-01-02")
    assert (code, err) == (
        1,
        "gatepost: other.toml:1: the ignore of SES_FAKE_INVERTED ended with 2026-01-01: its findings are back\n",
    )
    (folder / ".gatepost.toml").write_text("[[ignore]]\n")
    assert lint(capsys, "clean.json") == (2, "", "gatepost: .gatepost.toml:1:1: ignore: expected `code`, a text\n")


def test_a_baseline_passes_over_what_was_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint(capsys, "window.json --write-baseline known.json") == (0, "", "gatepost: 1 finding written to known.json\n")
    code, out, _ = lint(capsys, "window.json odd.json --baseline known.json -o concise")
    assert (code, [line.split()[1] for line in out.splitlines()]) == (1, ["FAKE_ODD"])
    (folder / ".gatepost.toml").write_text('[lint]\nbaseline = "known.json"\n')
    assert lint(capsys, "window.json")[0] == 0


def test_what_could_not_be_decided_is_told_beside_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = lint(capsys, "variable.json")
    assert err.startswith("gatepost: variable.json: could not decide FAKE_VARIABLE: the variable `${aws:username}`")


def test_without_a_solver_the_rules_that_need_one_are_left_out_and_it_is_told(folder: Path) -> None:
    program = (
        "import sys; sys.modules['pysat'] = None\n"
        "import gatepost.lint.rules; from reports.fakes import RULES; gatepost.lint.rules.ALL = RULES\n"
        "from gatepost.cli import main; sys.exit(main(['lint', 'window.json', 'old.json', '-o', 'concise']))"
    )
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert ran.stderr == "gatepost: 2 rules need a solver and were left out: pip install 'gatepost[prove]'\n"
    assert (ran.returncode, [line.split()[1] for line in ran.stdout.splitlines()]) == (1, ["FAKE_UNVERSIONED"])
    ran = subprocess.run(
        [sys.executable, "-c", program.replace("'window.json', 'old.json', '-o', 'concise'", "'clean.json'")],
        cwd=folder, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 3
    assert ran.stdout.startswith("Nothing found in 1 policy, but not all was read and decided (")


def lint_all(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: str) -> tuple[int, str, str]:
    """The command with the real rules."""
    monkeypatch.setattr("gatepost.lint.rules.ALL", ALL)
    return lint(capsys, f"{arguments} --now 2026-11-25T12:00:00Z")


def test_a_finding_is_printed_once_with_all_its_places(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    partners = {"AWS": ["222222222222", "333333333333"]}
    statement = {"Effect": "Allow", "Principal": partners, "Action": "ses:SendEmail", "Resource": IDENTITY}
    text = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Sid": "A"}, {**statement, "Sid": "B"}]}, indent=1)
    (folder / "partners.json").write_text(text)
    _, out, _ = lint_all(capsys, monkeypatch, "partners.json")
    codes = re.findall(r"^partners\.json:\d+:\d+ (\w+) ", out, re.MULTILINE)
    assert sorted(codes) == ["REDUNDANT_STATEMENT", "SES_FROM_UNRESTRICTED", "SES_PRINCIPAL_WHOLE_ACCOUNT"]
    assert "   also at 9:6  `333333333333` is every user and role of account 333333333333" in out
    (found,) = [
        json.loads(line) for line in lint_all(capsys, monkeypatch, "partners.json -o jsonl --select REDUNDANT")[1].splitlines()
    ]
    assert [(each["line"], each["column"]) for each in found["also"]] == [(4, 3)]


def test_fix_leaves_every_decision_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loose = CLEAN.replace(
        '"Resource": "*"', '"Resource": "*", "Condition": {"StringLike": {"ses:FromAddress": "*example.com"}}'
    )
    (folder / "loose.json").write_text(loose)
    for flags in ("--fix", "--fix --unsafe-fixes"):
        lint_all(capsys, monkeypatch, f"loose.json {flags}")
        assert (folder / "loose.json").read_text() == loose


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ("Unread", "gatepost: plan.json: aws_iam_policy.p: not read: `policy` is known only after apply\n"),
        ("SourceError", "gatepost: identity/none.example: no identity `none.example` in the account and region that answer\n"),
    ],
)
def test_nothing_found_is_no_success_where_something_was_not_read(
    found: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unread = Unread("plan.json", "aws_iam_policy.p", "`policy` is known only after apply")
    missing = SourceError("identity/none.example", "no identity `none.example` in the account and region that answer")
    monkeypatch.setattr("gatepost.sources.find.find", lambda *_: [unread if found == "Unread" else missing])
    code, out, err = lint(capsys, "plan.json")
    assert (code, err) == (3 if found == "Unread" else 2, says)
    assert out.startswith("Nothing found in 0 policies, but not all was read and decided (")
    assert lint(capsys, "plan.json --exit-zero")[0] == code
