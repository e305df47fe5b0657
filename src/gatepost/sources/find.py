"""From what the asker names to policies: `-`, a file, a folder, a revision of these, an account, or a part of one."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from gatepost.policy.read import PolicyKind
from gatepost.sources.content import read_content, read_listed
from gatepost.sources.found import Found, FoundPolicy, SourceError, Unread
from gatepost.sources.given import Given

SUFFIXES: Final = (".json", ".yaml", ".yml", ".template")
REVISIONS: Final = "git:"
ACCOUNTS: Final = ("aws://", "arn:", "identity/")
NOTHING_GIVEN: Final = Given()


def tell_on_stderr(unread: Unread) -> None:
    """A note to people: what is there and was not read."""
    sys.stderr.write(f"gatepost: {unread}\n")


def find_policies(
    names: Iterable[str],
    kind: PolicyKind = PolicyKind.ANY,
    given: Given = NOTHING_GIVEN,
    tell: Callable[[Unread], object] = tell_on_stderr,
) -> Iterator[FoundPolicy]:
    """The policies of each name, in order. `kind` is what a policy is for whose source does not say. SourceError.

    What cannot be read of a template or plan, as it is known only later, is told.
    """
    for found in find(names, kind, given):
        if isinstance(found, FoundPolicy):
            yield found
        elif isinstance(found, SourceError):
            raise found
        elif isinstance(found, Unread):
            tell(found)


def find_before(name: str, kind: PolicyKind = PolicyKind.ANY) -> Iterator[FoundPolicy]:
    """The policies as they are before a Terraform plan is applied, in order; SourceError where the file is no plan."""
    from gatepost.sources.content import read_before  # noqa: PLC0415 -- only `diff` of a plan needs it

    for found in read_before(sys.stdin.buffer.read() if name == "-" else _read(Path(name)), name, kind):
        if isinstance(found, FoundPolicy):
            yield found
        elif isinstance(found, Unread):
            tell_on_stderr(found)


def find(
    names: Iterable[str], kind: PolicyKind = PolicyKind.ANY, given: Given = NOTHING_GIVEN
) -> Iterator[Found | SourceError]:
    """All that is found under each name: policies, identities, and what cannot be read.

    A file of a folder that cannot be read is given as its error, so that the others are found all the same; else SourceError.
    """
    for name in names:
        if name == "-":
            yield from read_content(sys.stdin.buffer.read(), name, kind, given)
        elif name.startswith(REVISIONS):
            from gatepost.sources.history import find_revision  # noqa: PLC0415 -- subprocess loads where git is run

            revision = find_revision(name)
            if revision.is_folder:
                yield from _folder(name, revision.files(_is_ours), kind, given)
            else:
                yield from read_content(revision.content(), name, kind, given)
        elif name.startswith(ACCOUNTS) and not Path(name).exists():
            from gatepost.sources.account import account_policies  # noqa: PLC0415 -- boto3 loads where an account is asked

            yield from account_policies(name, given)
        elif (path := Path(name)).is_dir():
            yield from _folder(name, _files(path), kind, given)
        else:
            yield from read_content(_read(path), name, kind, given)


def _folder(name: str, files: Iterable[tuple[str, bytes]], kind: PolicyKind, given: Given) -> Iterator[Found | SourceError]:
    """What is in the files of a folder; others than ours are passed over."""
    is_empty = True
    for file, content in files:
        try:
            for found in read_listed(content, file, kind, given):
                is_empty = False
                yield found
        except SourceError as error:
            is_empty = False
            yield error
    if is_empty:
        raise SourceError(name, "expected a folder with policies, templates or plans: none in its JSON and YAML files")


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in files_in(folder):
        yield str(path), _read(path)


def files_in(folder: Path) -> Iterator[Path]:
    """The files of a folder, and of those in it, that may be of policies or templates."""
    for path in sorted(folder.rglob("*")):
        if _is_ours(str(path.relative_to(folder))) and path.is_file():
            yield path


def _is_ours(path: str) -> bool:
    """Whether a path in a folder may be of a policy or template; what is hidden is none."""
    return path.endswith(SUFFIXES) and not any(part.startswith(".") for part in Path(path).parts)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(str(path), error.strerror or "cannot be read") from None
