"""A policy that was found, and how places in its text are places in its file."""

from dataclasses import dataclass
from typing import Protocol

from gatepost.policy.read import PolicyKind


class Places(Protocol):
    """Places of a policy's text in the file that it was found in."""

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset in the policy's text."""


@dataclass(frozen=True, slots=True)
class FoundPolicy:
    """One policy. `text` is its JSON. `file` is as the asker named it, `-` for standard input.

    `address` is what it is called inside the file: a resource of Terraform, a logical ID of CloudFormation, an ARN; empty for a file
    that is the policy. `unresolved` names the parts of a template that stand in the text as `${gatepost:unresolved/NAME}`.
    `whole`: the file is the policy, so an edit of the text is an edit of the file.
    """

    text: str
    kind: PolicyKind
    file: str
    places: Places
    address: str = ""
    unresolved: tuple[str, ...] = ()
    whole: bool = False

    @property
    def name(self) -> str:
        """What people call it: the file, and the address inside."""
        return f"{self.file}: {self.address}" if self.address else self.file


class SourceError(Exception):
    """A source that cannot be read: the file, line and column (0 where none is to be told), and what was expected."""

    def __init__(self, file: str, problem: str, line: int = 0, column: int = 0) -> None:
        self.file = file
        self.problem = problem
        self.line = line
        self.column = column
        super().__init__(f"{file}:{line}:{column}: {problem}" if line else f"{file}: {problem}")
