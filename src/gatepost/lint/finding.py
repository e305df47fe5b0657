"""A finding: what is wrong, where, who slips through, and what to write instead.

Severities, codes and paths are those of IAM Access Analyzer's ValidatePolicy, so that its clients understand every finding.
Source: Access Analyzer API Reference, `ValidatePolicyFinding`, `PathElement`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from gatepost.policy.request import Request


class Severity(Enum):
    """How much a finding matters, the gravest first."""

    ERROR = "ERROR"
    SECURITY_WARNING = "SECURITY_WARNING"
    WARNING = "WARNING"
    SUGGESTION = "SUGGESTION"

    @property
    def words(self) -> str:
        """The severity as people read it: `security warning`."""
        return self.value.lower().replace("_", " ")


GRAVITY: Final = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Key:
    """The last step of a path: a member's key itself, not its value."""

    name: str


@dataclass(frozen=True, slots=True)
class Substring:
    """The last step of a path: a part of a string, in characters."""

    start: int
    length: int


Step = str | int | Key | Substring  # a member's value by its key, an entry by its number from 0


@dataclass(frozen=True, slots=True)
class At:
    """A place in a document: the steps from its root, and the offsets of its first character and just past its last."""

    path: tuple[Step, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Witness:
    """A request that shows the finding. `decide` has confirmed what `says` tells: `allowed though the window is over`."""

    request: Request
    says: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of the document to be replaced."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What to write instead. `proof` says what was proved of it, as a sentence; without a proof it is offered, never applied.

    `changes_meaning`: the policy decides some request otherwise afterwards, as `title` and `proof` tell. `widens`: an Allow of it
    allows more afterwards, so it is offered, never applied.
    """

    title: str
    edits: tuple[Edit, ...]
    proof: str = ""
    changes_meaning: bool = False
    widens: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `message` says what is wrong at this place; why it matters stands with the rule of this code.

    `also` are the other places of one finding, such as the resource beside the action. `picture` is a drawing in text, a line each,
    such as the line of time.
    """

    code: str
    severity: Severity
    message: str
    at: At
    witnesses: tuple[Witness, ...] = ()
    fixes: tuple[Fix, ...] = ()
    picture: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    also: tuple[At, ...] = ()

    @property
    def places(self) -> tuple[At, ...]:
        """All its places, in the order of the document."""
        return tuple(sorted((self.at, *self.also), key=lambda at: at.start))
