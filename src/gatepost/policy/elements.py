"""A statement's elements as a document has them, each text list by its path: `Action`, `Principal` `AWS`, `Condition` operator key."""

from collections.abc import Iterator

from gatepost.policy.model import Statement

Path = tuple[str, ...]


def elements(statement: Statement) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """What each element says, in the order in which the grammar names them; one that is absent is left out."""
    if statement.sid is not None:
        yield ("Sid",), (statement.sid,)
    yield ("Effect",), (statement.effect.value,)
    for name, entries in (("Principal", statement.principals), ("NotPrincipal", statement.not_principals)):
        for kind in dict.fromkeys(each.type for each in entries or ()):
            yield (name, kind.value), tuple(each.value for each in entries or () if each.type is kind)
    for name, texts in (
        ("Action", statement.actions),
        ("NotAction", statement.not_actions),
        ("Resource", statement.resources),
        ("NotResource", statement.not_resources),
    ):
        if texts is not None:
            yield (name,), texts
    for condition in statement.conditions:
        yield ("Condition", str(condition.operator), condition.key), condition.values
