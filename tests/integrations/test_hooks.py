"""The pre-commit hook in a scratch repository, and the steps of the GitHub action, as their programs run them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
BAD = '{"Statement": [{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}]}\n'


def loaded(file: str) -> Any:
    return yaml.safe_load((ROOT / file).read_text("utf-8"))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A PATH on which `gatepost` is this source tree."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "gatepost"
    program.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "import sys; from gatepost.cli import main; sys.exit(main())" "$@"\n'
    )
    program.chmod(0o755)
    return {
        "PATH": f"{programs}:{BIN}:{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HOME": str(tmp_path),
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }


def run(*command: str, cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_the_hook_finds_what_is_staged(tmp_path: Path, environment: dict[str, str]) -> None:
    repository = tmp_path / "project"
    (repository / "policies").mkdir(parents=True)
    (repository / "policies/send.json").write_text(BAD)
    (repository / "package.json").write_text("{}")
    (hook,) = loaded(".pre-commit-hooks.yaml")
    # As pre-commit has it of `repo: URL`, but for the environment, which it would fetch: here the program is there already.
    local = {**hook, "language": "system"}
    del local["additional_dependencies"]
    config = {"repos": [{"repo": "local", "hooks": [local]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    for command in (["git", "init", "--quiet"], ["git", "add", "."]):
        assert run(*command, cwd=repository, environment=environment).returncode == 0
    found = run("pre-commit", "run", "--color=never", cwd=repository, environment=environment)
    assert found.returncode == 1, found.stderr
    assert "policies/send.json:1:1 MISSING_VERSION  warning" in found.stdout
    assert "package.json" not in found.stdout
    (repository / ".gatepost.toml").write_text('[lint]\nfail-on = "error"\n')
    run("git", "add", ".", cwd=repository, environment=environment)
    assert run("pre-commit", "run", cwd=repository, environment=environment).returncode == 0


def test_the_hook_is_one_that_pre_commit_takes(tmp_path: Path, environment: dict[str, str]) -> None:
    checked = run(
        "pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"), cwd=tmp_path, environment=environment
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_the_action_annotates_and_writes_sarif(tmp_path: Path, environment: dict[str, str]) -> None:
    action = loaded("action.yml")
    (tmp_path / "a policy.json").write_text(BAD)
    (tmp_path / "other.json").write_text(BAD)
    sarif = tmp_path / "gatepost.sarif"
    given = {"PATHS": "a policy.json\n\nother.json\n", "ARGS": "--select MISSING_ --fail-on warning", "SARIF": str(sarif)}
    steps = {step["name"]: step for step in action["runs"]["steps"] if "name" in step}
    printed = {}
    for name, code in (("Write SARIF", 0), ("Lint", 1)):
        step = steps[name]
        ran = run("bash", "-eo", "pipefail", "-c", step["run"], cwd=tmp_path, environment={**environment, **given})
        assert ran.returncode == code, ran.stderr
        assert set(step["env"]) <= set(given)
        printed[name] = ran.stdout
    results = json.loads(sarif.read_text())["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
    assert places == ["a%20policy.json", "other.json"]
    assert [line.split(",")[1] for line in printed["Lint"].splitlines()] == ["file=a policy.json", "file=other.json"]


def test_no_input_of_the_action_is_pasted_into_a_script() -> None:
    assert not any("${{" in step.get("run", "") for step in loaded("action.yml")["runs"]["steps"])
