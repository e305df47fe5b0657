"""The baseline: the findings that were there when the linter came, so that only new ones count.

A JSON file: `{"version": 1, "findings": [{"fingerprint", "file", "address", "code", "message"}]}`. The first two count, the others
are for readers. Files are as seen from the folder of the baseline.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatepost.reports.paths import seen_from
from gatepost.sources.found import SourceError

if TYPE_CHECKING:
    from gatepost.reports.run import Result

VERSION: Final = 1
EXPECTED: Final = "expected a baseline as --write-baseline writes it"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Fingerprints by their files, as seen from `folder`."""

    known: Mapping[str, Collection[str]]
    folder: Path = Path()

    def holds(self, file: str, fingerprint: str) -> bool:
        """Whether a finding was there."""
        return bool(self.known) and fingerprint in self.known.get(seen_from(self.folder, file), ())

    def missing(self, met: Collection[tuple[str, str]], files: Iterable[str]) -> int:
        """How many findings of these files are no longer there."""
        there = {(seen_from(self.folder, file), fingerprint) for file, fingerprint in met}
        asked = {seen_from(self.folder, file) for file in files} & self.known.keys()
        return sum((file, fingerprint) not in there for file in asked for fingerprint in self.known[file])


def read_baseline(file: str, text: str) -> Baseline:
    """The baseline of a file's text; SourceError for anything else."""
    try:
        content: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(file, EXPECTED, error.lineno, error.colno) from None
    known: dict[str, set[str]] = {}
    try:
        if content["version"] != VERSION:
            raise SourceError(file, f"{EXPECTED}, of version {VERSION}")
        for entry in content["findings"]:
            known.setdefault(str(entry["file"]), set()).add(str(entry["fingerprint"]))
    except (KeyError, TypeError):
        raise SourceError(file, EXPECTED) from None
    return Baseline(known, Path(file).parent)


def write_baseline(file: str, results: "Iterable[Result]") -> str:
    """The text of a baseline with these findings, to be written to `file`."""
    folder = Path(file).parent
    entries = [
        {
            "fingerprint": result.fingerprint,
            "file": seen_from(folder, result.policy.file),
            "address": result.policy.address,
            "code": result.finding.code,
            "message": result.finding.message,
        }
        for result in results
    ]
    entries.sort(key=lambda entry: (entry["file"], entry["address"], entry["code"], entry["fingerprint"]))
    return json.dumps({"version": VERSION, "findings": entries}, indent=1, ensure_ascii=False) + "\n"
