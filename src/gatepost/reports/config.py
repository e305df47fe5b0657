"""`.gatepost.toml`: how a project lints, and which findings it passes over.

[lint]
account = "111122223333"
ignore = ["UNIQUE_SIDS_RECOMMENDED"]

[[ignore]]
code = "SES_PRINCIPAL_EVERYONE"
path = "policies/newsletter.json"
reason = "the partners of the list are not known beforehand; bound by aws:PrincipalOrgID in the SCP"
until = 2027-06-30
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from gatepost.policy.errors import did_you_mean
from gatepost.reports.suppressions import Config, Ignore
from gatepost.sources.found import SourceError

TEXT: Final = "a text"
TEXTS: Final = "a list of texts"
SETTINGS: Final = {
    "select": TEXTS,
    "ignore": TEXTS,
    "identities": TEXTS,
    "account": TEXT,
    "region": TEXT,
    "fail-on": "one of `error`, `security`, `warning`, `suggestion`",
    "baseline": TEXT,
    "aws-mode": "true or false",
}
IGNORE: Final = {"code": TEXT, "path": TEXT, "address": TEXT, "sid": TEXT, "reason": TEXT, "until": "a date"}
TOML_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_config(file: str, text: str) -> Config:
    """The configuration in a file's text; SourceError with the place of what is wrong."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = TOML_PLACE.search(str(error))
        problem = TOML_PLACE.sub("", str(error))
        line, column = (int(each or 0) for each in place.groups()) if place else (0, 0)
        raise SourceError(file, f"expected TOML: {problem[:1].lower()}{problem[1:]}", line, column) from None
    reading = _Reading(file, text)
    for name, value in content.items():
        if name not in ("lint", "ignore"):
            raise reading.error(f"`{name}`: expected `[lint]` or `[[ignore]]`", name)
        expected = "a table, `[lint]`" if name == "lint" else "a list of tables, `[[ignore]]`"
        entries = value if isinstance(value, list) and name == "ignore" else [value]
        if isinstance(value, list) is (name == "lint") or not all(isinstance(entry, dict) for entry in entries):
            raise reading.error(f"`{name}`: expected {expected}", name)
    settings = reading.checked(content.get("lint", {}), SETTINGS, "lint")
    return Config(settings, tuple(reading.ignore(number, entry) for number, entry in enumerate(content.get("ignore", ()))))


@dataclass(frozen=True, slots=True)
class _Reading:
    file: str
    text: str

    def error(self, problem: str, name: str, table: str = "", number: int = 0) -> SourceError:
        """An error at the key `name` of the `number`th table of its name, or at that table."""
        return SourceError(self.file, problem, *self._place(name, table, number))

    def ignore(self, number: int, entry: Mapping[str, Any]) -> Ignore:
        """One entry `[[ignore]]`."""
        given = self.checked(entry, IGNORE, "ignore", number)
        for required in ("code", "reason"):
            if not given.get(required, "").strip():
                raise self.error(f"ignore: expected `{required}`, a text", required, "ignore", number)
        line, _ = self._place("", "ignore", number)
        return Ignore(**given, place=f"{self.file}:{line}", folder=Path(self.file).parent)

    def checked(self, table: Mapping[str, Any], known: Mapping[str, str], name: str, number: int = 0) -> Mapping[str, Any]:
        """A table whose keys are all known and of the kind that is expected."""
        for key, value in table.items():
            if key not in known:
                raise self.error(f"{name}: unknown key `{key}`{did_you_mean(key, tuple(known))}", key, name, number)
            if not _is(known[key], value):
                raise self.error(f"{name}, {key}: expected {known[key]}", key, name, number)
        return table

    def _place(self, name: str, table: str, number: int) -> tuple[int, int]:
        """Line and column of a key in a table, or of the table where it lacks the key; TOML's reader tells neither."""
        head = rf"\[+\s*{re.escape(table)}\s*\]+" if table else r"\A"
        heads = list(re.finditer(rf"^[ \t]*(?={head})", self.text, re.MULTILINE)) if table else []
        start = heads[number].end() if number < len(heads) else 0
        following = re.compile(r"^[ \t]*\[", re.MULTILINE).search(self.text, start + 1) if table else None
        end = following.start() if following else len(self.text)
        key = (
            re.compile(rf"^[ \t]*\[*(?P<key>\"?{re.escape(name)}\b)", re.MULTILINE).search(self.text, start, end)
            if name
            else None
        )
        at = key.start("key") if key else start
        return self.text.count("\n", 0, at) + 1, at - (self.text.rfind("\n", 0, at) + 1) + 1


def _is(kind: str, value: object) -> bool:
    match kind:
        case "a text":
            return isinstance(value, str)
        case "a list of texts":
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case "true or false":
            return isinstance(value, bool)
        case "a date":
            return isinstance(value, date) and not isinstance(value, datetime)
        case _:
            return isinstance(value, str) and f"`{value}`" in kind
