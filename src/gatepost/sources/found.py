"""What is found in a source: policies, identities, and what cannot be read; and how places in a policy are places in its file."""

from dataclasses import dataclass
from typing import Protocol

from gatepost.policy.read import PolicyKind

Place = tuple[int, int]  # line and column, both from 1


class Places(Protocol):
    """Places of a policy's text in the file that it was found in."""

    def place(self, offset: int) -> Place:
        """Line and column, both from 1, of an offset in the policy's text."""


@dataclass(frozen=True, slots=True)
class FoundPolicy:
    """One policy. `text` is its JSON. `file` is as the asker named it, `-` for standard input.

    `address` is what it is called inside the file: a resource of Terraform, a logical ID of CloudFormation, an ARN; empty for a file
    that is the policy. `unresolved` names the parts of a template that stand in the text as `${gatepost:unresolved/NAME}`:
    any text, in which `*` and `?` may be wild, and the same wherever the name is the same. A name that ends in `[]` stands for a list
    of any length, in whose place it is the only entry or one of several.
    `whole`: the file is the policy, so an edit of the text is an edit of the file.
    `holders` are the ARNs of who has it, where an account was asked: users, groups, roles, or the identity that it protects.
    `is_generated`: nobody wrote it, as what SAM makes of a policy template.
    `content` is the text of the file, in which `places` are; empty where there is none.
    """

    text: str
    kind: PolicyKind
    file: str
    places: Places
    address: str = ""
    unresolved: tuple[str, ...] = ()
    whole: bool = False
    holders: tuple[str, ...] = ()
    content: str = ""
    is_generated: bool = False

    @property
    def name(self) -> str:
        """What people call it: the file, and the address inside."""
        return _name(self.file, self.address)


@dataclass(frozen=True, slots=True)
class FoundIdentity:
    """An SES identity: an address or a domain, which may hold `${gatepost:unresolved/NAME}` as policies do."""

    identity: str
    file: str
    address: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A policy that is there and cannot be read, as all of it, or what it hangs on, is known only later. No error: a note."""

    file: str
    address: str
    problem: str
    line: int = 0
    column: int = 0
    is_generated: bool = False

    def __str__(self) -> str:
        """A sentence with its place."""
        return f"{_placed(self.file, self.line, self.column)}: {self.address}: not read: {self.problem}"


Found = FoundPolicy | FoundIdentity | Unread


class SourceError(Exception):
    """A source that cannot be read: the file, line and column (0 where none is to be told), and what was expected."""

    def __init__(self, file: str, problem: str, line: int = 0, column: int = 0) -> None:
        self.file = file
        self.problem = problem
        self.line = line
        self.column = column
        super().__init__(f"{_placed(file, line, column)}: {problem}")


class AccountError(SourceError):
    """An account that cannot be asked: no credentials, nobody answers, or the call is denied."""


def _placed(file: str, line: int, column: int) -> str:
    return f"{file}:{line}:{column}" if line else file


def _name(file: str, address: str) -> str:
    return f"{file}: {address}" if address else file
