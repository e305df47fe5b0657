"""A CloudFormation template, and what its reader keeps of it."""

from dataclasses import dataclass, field

from gatepost.sources.given import Given
from gatepost.sources.tree import Fields, Names, Tree


@dataclass(frozen=True, slots=True)
class Template:
    """The sections of a template, and what the asker gives for it."""

    file: str
    root: Fields
    given: Given
    names: Names = field(default_factory=Names)

    def section(self, *names: str) -> Tree | None:
        """A value by its path from the root."""
        return self.root.at(*names)
