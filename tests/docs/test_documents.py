"""The pages' commands are run, and print what the pages say.

`make screens` writes anew what they print (`GATEPOST_WRITE_SCREENS`); what has not changed stays as it is.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from live import BIN, Live

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "--- output of the next command ---"
VARYING = {
    r"[0-9a-f]{16}-[0-9a-f-]{36}-\d{6}": "MESSAGE-ID",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ": "TIME",
    r"now \d{4}-\d\d-\d\d \d\d:\d\d": "NOW",
    r"AJ[A-Za-z0-9+/]{41}=": "TOKEN",
    r"\b[01][0-9a-f]{23}\b": "ID",
    r"\d\d:\d\d:\d\dZ": "TIME",
    r"\(\d+ ms\)": "(SPAN)",
    r"\b\d+\.\d ms": "SPAN",
    r"\d[\d,]* (?:d|h|min|s)(?: \d+ (?:h|min|s))?\b": "SPAN",
}
PAGES = (
    "README.md",
    "docs/tutorial.md",
    "docs/how-to.md",
    "docs/explain.md",
    "docs/lint.md",
    "docs/diff.md",
    "docs/guardrails.md",
    "docs/prove.md",
    "docs/window.md",
)


def steps(page: str) -> Iterator[tuple[str, str]]:
    """Each command of a page's console blocks, and what it prints."""
    for block in BLOCK.findall(page):
        command: list[str] = []
        printed: list[str] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield "\n".join(command), "\n".join(printed)
                command, printed = [line[2:]], []
            elif command and not printed and goes_on(command):
                command.append(line)
            else:
                printed.append(line)
        yield "\n".join(command), "\n".join(printed)


def goes_on(command: list[str]) -> bool:
    """Whether the shell waits for another line: an open quote, or a backslash at the end."""
    text = "\n".join(command)
    return text.endswith("\\") or text.count("'") % 2 == 1


def settled(text: str) -> str:
    for pattern, word in VARYING.items():
        text = re.sub(pattern, word, text)
    return text.strip("\n")


def rewritten(text: str, printed: list[str]) -> str:
    """A page with what its commands have printed; a screen that says the same stays as it is."""
    outputs = iter(printed)

    def block(found: re.Match[str]) -> str:
        lines = ["```console"]
        for command, says in steps(found.group()):
            did = next(outputs).strip("\n")
            lines += [f"$ {command}", *([says if settled(says) == settled(did) else did] if did or says else [])]
        return "\n".join([*lines, "```"])

    return BLOCK.sub(block, text)


@pytest.mark.parametrize("page", PAGES)
def test_its_commands_print_what_it_says(page: str, tmp_path: Path) -> None:
    live = Live(tmp_path / "gatepost-data", ("--listen", "http://127.0.0.1:0")).start()
    wanted = list(steps((ROOT / page).read_text()))
    script = "\n".join(f"{command}\necho '{MARK}'" for command, _ in wanted)
    result = subprocess.run(
        ["bash", "-c", f'eval "$(gatepost env)"\necho "{MARK}"\n{script}'],
        cwd=tmp_path,
        env={
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "AWS_PAGER": "",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_DEFAULT_OUTPUT": "json",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert live.stop() == 0
    printed = result.stdout.split(f"{MARK}\n")[1:-1]
    assert len(printed) == len(wanted), result.stdout
    if os.environ.get("GATEPOST_WRITE_SCREENS"):
        (ROOT / page).write_text(rewritten((ROOT / page).read_text(), printed))
        return
    for (command, says), did in zip(wanted, printed, strict=True):
        assert settled(did) == settled(says), command


def test_every_command_of_the_reference_exists() -> None:
    listed = re.findall(r"^\| `gatepost ([\w-]+)", (ROOT / "docs/reference.md").read_text(), re.MULTILINE)
    printed = subprocess.run([str(BIN / "gatepost"), "--help"], capture_output=True, text=True, check=True).stdout
    offered = re.findall(r"^  ([a-z][\w-]*):", printed, re.MULTILINE)
    assert sorted(set(listed)) == sorted(offered)
