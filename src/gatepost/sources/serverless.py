"""The policies of a `serverless.yml`: the role's statements of the provider and of functions, and its CloudFormation resources.

The framework's variables are filled in where this file says what they are (`${self:custom.domain}`), or a default stands behind the
comma; `${aws:accountId}` and `${aws:region}` are CloudFormation's pseudo parameters. All others stay unknown.
Source: Serverless Framework, "AWS - IAM Permissions", "Variables", "AWS - Resources"; the plugin `serverless-iam-roles-per-function`.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatepost.policy.model import VERSION_2012
from gatepost.sources.cloudformation import template_policies
from gatepost.sources.found import Found, Place
from gatepost.sources.given import Given
from gatepost.sources.text import Text, replaced, text_at
from gatepost.sources.tree import (
    UNKNOWN,
    Field,
    Fields,
    Items,
    Names,
    Scalar,
    Tree,
    fields,
    items,
    object_of,
    scalar_at,
    unknown,
)

# A variable of the framework has one colon, or is a file; `${AWS::Region}` is CloudFormation's, `${gatepost:…}` is unknown already.
VARIABLE: Final = re.compile(
    r"\$\{(?!AWS::|gatepost:)\s*((?:file|git|opt|self|env|param|sls|ssm|s3|cf|aws|strToBool)\b(?:[^{}]|\$\{gatepost:[^{}]*\})*)\}"
)
DEFAULT: Final = re.compile(r",\s*(?:'([^']*)'|\"([^\"]*)\"|(\w[\w.-]*))\s*$")
PSEUDO: Final = {"aws:accountId": "AWS::AccountId", "aws:region": "AWS::Region", "aws:partition": "AWS::Partition"}
DEEPEST: Final = 8  # variables in variables
STATEMENTS: Final = (
    ("provider", "iam", "role", "statements"),
    ("provider", "iamRoleStatements"),
)
OF_A_FUNCTION: Final = ("iamRoleStatements",)


def serverless_policies(root: Fields, file: str, content: Text, given: Given) -> Iterator[Found]:
    """The policies of the file, by where they stand: `provider.iam.role.statements`."""
    filled = _Filled(root, given).tree(root, 0)
    assert isinstance(filled, Fields)  # noqa: S101 -- an object stays one
    resources = {address: _policy(statements) for address, statements in _statements(filled)}
    yield from template_policies(object_of({"Resources": object_of(resources, root.place)}, root.place), file, content, given)
    for each in items(filled.get("resources")):
        if isinstance(each, Fields):
            yield from template_policies(each, file, content, given)


def _statements(root: Fields) -> Iterator[tuple[str, Tree]]:
    for path in STATEMENTS:
        found = root.at(*path)
        if found is not None:
            yield ".".join(path), found
    for listed in items(root.get("functions")):
        for name, function in fields(listed):
            found = function.at(*OF_A_FUNCTION) if isinstance(function, Fields) else None
            if found is not None:
                yield ".".join(("functions", name, *OF_A_FUNCTION)), found


def _policy(statements: Tree) -> Tree:
    """A resource of CloudFormation that holds these statements."""
    place = statements.place
    document = object_of({"Version": scalar_at(VERSION_2012, place), "Statement": statements}, place)
    return object_of(
        {"Type": scalar_at("AWS::IAM::ManagedPolicy", place), "Properties": object_of({"PolicyDocument": document}, place)},
        place,
    )


class _Filled:
    """A file with the framework's variables filled in."""

    def __init__(self, root: Fields, given: Given) -> None:
        self._root = root
        self._given = given
        self._names = Names()

    def tree(self, tree: Tree, depth: int) -> Tree:
        """The tree with no variable of the framework in it."""
        match tree:
            case Scalar():
                return self._scalar(tree, depth)
            case Items():
                return Items(tuple(self.tree(each, depth) for each in tree.values), tree.place)
            case Fields():
                members = {name: Field(each.key, self.tree(each.value, depth)) for name, each in tree.members.items()}
                return Fields(members, tree.place)

    def _scalar(self, scalar: Scalar, depth: int) -> Tree:
        whole = VARIABLE.fullmatch(scalar.text.text)
        value = None if whole is None else self._own(whole.group(1))
        if value is not None and depth < DEEPEST:  # which may be a list of statements
            return self.tree(value, depth + 1)
        text = scalar.text
        for _ in range(DEEPEST):
            if not VARIABLE.search(text.text):
                break
            text = replaced(text, VARIABLE, self._text)
        return scalar if text is scalar.text else Scalar(text, scalar.place)

    def _own(self, inside: str) -> Tree | None:
        """What this file says of a variable."""
        source, _, path = inside.partition(",")[0].strip().partition(":")
        return self._root.at(*path.split(".")) if source == "self" and path else None

    def _text(self, found: re.Match[str], place: Place) -> Text:
        inside = found.group(1)
        value = self._own(inside)
        if isinstance(value, Scalar) and not VARIABLE.fullmatch(value.text.text):
            return text_at(value.text.text, place)
        name = inside.partition(",")[0].strip()
        pseudo = PSEUDO.get(name)
        if pseudo is not None:
            known = self._given.parameters.get(pseudo)
            return unknown(pseudo, place).text if known is None else text_at(known, place)
        default = DEFAULT.search(inside)
        if default is not None and self._given.takes_defaults:
            return text_at(next(each for each in default.groups() if each is not None), place)
        return text_at(f"{UNKNOWN}{self._names.variable(name, place)}}}", place)
