"""The conditions of a template, decided as far as they can be.

Two values are compared: known ones at once; where one is unknown the comparison is an atom, of which somebody must assume that it
holds or does not. One value equals one constant at most.
Source: AWS CloudFormation User Guide, "Condition functions".
"""

from collections.abc import Callable, Mapping, Sequence

from gatepost.sources.found import Place, SourceError
from gatepost.sources.tree import UNKNOWN, Fields, Tree, items, string

Atom = tuple[str, str]  # an unknown text, and what it is compared with


class Undecided(Exception):
    """A condition hangs on an atom of which nothing is assumed."""

    def __init__(self, atom: Atom) -> None:
        self.atom = atom
        super().__init__(" = ".join(atom))


class Conditions:
    """The conditions of a template under assumptions."""

    def __init__(self, file: str, section: Tree | None, assumed: Mapping[Atom, bool], compared: Callable[[Tree], str]) -> None:
        self.assumed = assumed
        self._file = file
        self._section = section
        self._compared = compared
        self._open: list[str] = []

    def holds(self, name: str, place: Place) -> bool:
        """Whether a condition holds; Undecided where that is not known, SourceError where there is no such condition."""
        condition = self._section.get(name) if isinstance(self._section, Fields) else None
        if condition is None:
            raise SourceError(self._file, f"no condition `{name}` in Conditions", *place)
        if name in self._open:
            raise SourceError(self._file, f"the condition `{name}` hangs on itself", *place)
        self._open.append(name)
        try:
            return self._holds(condition)
        finally:
            self._open.pop()

    def _holds(self, condition: Tree) -> bool:
        function, argument = _function(condition)
        parts = items(argument)
        match function, len(parts):
            case "Condition", 1 if (name := string(parts[0])) is not None:
                return self.holds(name, condition.place)
            case "Fn::Not", 1:
                return not self._holds(parts[0])
            case "Fn::And", _ if parts:
                return not self._any(parts, sought=False)
            case "Fn::Or", _ if parts:
                return self._any(parts, sought=True)
            case "Fn::Equals", 2:
                return self._equal(self._compared(parts[0]), self._compared(parts[1]))
            case str(), _:
                return self._atom((f"{function}@{condition.place[0]}:{condition.place[1]}", ""))
        raise SourceError(self._file, "expected a condition, such as `Fn::Equals`", *condition.place)

    def _any(self, parts: Sequence[Tree], *, sought: bool) -> bool:
        """Whether one of the conditions comes to what is sought; one that does makes it undecided no more."""
        undecided: Undecided | None = None
        for part in parts:
            try:
                if self._holds(part) == sought:
                    return True
            except Undecided as open_one:
                undecided = undecided or open_one
        if undecided:
            raise undecided
        return False

    def _equal(self, one: str, other: str) -> bool:
        if one == other or (UNKNOWN not in one and UNKNOWN not in other):
            return one == other
        return self._atom((one, other) if UNKNOWN in one else (other, one))

    def _atom(self, atom: Atom) -> bool:
        value, constant = atom
        if atom in self.assumed:
            return self.assumed[atom]
        if UNKNOWN not in constant and any(
            holds and value == known and UNKNOWN not in other for (known, other), holds in self.assumed.items()
        ):
            return False
        raise Undecided(atom)


def _function(condition: Tree) -> tuple[str | None, Tree | None]:
    if not isinstance(condition, Fields) or len(condition.members) != 1:
        return None, None
    ((name, member),) = condition.members.items()
    return name, member.value
