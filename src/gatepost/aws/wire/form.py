"""A form (`application/x-www-form-urlencoded`), as the query protocol sends it, and the tree that its names make.

Source: WHATWG, "URL", section 5.1; Smithy, "AWS query protocol".
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from gatepost.aws.errors import malformed_query, not_utf8
from gatepost.aws.wire.large_text import LARGE, Body, LargeText, count_in, form_pieces, percent_decoded

Tree: TypeAlias = dict[str, Any]  # a form's names, split at their dots: leaves are `Leaf`s
Leaf: TypeAlias = str | LargeText
MOST_PARAMETERS: Final = 10_000
MOST_PARTS: Final = 20  # of a name


def read_form(body: Body) -> list[tuple[str, Leaf]]:
    """The parameters of a form in order, those without a name left out. `AwsError` where there are too many, or one is no UTF-8."""
    if count_in(body, b"&", 0, len(body), MOST_PARAMETERS) >= MOST_PARAMETERS:
        raise malformed_query("The query string has too many parameters.")
    try:
        return list(_parameters(body))
    except UnicodeDecodeError:
        raise not_utf8() from None


def _parameters(body: Body) -> Iterator[tuple[str, Leaf]]:
    at = 0
    while at < len(body):
        end = body.find(b"&", at)
        end = len(body) if end < 0 else end
        equals = body.find(b"=", at, end)
        name_end = end if equals < 0 else equals
        if name_end > at:
            name = percent_decoded(bytes(body[at:name_end])).decode()
            yield name, _value(body, min(name_end + 1, end), end)
        at = end + 1


def _value(body: Body, start: int, end: int) -> Leaf:
    if end - start > LARGE:
        return LargeText(lambda: form_pieces(body, start, end))
    return percent_decoded(bytes(body[start:end])).decode()


def tree_of(pairs: Iterable[tuple[str, Leaf]]) -> Tree:
    """Names split at their dots into a tree. Where a name is a value and a branch at once, the branch counts."""
    tree: Tree = {}
    for name, value in pairs:
        branch = tree
        *path, last = name.split(".", MOST_PARTS)
        if len(path) == MOST_PARTS:
            raise malformed_query(f"The query string has a name of more than {MOST_PARTS} parts.")
        for part in path:
            below = branch.get(part)
            if not isinstance(below, dict):
                below = branch[part] = {}
            branch = below
        if not isinstance(branch.get(last), dict):
            branch[last] = value
    return tree
