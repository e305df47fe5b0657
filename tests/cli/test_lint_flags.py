"""The flags of lint: what limits a policy, and what is no flag."""

import json
from pathlib import Path

import pytest

from gatepost.cli import main


def test_what_a_boundary_or_a_control_policy_cancels_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, action in (("policy", ["ses:SendEmail", "ses:SendRawEmail"]), ("boundary", "ses:Get*"), ("scp", "*")):
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        (tmp_path / f"{name}.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    file, boundary, scp = (str(tmp_path / f"{name}.json") for name in ("policy", "boundary", "scp"))
    flags = ("--select", "GP_LAYER", "-o", "concise")
    assert main(("lint", file, "--scp", scp, *flags)) == 0
    assert main(("lint", file, "--boundary", boundary, "--scp", scp, *flags)) == 1
    assert f"nothing that statement 1 allows gets through the boundary {boundary}" in capsys.readouterr().out


def test_a_misspelt_flag_is_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("lint", "policy.json", "--selct", "GP_LAYER")) == 2
    assert "unknown option `--selct`; did you mean `--select`?" in capsys.readouterr().err


def test_what_is_unused_needs_a_log(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(("lint", "policy.json", "--unused", "30d")) == 2
    assert "--unused: expected with --data" in capsys.readouterr().err
    assert main(("lint", "policy.json", "--data", str(tmp_path / "absent"))) == 4
    assert "no data in " in capsys.readouterr().err
