"""The reference of policy semantics is what the decision cases say."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/semantics.md").read_text("utf-8")
SAID = ("name", "why", "source")  # in the text; the rest stands in the block


def test_the_page_is_up_to_date(tmp_path: Path) -> None:
    written = tmp_path / "semantics.md"
    subprocess.run([sys.executable, str(ROOT / "tools/make_semantics.py"), str(written)], check=True)
    assert written.read_text("utf-8") == PAGE, "run `make semantics` and commit the page"


def test_every_case_stands_on_the_page_as_it_is() -> None:
    shown = [json.loads(block) for block in re.findall(r"^~~~text\n(.*?)^~~~$", PAGE, re.DOTALL | re.MULTILINE)]
    cases = [case for file in (ROOT / "tests/cases").glob("*.json") for case in json.loads(file.read_text("utf-8"))]
    wanted = [{member: value for member, value in case.items() if member not in SAID} for case in cases]
    assert sorted(map(json.dumps, shown)) == sorted(map(json.dumps, wanted))


def test_every_case_can_be_linked_to() -> None:
    names = Counter(re.findall(r'<details id="([^"]*)">', PAGE))
    assert all(names)
    assert set(names.values()) == {1}
