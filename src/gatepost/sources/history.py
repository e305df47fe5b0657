"""Files and folders as they were at a revision: `git:REV:PATH`, read with git itself.

The path counts from the top of the repository, and `./PATH` from the working folder, as everywhere in git.
Source: gitrevisions(7), git-ls-tree(1), git-cat-file(1).
"""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from gatepost.sources.found import SourceError

PREFIX: Final = "git:"
FILES: Final = ("100644", "100755")  # the modes of files; links and submodules are none


@dataclass(frozen=True, slots=True)
class Revision:
    """A file or folder at a revision: the asker's name for it, and git's."""

    name: str
    entry: str  # `COMMIT:PATH`
    is_folder: bool

    def content(self) -> bytes:
        """The content of a file."""
        return _git(self.name, "cannot be read", "cat-file", "blob", self.entry)

    def files(self, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
        """The files of a folder whose paths in it are wanted, named as the asker would name them, with their contents."""
        listed = _git(self.name, "cannot be read", "ls-tree", "-r", "-z", "--full-tree", self.entry)
        objects: dict[str, str] = {}
        for line in filter(None, listed.decode(errors="surrogateescape").split("\0")):
            described, _, path = line.partition("\t")
            mode, _, known_as = described.split(" ")
            if mode in FILES and is_wanted(path):
                objects[path] = known_as
        batch = _git(self.name, "cannot be read", "cat-file", "--batch", given="\n".join(objects.values()))
        between = "" if self.name.endswith((":", "/")) else "/"
        at = 0
        for path in objects:  # each object is a line `ID TYPE SIZE`, its content, and the end of a line
            start = batch.index(b"\n", at) + 1
            at = start + int(batch[at:start].split()[2])
            yield f"{self.name}{between}{path}", batch[start:at]
            at += 1


def find_revision(name: str) -> Revision:
    """What `git:REV:PATH` names; SourceError."""
    revision, colon, path = name.removeprefix(PREFIX).partition(":")
    if not colon or not revision:
        raise SourceError(name, "expected git:REV:PATH, such as `git:main:policies/example.com.json`")
    of_revision = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    commit = _git(name, f"no revision `{revision}`", "rev-parse", *of_revision).decode().strip()
    entry = f"{commit}:{path}"
    of_type = _git(name, f"no file or folder `{path}` at `{revision}`", "cat-file", "-t", entry).decode().strip()
    return Revision(name, entry, of_type == "tree")


def _git(name: str, problem: str, *arguments: str, given: str = "") -> bytes:
    command = ("git", *arguments)
    try:
        ran = subprocess.run(command, input=given.encode(), capture_output=True, check=False)  # noqa: S603 -- a list of arguments, no shell
    except OSError:
        raise SourceError(name, "git cannot be run; it reads `git:` names") from None
    if ran.returncode == 0:
        return ran.stdout
    said = ran.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    if "not a git repository" in said:
        raise SourceError(name, "the working folder is in no git repository")
    raise SourceError(name, problem)
