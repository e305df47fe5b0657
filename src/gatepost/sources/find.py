"""From what the asker names to policies: `-`, a file, a folder (its `*.json` files)."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from gatepost.policy.errors import PolicyError
from gatepost.policy.json_reader import Source, decode
from gatepost.policy.read import PolicyKind
from gatepost.sources.found import FoundPolicy, SourceError


def find_policies(names: Iterable[str], kind: PolicyKind = PolicyKind.ANY) -> Iterator[FoundPolicy]:
    """The policies of each name, in order. `kind` is what a policy is for whose source does not say. SourceError."""
    for name in names:
        path = Path(name)
        if name == "-":
            yield _policy(sys.stdin.buffer.read(), name, kind)
        elif path.is_dir():
            found = sorted(path.rglob("*.json"))
            if not found:
                raise SourceError(name, "expected a folder with policies: no `*.json` file in it")
            for file in found:
                yield _policy(_read(file), str(file), kind)
        else:
            yield _policy(_read(path), name, kind)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(str(path), error.strerror or "cannot be read") from None


def _policy(content: bytes, file: str, kind: PolicyKind) -> FoundPolicy:
    try:
        text = decode(content)
    except PolicyError as error:
        raise SourceError(file, error.problem, error.line, error.column) from None
    return FoundPolicy(text, kind, file, Source(text), whole=True)
