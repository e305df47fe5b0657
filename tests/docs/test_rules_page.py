"""The reference of the linter's rules is what the rules say."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date(tmp_path: Path) -> None:
    written = tmp_path / "rules.md"
    subprocess.run([sys.executable, str(ROOT / "tools/make_rules.py"), str(written)], check=True)
    assert written.read_text("utf-8") == (ROOT / "docs/rules.md").read_text("utf-8"), "run `make rules` and commit the page"
