"""What commands print never steers the terminal of its reader."""

import io
import json
import re
from pathlib import Path

import pytest

from gatepost.cli import COMMANDS, main
from gatepost.cli.paint import CODES, RESET, paint_for
from gatepost.cli.terminal import EscapedStream
from gatepost.words.visible import visible, visible_line

STEERING = "n\x1b[2J\x1b]0;t\x07\x9b31m\x7f\u202e\u2066\u2028\udcff\U000e0041"
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff\U000e0000-\U000e007f]")
PRINTS_NOTHING_OF_OTHERS = {"serve", "env", "init", "completion", "rule", "window"}
# They write to the same escaped stream; `mail` is held against it in tests/clients/test_one_spelling.py.
NEEDS_A_STORE = {"mail", "account", "guardrail", "who-can"}


def write_policies(folder: Path) -> None:
    statement = {
        "Sid": "S",
        "Effect": "Allow",
        "Action": "ses:SendEmail",
        "Resource": f"arn:aws:ses:us-east-1:123456789012:identity/{STEERING}",
        "Condition": {"StringLike": {"ses:FromDisplayName": [f"{STEERING}*", STEERING]}},
    }
    for name, action in (("policy.json", "ses:SendEmail"), ("other.json", "ses:SendRawEmail"), ("bad.json", f"ses:{STEERING}")):
        document = {"Version": "2012-10-17", "Statement": [{**statement, "Action": action}]}
        (folder / name).write_text(json.dumps(document))
        plain = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace").decode()
        (folder / f"plain-{name}").write_text(plain.replace("\\u001b", "\x1b"))
    (folder / "cases.json").write_text(json.dumps([{"name": STEERING, STEERING: 1}]))
    (folder / "intents.toml").write_text('[[intent]]\nname = "n\\u001b[2J\\u009b"\nwhat = 1\n')


QUESTION = ("--action", "ses:SendEmail", "--from", "news@example.com", "--policy", "policy.json")


@pytest.mark.parametrize("colours", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [
        ("lint", "policy.json", "other.json"),
        ("lint", "bad.json"),
        ("lint", "plain-bad.json"),
        *(("lint", "bad.json", "-o", form) for form in ("concise", "json", "sarif", "junit", "github")),
        ("explain", "policy.json"),
        ("explain", "bad.json"),
        ("explain", "--as", "user/alice", *QUESTION),
        ("can", "user/alice", "ses:SendEmail", STEERING, "--policy", "policy.json"),
        ("diff", "policy.json", "other.json"),
        ("diff", "policy.json", "bad.json"),
        ("prove", "policy.json", "--never", "ses:Send* from ceo@example.com"),
        ("prove", "policy.json", "--never", STEERING),
        ("simulate", "--cases", "cases.json"),
        ("test", "intents.toml"),
        (STEERING,),
        ("lint", f"{STEERING}.json"),
        ("doctor", "--data", STEERING),
        ("trail", "verify", "--data", STEERING),
    ],
)
def test_controls_are_escaped(
    arguments: tuple[str, ...],
    colours: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_policies(tmp_path)
    monkeypatch.chdir(tmp_path)
    if colours:
        monkeypatch.setenv("FORCE_COLOR", "1")
    main([each.replace("\udcff", "") for each in arguments])
    printed = capsys.readouterr()
    text = printed.out + printed.err
    assert text
    for code in (*CODES.values(), RESET):
        text = text.replace(code, "") if colours else text
    assert not CONTROL.search(text), repr(text)


def test_every_command_is_held_against_it() -> None:
    held = {"lint", "explain", "can", "diff", "prove", "simulate", "test", "doctor", "trail"}
    assert set(COMMANDS) == held | NEEDS_A_STORE | PRINTS_NOTHING_OF_OTHERS


def test_colours_pass_and_those_of_others_do_not() -> None:
    behind = io.StringIO()
    stream = EscapedStream(behind)  # a TextIO by its methods
    paint = paint_for(stream, {"FORCE_COLOR": "1"})  # type: ignore[arg-type]
    stream.write(paint("bad", "denied") + " \x1b[31mx")
    assert behind.getvalue() == "\x1b[31mdenied\x1b[0m \\u001b[31mx"


def test_letters_of_any_language_stay() -> None:
    text = "Caf\u00e9 \u65e5\u672c\u8a9e\u3000\u05d0\u05d1 \U0001f468\u200d\U0001f469 a\u00a0b"
    assert visible(text) == visible_line(text) == text
    assert visible("a\tb\nc") == "a\tb\nc"
    assert visible_line("a\tb\nc") == "a\\u0009b\\u000ac"
    assert json.loads(f'"{visible(STEERING)}"') == STEERING
