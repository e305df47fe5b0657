"""`gatepost lint --watch`: what is seen, what is told, and how it ends. The waiting is a script of what happens meanwhile."""

import signal
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from gatepost.cli import lint_watch, main
from gatepost.cli.lint_flags import LintFlags
from gatepost.cli.watching import INTERVAL, SETTLING, in_short, stamps, watch
from live import BIN

GOOD = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ses:GetSendQuota", "Resource": "*"}]}'
UNVERSIONED = GOOD.replace('"Version": "2012-10-17", ', "")
Step = Callable[[], object]


class Script:
    """What happens while it is waited: a step each time, and Ctrl-C when there are no more."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = list(steps)
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)
        if not self.steps:
            raise KeyboardInterrupt
        self.steps.pop(0)()


def nothing() -> None:
    """Time passes."""


def writing(file: Path, text: str) -> Step:
    return lambda: file.write_text(text)


def renaming(file: Path, text: str) -> Step:
    """As editors save that lose nothing: the new content in a file of its own, which takes the name."""

    def save() -> None:
        beside = file.with_suffix(".new")
        beside.write_text(text)
        beside.rename(file)

    return save


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/a.json").write_text(GOOD)
    (tmp_path / "b.json").write_text(GOOD)
    return tmp_path


def told(*steps: Step, names: tuple[str, ...] = ("policies", "b.json"), own: Step = nothing) -> list[str]:
    """What is told of each change; `own` is what each run does itself to `b.json`."""
    heard: list[str] = []

    def act(change: str) -> tuple[str, ...]:
        heard.append(change)
        own()
        return ("b.json",)

    with pytest.raises(KeyboardInterrupt):
        watch(lambda: stamps(names), act, Script(steps))
    return heard


def test_each_kind_of_change_is_seen_and_told(folder: Path) -> None:
    a, b, c = folder / "policies/a.json", folder / "b.json", folder / "policies/deep/c.json"
    c.parent.mkdir()
    assert told(nothing, writing(a, "{}"), nothing) == ["", "policies/a.json changed"]
    assert told(renaming(b, GOOD), nothing) == ["", "b.json changed"]
    assert told(writing(c, GOOD), nothing) == ["", "policies/deep/c.json is new"]
    assert told(c.unlink, nothing, writing(c, GOOD), nothing) == [
        "",
        "policies/deep/c.json is gone",
        "policies/deep/c.json is new",
    ]
    assert told(writing(a, ""), writing(b, ""), nothing) == ["", "b.json changed, policies/a.json changed"]


def test_what_is_not_ours_is_no_change(folder: Path) -> None:
    others = ("policies/notes.txt", "policies/.a.json.swp", "policies/.hidden.json", "c.json")
    assert told(*(writing(folder / name, "x") for name in others), nothing) == [""]


def test_a_file_that_is_still_being_written_is_waited_for(folder: Path) -> None:
    b = folder / "b.json"
    script = Script((writing(b, "{"), writing(b, "{ "), writing(b, "{  "), nothing))
    with pytest.raises(KeyboardInterrupt):
        watch(lambda: stamps(["b.json"]), lambda _: (), script)
    assert script.waits == [INTERVAL, SETTLING, SETTLING, SETTLING, INTERVAL]


def test_what_a_run_writes_itself_is_no_change_and_what_others_write_meanwhile_is(folder: Path) -> None:
    assert told(nothing, nothing, own=writing(folder / "b.json", f"{GOOD} ")) == [""]
    assert told(nothing, own=writing(folder / "policies/a.json", f"{GOOD} "))[:2] == ["", "policies/a.json changed"]


def test_many_changes_are_told_in_short() -> None:
    assert in_short([f"{name} changed" for name in "abcde"]) == "a changed, b changed, c changed, and 2 more"


# --- the command --------------------------------------------------------------------------------------------------------


def watched(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: str, *steps: Step
) -> tuple[int, list[str], list[str]]:
    """The exit code, and what is printed; the time in front of each line is left out."""
    monkeypatch.setattr(lint_watch, "sleep", Script(steps))
    code = main(("lint", *arguments.split(), "--watch", "-o", "concise"))
    out, err = capsys.readouterr()
    return code, out.splitlines(), [line.partition("] ")[2] or line for line in err.splitlines()]


def test_it_lints_again_at_each_change_and_ends_with_0(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    b = folder / "b.json"
    steps = (writing(b, UNVERSIONED), nothing, writing(b, "{"), nothing, b.unlink, nothing, writing(b, GOOD), nothing)
    code, out, err = watched(capsys, monkeypatch, "policies b.json", *steps)
    assert code == 0
    assert [line.split()[1] for line in out] == ["MISSING_VERSION", "JSON_SYNTAX_ERROR"]
    assert err == [
        "watching policies, b.json: Ctrl-C ends",
        "b.json changed",
        "b.json changed",
        "b.json is gone",
        "gatepost: b.json: No such file or directory",
        "b.json is new",
    ]


def test_what_stands_beside_the_policies_is_watched_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "b.json").write_text(UNVERSIONED)
    config = folder / ".gatepost.toml"
    says = '[lint]\nbaseline = "known.json"\n'
    main(("lint", "b.json", "--write-baseline", "known.json"))
    known = folder / "known.json"
    capsys.readouterr()
    steps = (writing(config, "[lnt]"), nothing, writing(config, says), nothing, known.unlink, nothing)
    code, out, err = watched(capsys, monkeypatch, "b.json", *steps)
    assert (code, len(out)) == (0, 1)
    assert err == [
        "watching b.json: Ctrl-C ends",
        ".gatepost.toml is new",
        "gatepost: .gatepost.toml:1:2: `lnt`: expected `[lint]` or `[[ignore]]`",
        ".gatepost.toml changed, known.json is new",
        "known.json is gone",
        "gatepost: known.json: No such file or directory",
    ]


def test_fixes_are_made_once(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    twice = GOOD.replace("}]", '}, {"Effect": "Allow", "Action": "ses:GetSendQuota", "Resource": "*"}]')
    steps = (writing(folder / "b.json", twice), nothing, nothing, nothing)
    code, _, err = watched(capsys, monkeypatch, "b.json --fix", *steps)
    assert (code, (folder / "b.json").read_text()) == (0, GOOD)
    assert err == ["watching b.json: Ctrl-C ends", "b.json changed"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("-", "--watch: `-`: expected a file or a folder that is there"),
        ("git:HEAD:b.json", "--watch: `git:HEAD:b.json`: expected a file or a folder that is there"),
        ("aws://default", "--watch: `aws://default`: expected a file or a folder that is there"),
        ("absent.json", "--watch: `absent.json`: expected a file or a folder that is there"),
        ("b.json --write-baseline k.json", "--watch: expected no --write-baseline, which would pass over each new finding"),
        ("b.json -o sarif", "--watch: `sarif` is one document; expected -o human or concise"),
        ("b.json --select NO_SUCH", "`NO_SUCH`: no rule has a code that begins so"),
    ],
)
def test_what_cannot_be_watched_is_refused(arguments: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("lint", "--watch", *arguments.split())) == 2
    assert says in capsys.readouterr().err


def test_a_terminal_is_cleared_and_nothing_else_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for is_terminal in (False, True):
        monkeypatch.setattr("sys.stdout.isatty", lambda seen=is_terminal: seen)
        lint_watch.watch_lint(("b.json",), LintFlags(), "human", tuple, Script((writing(folder / "b.json", "{}"), nothing)))
        assert capsys.readouterr().out.count(lint_watch.CLEAR) == (2 if is_terminal else 0)


def test_a_process_sees_a_change_and_ends_at_ctrl_c(folder: Path) -> None:
    (folder / "b.json").write_text(UNVERSIONED)
    command = [str(BIN / "gatepost"), "lint", "b.json", "--watch", "-o", "concise"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "MISSING_VERSION" in process.stdout.readline()
        renaming(folder / "b.json", "{")()
        assert "JSON_SYNTAX_ERROR" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert [line.partition("] ")[2] for line in err.splitlines()] == ["watching b.json: Ctrl-C ends", "b.json changed"]
