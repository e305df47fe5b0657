"""`gatepost explain`, `can` and `who-can` where no server runs: policies in files, data folders without a store."""

import os
import subprocess
from pathlib import Path

import pytest

from clients.people import allow, deny, document, identity_arn
from live import BIN

DOMAIN = identity_arn("example.com")
ONLY_NEWS = {"StringEquals": {"ses:FromAddress": "news@example.com"}}


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / "gatepost"), *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_policy_in_a_file_is_asked_without_a_data_folder(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(document(allow("ses:SendEmail", Condition=ONLY_NEWS)))
    (tmp_path / "r.json").write_text(document(deny("ses:SendEmail", DOMAIN, Principal={"AWS": "*"})))
    (tmp_path / "bad.json").write_text('{"Statement": [{"Effect": "Alow", "Action": "*", "Resource": "*"}]}')
    question = ("can", "user/alice", "ses:SendEmail", "--policy", "p.json", "--from")
    allowed = run(*question, "news@example.com", cwd=tmp_path)
    assert (allowed.returncode, allowed.stdout[:4]) == (0, "yes ")
    assert "decided from the files alone" in allowed.stderr
    assert run(*question, "ceo@example.com", cwd=tmp_path).returncode == 1
    assert run(*question, "news@example.com", "--resource-policy", "r.json", cwd=tmp_path).returncode == 1
    broken = run("can", "user/alice", "ses:SendEmail", "x.example", "--policy", "bad.json", cwd=tmp_path)
    assert broken.returncode == 2
    assert "--policy bad.json:1:27: statement 1, Effect: " in broken.stderr


@pytest.mark.parametrize(
    "command", [("explain", "x"), ("can", "user/a", "ses:SendEmail", "x"), ("who-can", "ses:SendEmail", "x")]
)
def test_without_data_folder_and_policies_there_is_nothing_to_ask(tmp_path: Path, command: tuple[str, ...]) -> None:
    found = run(*command, cwd=tmp_path)
    assert found.returncode == 4
    assert "no data in gatepost-data: start `gatepost serve` first" in found.stderr


@pytest.mark.parametrize(
    "command", [("explain", "x"), ("can", "user/a", "ses:SendEmail", "x"), ("who-can", "ses:SendEmail", "x")]
)
def test_a_store_that_cannot_be_read_is_told(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "gatepost-data").mkdir()
    (tmp_path / "gatepost-data" / "gatepost.db").write_text("this is no database")
    found = run(*command, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (4, "")
    (line,) = found.stderr.splitlines()
    assert line.endswith("gatepost.db is not an SQLite database, or it is encrypted or damaged; it was left as it is")


@pytest.mark.parametrize("command", [("can", "user/a", "ses:SendEmail", "x"), ("who-can", "ses:SendEmail", "x")])
def test_a_store_without_accounts_has_nothing_to_ask(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "gatepost-data").mkdir()
    found = run(*command, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (4, "")
    assert "no account in gatepost-data yet: start `gatepost serve` first" in found.stderr


def test_colour_is_for_terminals_and_for_who_forces_it(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(document(allow("ses:*")))
    question = ("explain", "--as", "user/a", "--action", "ses:SendEmail", "--resource", "example.com", "--policy", "p.json")
    plain = run(*question, cwd=tmp_path).stdout
    assert "\x1b" not in plain
    forced = run(*question, cwd=tmp_path, FORCE_COLOR="1").stdout
    assert "\x1b[32m" in forced
    assert "\x1b" not in run(*question, cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "● identity policies" in plain
