"""A policy that is part of a file: its text, and whether what is unknown in it stands where a variable may stand."""

from collections.abc import Iterator

from gatepost.policy.read import PolicyKind
from gatepost.sources.found import FoundPolicy, Place, SourceError
from gatepost.sources.json_tree import read_tree, write_tree
from gatepost.sources.text import Text
from gatepost.sources.tree import UNKNOWN, VARIABLE, Fields, Scalar, Tree, fields, items

# Elements without which nothing can be said of a statement. In all others a variable stands for any text.
SHAPES = ("Effect", "Principal", "NotPrincipal", "Condition")


class Unresolvable(Exception):
    """What is unknown stands where a policy needs a word or an object of its own."""

    def __init__(self, problem: str, place: Place) -> None:
        self.problem = problem
        self.place = place
        super().__init__(problem)


def policy_text(policy: Tree, file: str) -> Text:
    """The policy's JSON, of an object or of a string that holds it; Unresolvable.

    A string that is no JSON is given as it is, for whoever reads the policy to say so.
    """
    if not isinstance(policy, Scalar):
        _check(policy)
        return write_tree(policy)
    if VARIABLE.fullmatch(policy.text.text):
        raise _unresolvable("the policy", policy)
    try:
        _check(read_tree(policy.text, file))
    except SourceError as error:
        if UNKNOWN in policy.text.text:
            raise Unresolvable("what is unknown is more than a string in the JSON", (error.line, error.column)) from None
    return policy.text


def found_in(
    file: Text, name: str, address: str, kind: PolicyKind, policy: Text, unresolved: tuple[str, ...] = ()
) -> FoundPolicy:
    """A policy found inside a file. Of what is unresolved, it has what its text has."""
    names = [each for each in unresolved if f"{UNKNOWN}{each}}}" in policy.text]
    names += [each for each in dict.fromkeys(VARIABLE.findall(policy.text)) if each not in names]
    return FoundPolicy(policy.text, kind, name, policy, address, tuple(names), content=file.text)


def _check(policy: Tree) -> None:
    for what, value in _shapes(policy):
        if isinstance(value, Scalar) and UNKNOWN in value.text.text:
            raise _unresolvable(what, value)


def _unresolvable(what: str, value: Scalar) -> Unresolvable:
    names = " and ".join(f"`{name}`" for name in VARIABLE.findall(value.text.text))
    return Unresolvable(f"{what} is {names}, which is known only later", value.place)


def _shapes(policy: Tree) -> Iterator[tuple[str, Tree]]:
    for name, value in fields(policy):
        if name == "Version":
            yield "its Version", value
    statements = policy.get("Statement") if isinstance(policy, Fields) else None
    for statement in items(statements):
        yield "a statement", statement
        for name, value in fields(statement):
            if name in SHAPES:
                yield name, value
            if name == "Condition":
                yield from fields(value)
