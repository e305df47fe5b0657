"""Write `docs/semantics.md`, the reference of policy semantics, from the decision cases of `tests/cases`.

Run by `make semantics`; the page is reviewed and committed, and a test holds it up to date. With an argument the page is written there.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests/cases"
TARGET = ROOT / "docs/semantics.md"
WIDTH = 116
TOPIC = re.compile(r"^## (\w+): (.+)\n\n((?:.+\n)+)", re.MULTILINE)
CODE = re.compile(r"(`[^`]+`)")
HEAD = """\
# Policy semantics, version 1

How Gatepost decides, rule by rule: {count} decision cases in {topics} topics, each a question with its policies, its answer, and where
the answer comes from. The cases are data in `tests/cases/*.json`; `make test` runs every one through `decide` and `explain`, and any of
them can be copied into a file for `gatepost simulate --cases FILE` (the format is in the [reference](reference.md#decision-cases)).

The answers are AWS's, by its documents and by the threads that are named. Where AWS documents nothing, or where sources disagree, the
safer reading is taken: a Deny that may apply applies, an Allow that may not does not. Such a case says so.

A release that decides any of these cases otherwise raises the version of this page and lists the change under "Changes a decision".

"""


def main() -> None:
    """Read the topics and their cases, write the page."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    topics = [(name, title, text.strip()) for name, title, text in TOPIC.findall((CASES / "topics.md").read_text("utf-8"))]
    files = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(CASES.glob("*.json"))}
    if sorted(files) != sorted(name for name, _, _ in topics):
        told = {name for name, _, _ in topics}
        sys.exit(f"topics.md and the files differ: {', '.join(sorted(told.symmetric_difference(files)))}")
    target.write_text(_page(topics, files), "utf-8")


def _page(topics: list[tuple[str, str, str]], files: dict[str, list[dict[str, Any]]]) -> str:
    parts = [HEAD.format(count=sum(map(len, files.values())), topics=len(topics))]
    parts += [f"- [{title}](#{_slug(title)}): {len(files[name])}\n" for name, title, _ in topics]
    for name, title, text in topics:
        parts.append(f"\n## {title}\n\n{text}\n")
        parts += [_rule(case) for case in files[name]]
    return "".join(parts)


def _rule(case: dict[str, Any]) -> str:
    """One case: its name and answer, why, where from, and the case itself to unfold."""
    why = case.get("why", "")
    reason = f"{_text(why[:1].upper() + why[1:])}. " if why else ""
    asked = {member: value for member, value in case.items() if member not in ("name", "why", "source")}
    return (
        f"\n**{_text(case['name'])}** → `{case['expected']}`\n\n{reason}*{_text(case['source'])}*\n\n"
        f'<details id="{_slug(case["name"])}"><summary>Request and policies</summary>\n\n'
        f"~~~text\n{_json(asked)}\n~~~\n\n</details>\n"
    )


def _text(text: str) -> str:
    """Plain text as Markdown, with what stands between backticks as it is."""
    return "".join(
        part if number % 2 else re.sub(r"([\\*_\[\]<>{}$|])", r"\\\1", part) for number, part in enumerate(CODE.split(text))
    )


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _json(value: Any, column: int = 0) -> str:  # noqa: ANN401 -- any JSON value
    """JSON that begins at a column: on one line where it fits, else filled, with what follows under the first item."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + column <= WIDTH or not isinstance(value, dict | list):
        return line
    items: list[tuple[str, Any]] = [("", each) for each in value]
    if isinstance(value, dict):
        items = [(f"{json.dumps(key)}: ", each) for key, each in value.items()]
    text, at = line[0], column + 1
    for number, (key, each) in enumerate(items):
        whole = len(key) + len(json.dumps(each, ensure_ascii=False))
        if number and at + len(", ") + whole <= WIDTH:
            text, at = f"{text}, ", at + len(", ")
        elif number:
            text, at = f"{text},\n{' ' * (column + 1)}", column + 1
        item = key + _json(each, at + len(key))
        text += item
        at = at + len(item) if "\n" not in item else WIDTH
    return text + line[-1]


if __name__ == "__main__":
    main()
