"""`from gatepost import lint`: the room, which is also the function."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import gatepost
from gatepost import PolicyKind, lint

NOW = datetime(2026, 11, 25, tzinfo=UTC)
BAD = json.dumps({"Statement": [{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}]})


def test_it_tells_findings_of_policies_and_of_what_is_none() -> None:
    assert "MISSING_VERSION" in {finding.code for finding in lint(BAD, now=NOW).findings}
    assert lint(BAD.encode(), PolicyKind.IDENTITY, now=NOW, account="111122223333").findings
    assert {finding.code for finding in lint("{", now=NOW).findings} == {"JSON_SYNTAX_ERROR"}


def test_it_is_there_however_it_is_named() -> None:
    assert gatepost.lint is lint
    program = "import gatepost; gatepost.lint; import gatepost.lint.linter; from gatepost import lint; assert callable(lint)"
    subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": os.pathsep.join(sys.path)}, check=True)


def test_importing_the_library_does_not_load_the_rules() -> None:
    program = "import sys, gatepost, gatepost.cli; sys.exit('gatepost.lint.rules' in sys.modules or 'pysat' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": os.pathsep.join(sys.path)}, check=True)


def test_without_a_solver_it_says_what_it_has_not_decided() -> None:
    program = (
        "import sys; sys.modules['pysat'] = None; from datetime import UTC, datetime; from gatepost import lint\n"
        f"report = lint({BAD!r}, now=datetime(2026, 11, 25, tzinfo=UTC))\n"
        "assert report.findings\n"
        "assert {reason for _, reason in report.undecided} == {\"there is no solver: pip install 'gatepost[prove]'\"}"
    )
    subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": os.pathsep.join(sys.path)}, check=True)
