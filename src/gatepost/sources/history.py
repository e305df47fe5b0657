"""Files and folders as they were at a revision: `git:REV:PATH`, read with git itself.

The path counts from the top of the repository, and `./PATH` from the working folder, as everywhere in git.
Source: gitrevisions(7), git-ls-tree(1).
"""

import subprocess
from collections.abc import Iterator
from typing import Final

from gatepost.sources.found import SourceError

PREFIX: Final = "git:"


def read_revision(name: str) -> tuple[bool, Iterator[tuple[str, bytes]]]:
    """Whether a name is a folder, and the files with their contents, each named as the asker would name it; SourceError."""
    revision, colon, path = name.removeprefix(PREFIX).partition(":")
    if not colon or not revision:
        raise SourceError(name, "expected git:REV:PATH, such as `git:main:policies/example.com.json`")
    commit = _git(
        name, f"no revision `{revision}`", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    )
    entry = f"{commit.decode().strip()}:{path}"
    of_type = _git(name, f"no file or folder `{path}` at `{revision}`", "cat-file", "-t", entry).decode().strip()
    if of_type == "blob":
        return False, iter([(name, _git(name, "cannot be read", "cat-file", "blob", entry))])
    return True, _files(name, entry)


def _files(name: str, tree: str) -> Iterator[tuple[str, bytes]]:
    listed = _git(name, "cannot be read", "ls-tree", "-r", "-z", "--name-only", "--full-tree", tree)
    for path in filter(None, listed.decode(errors="surrogateescape").split("\0")):
        between = "" if name.endswith((":", "/")) else "/"
        slash = "" if tree.endswith((":", "/")) else "/"
        yield f"{name}{between}{path}", _git(name, f"`{path}` cannot be read", "cat-file", "blob", f"{tree}{slash}{path}")


def _git(name: str, problem: str, *arguments: str) -> bytes:
    command = ("git", *arguments)
    try:
        ran = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 -- a list of arguments, no shell
    except OSError:
        raise SourceError(name, "git cannot be run; it reads `git:` names") from None
    if ran.returncode == 0:
        return ran.stdout
    said = ran.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    if "not a git repository" in said:
        raise SourceError(name, "the working folder is in no git repository")
    raise SourceError(name, problem)
