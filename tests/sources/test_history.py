"""Policies as they were at a revision."""

import os
import subprocess
from pathlib import Path

import pytest

from gatepost.sources.find import find_policies
from gatepost.sources.found import SourceError

BEFORE = '{"Statement": []}'
AFTER = '{"Statement": [1]}'


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which `policies/a.json` was changed after the tag `before`, and the working folder in it."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies/sub").mkdir(parents=True)
    (tmp_path / "policies/.hidden").mkdir()
    for name in ("a.json", "sub/b.json", ".hidden/c.json", "größe.json"):
        (tmp_path / "policies" / name).write_text(BEFORE)
    git("init", "--quiet")
    git("add", ".")
    commit()
    git("tag", "before")
    (tmp_path / "policies/a.json").write_text(AFTER)
    git("add", ".")
    commit()
    return tmp_path


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)


def commit() -> None:
    git("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=x")


@pytest.mark.usefixtures("repository")
def test_a_file_is_as_it_was() -> None:
    texts = [each.text for each in find_policies(["git:before:policies/a.json", "git:HEAD:policies/a.json"])]
    assert texts == [BEFORE, AFTER]


def test_a_folder_is_as_it_was_wherever_one_stands(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "policies/sub")
    for name in ("git:before:policies", "git:before:policies/"):
        files = [(each.file, each.text) for each in find_policies([name])]
        prefix = "git:before:policies/"
        assert files == [(f"{prefix}{each}", BEFORE) for each in ("a.json", "größe.json", "sub/b.json")]
    assert next(each.file for each in find_policies(["git:before:"])) == "git:before:policies/a.json"
    assert [each.text for each in find_policies(["git:HEAD:../a.json", "git:HEAD:./b.json"])] == [AFTER, BEFORE]


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("git:policies/a.json", "expected git:REV:PATH, such as `git:main:policies/example.com.json`"),
        ("git:absent:policies", "no revision `absent`"),
        ("git:--help:policies", "no revision `--help`"),
        ("git:HEAD:absent.json", "no file or folder `absent.json` at `HEAD`"),
    ],
)
def test_what_is_not_there_is_named(name: str, says: str) -> None:
    with pytest.raises(SourceError) as raised:
        list(find_policies([name]))
    assert str(raised.value) == f"{name}: {says}"


def test_outside_of_a_repository_there_is_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(SourceError, match="the working folder is in no git repository"):
        list(find_policies(["git:HEAD:a.json"]))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SourceError, match="git cannot be run"):
        list(find_policies(["git:HEAD:a.json"]))
